"""The tabs over the settings pages, as far as this person may open them."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core.http import AuthenticatedRequest
from organisation.permissions import Permission

TABS = (
    (_("General"), "organisation:settings", Permission.EDIT_SETTINGS),
    (_("People"), "organisation:people", Permission.MANAGE_PEOPLE),
    (_("Teams"), "organisation:teams", Permission.MANAGE_PEOPLE),
    (_("Roles"), "organisation:roles", None),
    (_("Segments"), "accounts:segments", Permission.EDIT_SETTINGS),
    (_("Plans"), "accounts:plans", Permission.EDIT_SETTINGS),
    (_("Custom fields"), "accounts:custom_fields", Permission.EDIT_SETTINGS),
    (_("Alert channels"), "health:alert_channels", Permission.EDIT_SCORECARDS),
    (_("Calendars"), "organisation:calendars", Permission.EDIT_SUPPORT),
    (_("SLA tiers"), "tickets:sla_tiers", Permission.EDIT_SUPPORT),
    (_("On call"), "health:on_call_settings", Permission.EDIT_SUPPORT),
    (_("API tokens"), "organisation:tokens", Permission.MANAGE_TOKENS),
    (_("Audit log"), "organisation:audit", Permission.VIEW_AUDIT),
)
_HOME_OF = {
    "organisation:person": "organisation:people",
    "organisation:person_invite": "organisation:people",
    "organisation:team": "organisation:teams",
    "organisation:calendar": "organisation:calendars",
    "organisation:calendar_create": "organisation:calendars",
    "organisation:calendar_day_set": "organisation:calendars",
    "organisation:calendar_import": "organisation:calendars",
    "tickets:sla_calendar": "organisation:calendars",
    "tickets:sla_tier": "tickets:sla_tiers",
    "tickets:sla_tier_create": "tickets:sla_tiers",
    "tickets:sla_targets": "tickets:sla_tiers",
    "tickets:support_settings": "tickets:sla_tiers",
    "organisation:token_create": "organisation:tokens",
    "organisation:token_rotate": "organisation:tokens",
    "organisation:service_account_create": "organisation:tokens",
    "health:alert_channel": "health:alert_channels",
    "health:alert_channel_create": "health:alert_channels",
    "health:alert_channel_secret": "health:alert_channels",
    "accounts:segment": "accounts:segments",
    "accounts:segment_create": "accounts:segments",
    "accounts:plan": "accounts:plans",
    "accounts:plan_create": "accounts:plans",
    "accounts:custom_field": "accounts:custom_fields",
    "accounts:custom_field_create": "accounts:custom_fields",
}


def settings_tabs(request: AuthenticatedRequest) -> list[dict[str, Any]]:
    """For components/tabs.html; a page whose room is not there yet is left out."""
    match = request.resolver_match
    here = match.view_name if match else ""
    here = _HOME_OF.get(here, here)
    tabs = []
    for label, url_name, permission in TABS:
        if permission and not request.user.has_perm_code(permission):
            continue
        try:
            href = reverse(url_name)
        except NoReverseMatch:
            continue
        tabs.append({"label": label, "href": href, "is_on": url_name == here})
    return tabs
