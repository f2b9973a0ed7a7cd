"""What a new ticket is promised, read in one statement.

Tier, its newest version, the newest version of that one's calendar and how support
works here would be four queries, and a new ticket needs them all.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from core.columns import Columns
from organisation.models import WorkingCalendar, WorkingCalendarVersion
from tickets.models import SlaTier, SlaTierVersion, SupportSettings
from tickets.services.tiers import CHOSEN

_TIER = Columns(SlaTier, "tier", "slug", "name")
_VERSION = Columns(SlaTierVersion, "version")
_CALENDAR = Columns(WorkingCalendar, "calendar", "name", "updated_at")
# Definitions are long, and each process has parsed those in use already.
_HOURS = Columns(
    WorkingCalendarVersion, "hours", "public_id", "created_at", "calendar_id", "number"
)
_SUPPORT = Columns(SupportSettings, "support")
_STANDING = f"""
WITH chosen(account_id, tier_id) AS ({CHOSEN})
SELECT {_TIER}, {_VERSION}, {_CALENDAR}, {_HOURS}, {_SUPPORT}
FROM chosen
JOIN tickets_slatier tier ON tier.id = chosen.tier_id
JOIN LATERAL (
    SELECT * FROM tickets_slatierversion
    WHERE tier_id = tier.id ORDER BY number DESC LIMIT 1) version ON true
JOIN organisation_workingcalendar calendar ON calendar.id = version.calendar_id
LEFT JOIN LATERAL (
    SELECT * FROM organisation_workingcalendarversion
    WHERE calendar_id = calendar.id ORDER BY number DESC LIMIT 1) hours ON true
LEFT JOIN LATERAL (
    SELECT * FROM tickets_supportsettings ORDER BY id LIMIT 1) support ON true
"""


class Standing(NamedTuple):
    """What holds now: a tier's version, the last known hours, and the settings."""

    version: SlaTierVersion
    hours: WorkingCalendarVersion | None
    support: SupportSettings


def standing_for(account_id: int | None) -> Standing | None:
    """What tickets of an account (or of none) are promised; None without any tier."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"accounts": [account_id]})
        row = cursor.fetchone()
    if row is None:
        return None
    answer = iter(row)
    tier, version = _TIER.read(answer), _VERSION.read(answer)
    version.tier, version.calendar = tier, _CALENDAR.read(answer)
    hours, support = _HOURS.read_if_any(answer), _SUPPORT.read_if_any(answer)
    return Standing(version, hours, support or SupportSettings())
