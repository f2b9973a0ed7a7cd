"""Changing how support works here: its settings and its levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from events.services import Actor, changes, record_event
from tickets.models import SupportLevel, SupportSettings

FIELDS = (
    "auto_close_days",
    "is_paused_on_hold",
    "retarget_from",
    "warn_percent",
    "has_public_form",
    "asks_for_rating",
)
LEVEL_FIELDS = ("response_minutes", "team_id")


@transaction.atomic
def change_support(
    *,
    by: Actor | None,
    levels: Mapping[int, Mapping[str, Any]] | None = None,
    **values: Any,
) -> SupportSettings:
    """Set what is named; clocks that run keep what they began with.

    ``levels`` maps a level to its ``response_minutes`` and ``team``. Raises
    ValidationError.
    """
    SupportSettings.objects.get_or_create(pk=1)
    current = SupportSettings.objects.select_for_update().get(pk=1)
    before = SupportSettings.objects.get(pk=1)
    for name, value in values.items():
        setattr(current, name, value)
    current.full_clean()
    current.save()
    told = changes(before, current, FIELDS)
    for number, named in (levels or {}).items():
        told |= _change_level(number, named)
    if told:
        record_event("support_settings_changed", by=by, subject=current, data=told)
    return current


def _change_level(number: int, named: Mapping[str, Any]) -> dict[str, Any]:
    level = SupportLevel.objects.select_for_update().get(pk=number)
    before = SupportLevel.objects.get(pk=number)
    for name, value in named.items():
        setattr(level, name, value)
    level.full_clean()
    level.save()
    found = changes(before, level, LEVEL_FIELDS)
    return {f"level_{number}_{name}": pair for name, pair in found.items()}
