"""What each role may do: the one permission table, in code."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One thing a person may be allowed to do."""

    VIEW_ACCOUNTS = "view_accounts"
    EDIT_ACCOUNTS = "edit_accounts"
    MERGE_ACCOUNTS = "merge_accounts"
    EDIT_TOUCHPOINTS = "edit_touchpoints"
    EXPORT_LISTS = "export_lists"
    SHARE_VIEWS = "share_views"
    VIEW_TASKS = "view_tasks"
    EDIT_TASKS = "edit_tasks"
    VIEW_HEALTH = "view_health"
    EDIT_SCORECARDS = "edit_scorecards"
    OVERRIDE_HEALTH = "override_health"
    HANDLE_ALERTS = "handle_alerts"
    VIEW_REVENUE = "view_revenue"
    EDIT_REVENUE = "edit_revenue"
    VIEW_TICKETS = "view_tickets"
    EDIT_TICKETS = "edit_tickets"
    EDIT_SUPPORT = "edit_support"
    RELAY_RATINGS = "relay_ratings"
    VIEW_USAGE = "view_usage"
    RUN_IMPORTS = "run_imports"
    VIEW_RUNS = "view_runs"
    EDIT_SETTINGS = "edit_settings"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_AUDIT = "view_audit"


PERMISSION_WORDS = {
    Permission.VIEW_ACCOUNTS: _("See accounts and contacts"),
    Permission.EDIT_ACCOUNTS: _("Create, change and archive accounts and contacts"),
    Permission.MERGE_ACCOUNTS: _("Merge accounts"),
    Permission.EDIT_TOUCHPOINTS: _("Log touchpoints"),
    Permission.EXPORT_LISTS: _("Export lists"),
    Permission.SHARE_VIEWS: _("Share saved views"),
    Permission.VIEW_TASKS: _("See tasks"),
    Permission.EDIT_TASKS: _("Create, change and finish tasks"),
    Permission.VIEW_HEALTH: _("See scores, scorecards and alerts"),
    Permission.EDIT_SCORECARDS: _("Change scorecards and alert rules"),
    Permission.OVERRIDE_HEALTH: _("Set a score or band by hand"),
    Permission.HANDLE_ALERTS: _("Acknowledge and close alerts"),
    Permission.VIEW_REVENUE: _("See subscriptions and amounts"),
    Permission.EDIT_REVENUE: _("Change subscriptions"),
    Permission.VIEW_TICKETS: _("See tickets"),
    Permission.EDIT_TICKETS: _("Work on tickets"),
    Permission.RELAY_RATINGS: _("Pass on what customers say of a ticket"),
    Permission.EDIT_SUPPORT: _("Change SLA tiers, calendars, replies and on call"),
    Permission.VIEW_USAGE: _("See product usage"),
    Permission.RUN_IMPORTS: _("Import files"),
    Permission.VIEW_RUNS: _("See the record of health runs"),
    Permission.EDIT_SETTINGS: _("Change the organisation's settings"),
    Permission.MANAGE_PEOPLE: _("Invite people, change roles, disable people"),
    Permission.MANAGE_TOKENS: _("Create and revoke API tokens"),
    Permission.VIEW_AUDIT: _("Read the audit log"),
}


class Role(models.TextChoices):
    """Roles as stable codes; what they may do stands in ROLE_PERMISSIONS."""

    ADMIN = "admin", _("Administrator")
    OPERATIONS = "operations", _("CS operations")
    CSM = "csm", _("CSM")
    AGENT = "agent", _("Support agent")
    LEAD = "lead", _("Team lead")
    LEADER = "leader", _("Leader")
    INTEGRATION = "integration", _("Integration")


_P = Permission
_READ = frozenset(
    {
        _P.VIEW_ACCOUNTS,
        _P.VIEW_TASKS,
        _P.VIEW_HEALTH,
        _P.VIEW_REVENUE,
        _P.VIEW_TICKETS,
        _P.VIEW_USAGE,
        _P.EXPORT_LISTS,
    }
)
_BOOK = _READ | {
    _P.EDIT_ACCOUNTS,
    _P.EDIT_TASKS,
    _P.EDIT_TOUCHPOINTS,
    _P.HANDLE_ALERTS,
    _P.OVERRIDE_HEALTH,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Nobody speaks for a customer but the programs that asked one.
    Role.ADMIN: frozenset(Permission) - {_P.RELAY_RATINGS},
    Role.OPERATIONS: frozenset(Permission) - {_P.MANAGE_PEOPLE, _P.RELAY_RATINGS},
    Role.CSM: _BOOK,
    Role.AGENT: (_READ - {_P.VIEW_REVENUE})
    | {_P.EDIT_TASKS, _P.EDIT_TICKETS, _P.EDIT_TOUCHPOINTS},
    Role.LEAD: _BOOK
    | {_P.MERGE_ACCOUNTS, _P.SHARE_VIEWS, _P.EDIT_TICKETS, _P.EDIT_SUPPORT},
    Role.LEADER: _READ | {_P.SHARE_VIEWS},
    Role.INTEGRATION: frozenset(Permission)
    - {_P.MANAGE_PEOPLE, _P.MANAGE_TOKENS, _P.VIEW_AUDIT},
}

#: Roles of people who sign in; integration is for programs only.
PEOPLE_ROLES = tuple(role for role in Role if role != Role.INTEGRATION)

#: Scopes an API token may carry; all are accepted from the first day.
SCOPE_AREAS = (
    "accounts",
    "health",
    "usage",
    "tickets",
    "onboarding",
    "playbooks",
    "surveys",
    "advocacy",
    "revenue",
    "kpis",
    "reports",
    "integrations",
    "organisation",
)
SCOPES = tuple(f"{area}:{verb}" for area in SCOPE_AREAS for verb in ("read", "write"))
