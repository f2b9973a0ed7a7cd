"""SLA tiers: which one a ticket has, what it promises, and publishing new promises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from tickets.models import SlaMetric, SlaTier, SlaTierVersion

#: The clocks a target can run by: the tier's calendar, or around the clock.
BY_CALENDAR, ALWAYS_ON = "calendar", "always"
RESPONSES = (SlaMetric.FIRST_RESPONSE, SlaMetric.NEXT_RESPONSE)

#: The tier of each of ``%(accounts)s``.
CHOSEN = """
SELECT DISTINCT ON (asked.account_id) asked.account_id, tier.id
FROM unnest(%(accounts)s::bigint[]) AS asked(account_id)
LEFT JOIN accounts_account a ON a.id = asked.account_id
CROSS JOIN LATERAL (
    SELECT slatier_id, 0 AS rank FROM tickets_slatier_accounts WHERE account_id = a.id
    UNION ALL
    SELECT slatier_id, 1 FROM tickets_slatier_plans WHERE plan_id = a.plan_id
    UNION ALL
    SELECT slatier_id, 2 FROM tickets_slatier_segments WHERE segment_id = a.segment_id
    UNION ALL
    SELECT id, 3 FROM tickets_slatier WHERE is_default
) naming
JOIN tickets_slatier tier ON tier.id = naming.slatier_id AND tier.is_active
ORDER BY asked.account_id, naming.rank, tier.priority, tier.name, tier.id
"""


class Target(NamedTuple):
    """What is promised for one metric; without a calendar it runs around the clock."""

    seconds: int
    is_always: bool


def chosen_tier_ids(account_ids: Iterable[int | None]) -> dict[int | None, int]:
    """The tier of each account: one that names it, else its plan, else its segment.

    Among several of one kind the priority decides; the default stands last, and is
    what a ticket without an account (None) has. Missing only where no tier is left.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN, {"accounts": list(set(account_ids))})
        return dict(cursor.fetchall())


def chosen_tiers(account_ids: Iterable[int | None]) -> dict[int | None, SlaTier]:
    """The same as rows."""
    chosen = chosen_tier_ids(account_ids)
    tiers = SlaTier.objects.in_bulk(set(chosen.values()))
    return {account: tiers[tier] for account, tier in chosen.items()}


def newest_version(tier_id: int | None) -> SlaTierVersion | None:
    """The targets a tier promises now."""
    if tier_id is None:
        return None
    return (
        SlaTierVersion.objects.filter(tier_id=tier_id)
        .select_related("tier", "calendar")
        .order_by("-number")
        .first()
    )


def target_of(
    version: SlaTierVersion, metric: str, priority: str, *, level_seconds: int | None
) -> Target | None:
    """What a version promises; after an escalation the level may promise it sooner."""
    found = version.targets.get(priority, {}).get(metric)
    if found is None:
        return None
    seconds = round(found["minutes"] * 60)
    if level_seconds is not None and metric in RESPONSES:
        seconds = min(seconds, level_seconds)
    return Target(seconds, found["clock"] == ALWAYS_ON)
