"""Were past overrides right? Each of them, and totals by person and direction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
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

from core.paging import Order, Page, keyset_page
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
NEWEST_FIRST = Order("set", "starts_on", is_descending=True, is_nullable=False)
ROWS_AT_ONCE = 2000
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
class Totals:
    """How often overrides were right, all together and by direction and person."""

    by_direction: list[Tally]
    by_person: list[Tally]
    total: Tally


def looked_back_on(user: User, *, today: date) -> QuerySet[HealthOverride]:
    """Overrides that ended, or have held for thirty days, of accounts one may see.

    Snapshots at the end and thirty days after come along.
    """
    rows = _with_what_came(user, today).annotate(at_end=_computed_on("end_day"))
    return rows.select_related("account", "set_by").defer(
        "account__search", "account__custom"
    )


def report_page(
    user: User, *, today: date, after: str = "", before: str = ""
) -> tuple[Page[HealthOverride], list[ReportRow]]:
    """One page of them, the newest first. Raises CursorRefused."""
    found = looked_back_on(user, today=today)
    page = keyset_page(found, order=NEWEST_FIRST, after=after, before=before)
    return page, [report_row(override, today) for override in page.rows]


def every_report_row(user: User, *, today: date) -> Iterator[ReportRow]:
    """All of them, the newest first, never all in memory."""
    rows = looked_back_on(user, today=today).order_by("-starts_on", "-pk")
    for override in rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield report_row(override, today)


def override_totals(user: User, *, today: date) -> Totals:
    """Totals over all of them, in one query that reads only what is judged by."""
    found = _with_what_came(user, today).select_related("set_by")
    rows = found.only(
        "computed_score", "computed_band", "score", "band", "ended_on",
        "set_by__name", "set_by__email",
    )  # fmt: skip
    judged = [
        (row.set_by, _judged(row, today))
        for row in rows.iterator(chunk_size=ROWS_AT_ONCE)
    ]
    return Totals(
        by_direction=_by_direction(judgement for _person, judgement in judged),
        by_person=_by_person(judged),
        total=tally(_("All"), (judgement for _person, judgement in judged)),
    )


def _with_what_came(user: User, today: date) -> QuerySet[HealthOverride]:
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
        .annotate(later=_computed_on("later_on"), has_left=Exists(left))
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


def report_row(override: Any, today: date) -> ReportRow:
    """One of ``looked_back_on``, judged."""
    return ReportRow(
        override=override,
        at_first=_at_first(override),
        at_end=_standing(override.at_end),
        later=_standing(override.later),
        later_on=override.later_on,
        has_left=override.has_left,
        judgement=_judged(override, today),
    )


def _judged(override: Any, today: date) -> Judgement:
    is_due = override.ended_on is None or override.ended_on + JUDGED_AFTER <= today
    return judge(
        at_first=_at_first(override),
        by_hand=Standing(_number(override.score), override.band),
        later=_standing(override.later),
        is_due=is_due,
        has_left=override.has_left,
    )


def _at_first(override: HealthOverride) -> Standing:
    return Standing(_number(override.computed_score), override.computed_band)


def _standing(found: dict[str, Any] | None) -> Standing:
    if not found:
        return Standing()
    return Standing(_number(found["score"]), found["band"])


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _by_direction(judgements: Iterable[Judgement]) -> list[Tally]:
    names: dict[Direction, str] = {
        "better": _("Set better than computed"),
        "worse": _("Set worse than computed"),
        "same": _("Set to what was computed"),
    }
    found = defaultdict(list)
    for judgement in judgements:
        found[judgement.direction].append(judgement)
    return [
        tally(names[direction], found[direction])
        for direction in DIRECTIONS
        if found[direction]
    ]


def _by_person(judged: Iterable[tuple[User | None, Judgement]]) -> list[Tally]:
    found = defaultdict(list)
    for person, judgement in judged:
        found[person].append(judgement)
    tallies = [
        tally(person.label if person else _("Somebody who left"), judgements)
        for person, judgements in found.items()
    ]
    return sorted(tallies, key=lambda each: (-each.all, each.name))
