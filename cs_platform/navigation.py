"""What stands in the side bar: a plain list, in order.

An entry appears when its page exists and the person may see it. Icons are symbols of
static/icons/sprite.svg. `covers` names further pages that light the entry up, or whole
families of them ("accounts:*", "health:scorecard*"); the longest pattern wins.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.context_processors import Entry, Section
from health.models import HealthRun
from health.queries.alert_lists import inbox_alerts
from organisation import facts
from organisation.clock import today
from organisation.models import User
from organisation.notifications import unread_news
from organisation.permissions import Permission
from playbooks.queries import due_tasks
from tickets.queries.queues import own_tickets

#: Pages of one account hang under the portfolio, whichever room draws them.
ACCOUNT_PAGES = (
    "accounts:*",
    "reports:*",
    *(
        f"{room}:account_*"
        for room in ("health", "usage", "tickets", "revenue", "events", "playbooks")
    ),
)
#: Lists that describe the customers stand in their own room, and in the settings.
SETTINGS_PAGES = (
    "organisation:*",
    "accounts:segment*",
    "accounts:plan*",
    "accounts:custom_field*",
    "health:alert_channel*",
    "health:on_call_settings",
    "tickets:sla_*",
    "tickets:support_settings",
)

#: What the bell counts.
UNREAD = unread_news


def viewpoint(user: User) -> tuple[object, ...]:
    """What the numbers of the side bar depend on: who looks, and on which day."""
    return *facts.viewpoint(user), today()


SECTIONS = (
    Section(
        "",
        (
            Entry(
                _("Portfolio"),
                "reports:portfolio",
                "layout-grid",
                Permission.VIEW_ACCOUNTS,
                covers=ACCOUNT_PAGES,
                key="p",
            ),
            Entry(
                _("Alerts"),
                "health:alerts",
                "bell",
                Permission.VIEW_HEALTH,
                covers=("health:alert*",),
                rows=inbox_alerts,
                key="a",
            ),
            Entry(
                _("Tickets"),
                "tickets:queue",
                "ticket",
                Permission.VIEW_TICKETS,
                covers=("tickets:*", "health:on_call_pages"),
                rows=own_tickets,
                key="q",
            ),
            Entry(
                _("Tasks"),
                "playbooks:tasks",
                "list-check",
                Permission.VIEW_TASKS,
                covers=("playbooks:task*",),
                rows=due_tasks,
                key="t",
            ),
        ),
    ),
    Section(
        _("Insight"),
        (
            Entry(
                _("Analytics"),
                "reports:analytics",
                "chart-bar",
                Permission.VIEW_HEALTH,
                covers=("reports:analytics*",),
                key="y",
            ),
            Entry(
                _("Scorecards"),
                "health:scorecards",
                "adjustments-horizontal",
                Permission.VIEW_HEALTH,
                covers=("health:scorecard*",),
                key="s",
            ),
            Entry(
                _("Calculator"),
                "health:calculator",
                "calculator",
                Permission.VIEW_HEALTH,
                key="c",
            ),
        ),
    ),
    Section(
        _("Data"),
        (
            Entry(
                _("Imports"),
                "integrations:imports",
                "database-import",
                Permission.RUN_IMPORTS,
                covers=("integrations:*",),
                key="i",
            ),
            Entry(
                _("Runs"),
                "health:runs",
                "activity-heartbeat",
                Permission.VIEW_RUNS,
                covers=("health:run*",),
                key="r",
            ),
            Entry(
                _("Settings"),
                "organisation:settings",
                "settings",
                Permission.EDIT_SETTINGS,
                covers=SETTINGS_PAGES,
                others=(("tickets:sla_tiers", Permission.EDIT_SUPPORT),),
            ),
        ),
    ),
)


def scores_of() -> datetime | None:
    """When the scores of the whole portfolio were last computed, for the top bar."""
    runs = HealthRun.objects.filter(
        status=HealthRun.Status.FINISHED,
        is_restatement=False,
        account_ids__isnull=True,
    )
    return runs.order_by("-finished_at").values_list("finished_at", flat=True).first()
