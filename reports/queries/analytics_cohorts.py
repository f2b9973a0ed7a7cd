"""Accounts by the month in which they became customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Count, Q
from django.db.models.functions import TruncMonth

from accounts.models import Account
from reports.queries.analytics import AnalyticsScope

SHOWN_MONTHS = 24


@dataclass(frozen=True)
class Cohort:
    """Customers that began in one month, as they stand now."""

    month: date
    accounts: int
    stayed: int
    scored: int
    green: int
    mean_score: float | None

    @property
    def stayed_share(self) -> float:
        """Percent that is still a customer."""
        return 100 * self.stayed / self.accounts

    @property
    def green_share(self) -> float | None:
        """Percent of those with a score that is healthy."""
        return 100 * self.green / self.scored if self.scored else None


def cohorts(scope: AnalyticsScope) -> list[Cohort]:
    """The newest two years of months, newest first, in one query."""
    here = Q(is_churned=False)
    scored = here & Q(health_score__isnull=False)
    rows = (
        Account.objects.live()
        .visible_to(scope.user)
        .filter(scope.narrowed)
        .order_by()
        .annotate(month=TruncMonth("first_seen_on"))
        .values("month")
        .annotate(
            all=Count("pk"),
            stayed=Count("pk", filter=here),
            scored=Count("pk", filter=scored),
            green=Count("pk", filter=scored & Q(health_band="green")),
            mean=Avg("health_score", filter=scored),
        )
        .values_list("month", "all", "stayed", "scored", "green", "mean")
        .order_by("-month")[:SHOWN_MONTHS]
    )
    return [Cohort(*row[:5], None if row[5] is None else float(row[5])) for row in rows]
