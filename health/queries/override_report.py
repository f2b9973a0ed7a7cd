"""Were past overrides right? Each of them, and totals by person and direction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, Least
from django.utils.translation import gettext as _

from health.models import HealthOverride, Snapshot
from health.override_judging import (
    JUDGED_AFTER_DAYS,
    Direction,
    Judgement,
    Standing,
    Tally,
    judge,
    tally,
)
from health.queries.snapshots import OLDEST_DAYS
from organisation.models import User
from revenue.models import ChurnEvent

JUDGED_AFTER = timedelta(days=JUDGED_AFTER_DAYS)
DIRECTIONS: tuple[Direction, ...] = ("better", "worse", "same")


@dataclass(frozen=True)
class ReportRow:
    """One override with what was computed when it was set, at its end, and later."""

    override: HealthOverride
    at_first: Standing
    at_end: Standing
    later: Standing
    later_on: date
    has_left: bool
    judgement: Judgement


@dataclass(frozen=True)
class Report:
    """All overrides that can be looked back on, newest first, and totals."""

    rows: list[ReportRow]
    by_direction: list[Tally]
    by_person: list[Tally]
    total: Tally


def override_report(user: User, *, today: date) -> Report:
    """Overrides that ended, or have held for thirty days, of accounts one may see."""
    rows = [_row(override, today) for override in _looked_back_on(user, today)]
    return Report(
        rows=rows,
        by_direction=_by_direction(rows),
        by_person=_by_person(rows),
        total=tally(_("All"), [row.judgement for row in rows]),
    )


def _looked_back_on(user: User, today: date) -> QuerySet[HealthOverride]:
    """One query: snapshots at the end and thirty days after come along."""
    on_day = Value(today, output_field=DateField())
    replaced_at_once = Q(ended_on__lte=F("starts_on"))
    left = ChurnEvent.objects.filter(
        account=OuterRef("account"),
        kind=ChurnEvent.Kind.FULL,
        churned_on__gte=OuterRef("starts_on"),
        churned_on__lte=OuterRef("later_on"),
    )
    month_after = Cast(F("end_day") + JUDGED_AFTER, DateField())
    return (
        HealthOverride.objects.visible_to(user)
        .filter(Q(ended_at__isnull=False) | Q(starts_on__lte=today - JUDGED_AFTER))
        .exclude(replaced_at_once)
        .annotate(end_day=Coalesce("ended_on", on_day))
        .annotate(later_on=Least(month_after, on_day))
        .annotate(
            at_end=_computed_on("end_day"),
            later=_computed_on("later_on"),
            has_left=Exists(left),
        )
        .select_related("account", "set_by")
        .defer("account__search", "account__custom")
        .order_by("-starts_on", "-pk")
    )


def _computed_on(day: str) -> Subquery:
    """The computed score and band of a day, or of the newest shortly before."""
    newest = Snapshot.objects.filter(
        account=OuterRef("account"), is_restated=False, day__lte=OuterRef(day)
    ).order_by("-day")
    recent = newest.filter(
        day__gte=Cast(OuterRef(day) - timedelta(days=OLDEST_DAYS), DateField())
    )
    found = JSONObject(score="score", band="band")
    return Subquery(recent.annotate(found=found).values("found")[:1])


def _row(override: Any, today: date) -> ReportRow:
    at_first = Standing(_number(override.computed_score), override.computed_band)
    later = _standing(override.later)
    is_due = override.ended_on is None or override.ended_on + JUDGED_AFTER <= today
    return ReportRow(
        override=override,
        at_first=at_first,
        at_end=_standing(override.at_end),
        later=later,
        later_on=override.later_on,
        has_left=override.has_left,
        judgement=judge(
            at_first=at_first,
            by_hand=Standing(_number(override.score), override.band),
            later=later,
            is_due=is_due,
            has_left=override.has_left,
        ),
    )


def _standing(found: dict[str, Any] | None) -> Standing:
    if not found:
        return Standing()
    return Standing(_number(found["score"]), found["band"])


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _by_direction(rows: Sequence[ReportRow]) -> list[Tally]:
    names: dict[Direction, str] = {
        "better": _("Set better than computed"),
        "worse": _("Set worse than computed"),
        "same": _("Set to what was computed"),
    }
    found = defaultdict(list)
    for row in rows:
        found[row.judgement.direction].append(row.judgement)
    return [
        tally(names[direction], found[direction])
        for direction in DIRECTIONS
        if found[direction]
    ]


def _by_person(rows: Sequence[ReportRow]) -> list[Tally]:
    found = defaultdict(list)
    for row in rows:
        person = row.override.set_by
        found[person.label if person else _("Somebody who left")].append(row.judgement)
    tallies = [tally(name, judgements) for name, judgements in found.items()]
    return sorted(tallies, key=lambda each: (-each.all, each.name))
