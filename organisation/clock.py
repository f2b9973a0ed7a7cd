"""Which day it is for the organisation: business dates follow its time zone."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from organisation.facts import organisation_timezone


def today() -> date:
    """The current day in the organisation's time zone (UTC before it is set up)."""
    zone = organisation_timezone()
    return timezone.now().astimezone(ZoneInfo(zone)).date()
