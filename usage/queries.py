"""How an account uses the product: days, weeks, features, people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Account, PlanFeature
from usage.models import (
    AccountDay,
    FeatureWeek,
    ProductUser,
    UsageFeed,
    UserWeek,
)

WINDOW_DAYS = 30
SHOWN_FEATURES = 12


@dataclass(frozen=True)
class Day:
    """One day of an account; all zero when nothing happened."""

    day: date
    active_users: int = 0
    sessions: int = 0
    events: int = 0


@dataclass(frozen=True)
class FeatureUse:
    """How much a feature was used in the window and in the one before."""

    name: str
    events: int
    events_before: int
    days: int

    @property
    def change(self) -> int | None:
        """Percent against the window before; None where there was nothing."""
        if not self.events_before:
            return None
        return round(100 * (self.events - self.events_before) / self.events_before)


@dataclass(frozen=True)
class Adoption:
    """Core features of the plan: which were used in the window, which not."""

    used: list[str]
    unused: list[str]

    @property
    def rate(self) -> float | None:
        """Percent of the core features used; None for a plan without any."""
        total = len(self.used) + len(self.unused)
        return 100 * len(self.used) / total if total else None


def feed_of(account: Account) -> UsageFeed | None:
    """When usage first and last arrived; None before the first fact."""
    return UsageFeed.objects.filter(account=account).first()


def days_of(account: Account, first: date, last: date) -> list[Day]:
    """Every day from the first to the last, also those without a row."""
    rows = AccountDay.objects.filter(account=account, day__range=(first, last))
    known = {
        row[0]: Day(*row)
        for row in rows.values_list("day", "active_users", "sessions", "events")
    }
    count = (last - first).days + 1
    days = (first + timedelta(days=n) for n in range(count))
    return [known.get(day) or Day(day) for day in days]


def weekly_active_users(account: Account, last: date, weeks: int = 12) -> list[int]:
    """Users active per week, oldest first; the week of ``last`` is the newest."""
    newest = last - timedelta(days=last.weekday())
    mondays = [newest - timedelta(weeks=n) for n in reversed(range(weeks))]
    rows = (
        UserWeek.objects.filter(account=account, week__range=(mondays[0], newest))
        .values("week")
        .annotate(users=Count("product_user"))
        .values_list("week", "users")
    )
    counts = dict(rows)
    return [counts.get(monday, 0) for monday in mondays]


def active_users_between(account: Account, first: date, last: date) -> int:
    """Different people active on any day from the first to the last."""
    rows = UserWeek.objects.filter(
        account=account, week__range=(_monday(first), last)
    ).values_list("product_user_id", "week", "days")
    return len({user for user, week, days in rows if _inside(week, days, first, last)})


def feature_uses(account: Account, last: date) -> list[FeatureUse]:
    """Features by events in the last 30 days, the most used first."""
    first = last - timedelta(days=WINDOW_DAYS - 1)
    earlier = first - timedelta(days=WINDOW_DAYS)
    rows = FeatureWeek.objects.filter(
        account=account, week__range=(_monday(earlier), last)
    ).values_list("feature__name", "week", "events_by_day", "days")
    now: dict[str, int] = {}
    before: dict[str, int] = {}
    used_days: dict[str, int] = {}
    for name, week, counts, days in rows:
        for offset, count in enumerate(counts):
            day = week + timedelta(days=offset)
            if first <= day <= last:
                now[name] = now.get(name, 0) + (count or 0)
                used_days[name] = used_days.get(name, 0) + (days >> offset & 1)
            elif earlier <= day < first:
                before[name] = before.get(name, 0) + (count or 0)
    uses = [
        FeatureUse(name, now.get(name, 0), before.get(name, 0), used_days.get(name, 0))
        for name in now.keys() | before.keys()
        if now.get(name) or before.get(name) or used_days.get(name)
    ]
    return sorted(uses, key=lambda use: (-use.events, -use.events_before, use.name))


def adoption(account: Account, uses: Iterable[FeatureUse], on: date) -> Adoption:
    """The core features of the account's plan on a day, split by use."""
    used_names = {use.name for use in uses if use.days}
    core = [
        row.feature
        for row in PlanFeature.objects.filter(plan=account.plan_id)
        if (row.valid_from is None or row.valid_from <= on)
        and (row.valid_to is None or row.valid_to > on)
    ]
    return Adoption(
        used=[name for name in core if name in used_names],
        unused=[name for name in core if name not in used_names],
    )


def product_users(account: Account, last: date) -> QuerySet[ProductUser]:
    """People of the account as the product knows them, with what they did lately.

    ``events`` counts the weeks that end in the last 30 days, ``last_week`` is the
    Monday of the newest week with activity.
    """
    weeks = UserWeek.objects.filter(product_user=OuterRef("pk")).order_by()
    recent = weeks.filter(week__gte=last - timedelta(days=WINDOW_DAYS))
    return (
        ProductUser.objects.filter(account=account)
        .select_related("contact")
        .annotate(
            events=Coalesce(_one(recent, Sum("events")), 0),
            sessions=Coalesce(_one(recent, Sum("sessions")), 0),
            last_week=_one(weeks, Max("week")),
        )
    )


def last_active_days(users: Sequence[ProductUser]) -> dict[int, date]:
    """Product user id → the last day with activity, for the users of one page."""
    weeks = {user.pk: getattr(user, "last_week", None) for user in users}
    rows = UserWeek.objects.filter(
        product_user__in=[pk for pk, week in weeks.items() if week],
        week__in={week for week in weeks.values() if week},
    ).values_list("product_user_id", "week", "days")
    return {
        pk: week + timedelta(days=days.bit_length() - 1)
        for pk, week, days in rows
        if weeks[pk] == week
    }


def _one(rows: QuerySet, aggregate) -> Subquery:
    grouped = rows.values("product_user").annotate(found=aggregate)
    return Subquery(grouped.values("found"))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _inside(week: date, days: int, first: date, last: date) -> bool:
    """Whether a week's bit mask has a day between the first and the last."""
    return any(
        days >> offset & 1 and first <= week + timedelta(days=offset) <= last
        for offset in range(7)
    )
