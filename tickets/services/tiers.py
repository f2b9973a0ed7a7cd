"""SLA tiers: which one a ticket has, what it promises, and publishing new promises."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from accounts.models import Account
from tickets.models import (
    SlaMetric,
    SlaTier,
    SlaTierVersion,
    Ticket,
)

#: The clocks a target can run by: the tier's calendar, or around the clock.
BY_CALENDAR, ALWAYS_ON = "calendar", "always"
RESPONSES = (SlaMetric.FIRST_RESPONSE, SlaMetric.NEXT_RESPONSE)


class Target(NamedTuple):
    """What is promised for one metric; without a calendar it runs around the clock."""

    seconds: int
    is_always: bool


def choose_tier(ticket: Ticket) -> SlaTier | None:
    """The tier that names the ticket's account, else its plan, else its segment.

    Among several of one kind the priority decides; the default stands last. None only
    where no tier is left.
    """
    ranks = _ranks(ticket.account) if ticket.account is not None else []
    nobody = Value(None, output_field=IntegerField())
    return (
        SlaTier.objects.filter(is_active=True)
        .annotate(rank=Case(*ranks, default=nobody) if ranks else nobody)
        .filter(Q(rank__isnull=False) | Q(is_default=True))
        .order_by("rank", "priority", "name", "pk")
        .first()
    )


def _ranks(account: Account) -> list[When]:
    """Account before plan before segment, each as a column of the tier."""
    this = {"pk": OuterRef("pk")}
    naming = [SlaTier.objects.filter(accounts=account, **this)]
    if account.plan_id is not None:
        naming.append(SlaTier.objects.filter(plans=account.plan_id, **this))
    if account.segment_id is not None:
        naming.append(SlaTier.objects.filter(segments=account.segment_id, **this))
    return [When(Exists(tiers), then=Value(rank)) for rank, tiers in enumerate(naming)]


def newest_version(tier: SlaTier | None) -> SlaTierVersion | None:
    """The targets a tier promises now."""
    if tier is None:
        return None
    return (
        SlaTierVersion.objects.filter(tier=tier)
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
