"""What stands above the portfolio's list: totals per band, and who needs you today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.drawing import BAND_ORDER
from health.models import Alert, AlertQuerySet, AlertSeverity
from organisation.models import User

#: The line "need you today" counts alerts up to this many.
ALERTS_READ = 200
SOON_DAYS = 14
UNKNOWN = Account.Band.UNKNOWN.value
BOARD_CARDS = 15


@dataclass
class BandTotal:
    """Accounts of one band: now, 30 days ago, and their ARR by currency."""

    band: str
    count: int = 0
    count_before: int = 0
    arr: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


@dataclass(frozen=True)
class Overview:
    """A list of accounts in a few figures, worst band first.

    ``weighted`` is the mean score weighted by ARR over the accounts with a band,
    ``weighted_change`` how it moved in 30 days over those that had one then; None
    when there is no such account.
    """

    bands: Sequence[BandTotal]
    arr: dict[str, Decimal]
    weighted: Decimal | None
    weighted_change: Decimal | None
    has_history: bool

    @property
    def count(self) -> int:
        """All accounts of the list."""
        return sum(band.count for band in self.bands)

    @property
    def counts(self) -> dict[str, int]:
        """Accounts per band, for the stacked bar."""
        return {band.band: band.count for band in self.bands}


def overview(accounts: QuerySet[Account], currency: str) -> Overview:
    """Totals per band of these accounts in one query.

    Scores are weighted by ARR in ``currency``; when nobody pays in it there is no
    weighted score. The sums are few because each costs a pass over every account.
    """
    rows: Any = (
        accounts.order_by()
        .values("health_band", "health_band_30d", "arr_currency")
        .annotate(
            number=Count("*"),
            arr=Sum("arr_amount"),
            scored=Sum("arr_amount", filter=Q(health_score__isnull=False)),
            weighted=Sum(F("health_score") * F("arr_amount")),
            moved=Sum("arr_amount", filter=Q(health_change_30d__isnull=False)),
            weighted_move=Sum(F("health_change_30d") * F("arr_amount")),
        )
    )
    bands = {band: BandTotal(band) for band in BAND_ORDER}
    arr: dict[str, Decimal] = defaultdict(Decimal)
    score, change = _Mean(), _Mean()
    for row in rows:
        band = bands[row["health_band"]]
        band.count += row["number"]
        band.arr[row["arr_currency"]] += row["arr"]
        arr[row["arr_currency"]] += row["arr"]
        if row["health_band_30d"]:
            bands[row["health_band_30d"]].count_before += row["number"]
        is_known = row["health_band"] != UNKNOWN
        if is_known and row["arr_currency"] == currency:
            score.add(row["weighted"], row["scored"])
            if row["health_band_30d"] != UNKNOWN:
                change.add(row["weighted_move"], row["moved"])
    return Overview(
        bands=list(bands.values()),
        arr=arr,
        weighted=score.value,
        weighted_change=change.value,
        has_history=any(band.count_before for band in bands.values()),
    )


@dataclass
class _Mean:
    """A weighted mean in the making."""

    total: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)

    def add(self, total: Decimal | None, weight: Decimal | None) -> None:
        """One group; None when nothing in it has a value."""
        self.total += total or 0
        self.weight += weight or 0

    @property
    def value(self) -> Decimal | None:
        return self.total / self.weight if self.weight else None


@dataclass(frozen=True)
class Attention:
    """Who needs this person today: accounts with open alerts, and renewals soon."""

    count: int
    is_capped: bool
    alerts: Sequence[tuple[Account, str]]
    renewals: int
    is_own_book: bool


def attention(accounts: AccountQuerySet, *, user: User, today: date) -> Attention:
    """Open alerts nobody has taken up, and renewals within two weeks.

    A person with accounts of their own is told about those, others about all they see.
    """
    is_own_book = user.role == "csm"
    mine = accounts.filter(owner=user) if is_own_book else accounts
    live = mine.live()
    alerts: list[Alert] = []
    if user.has_perm_code("view_health"):
        alerts = list(
            _of_live(Alert.objects.open(), mine)
            .filter(acknowledged_at__isnull=True)
            .select_related("account")
            .only("summary", "account__name", "account__public_id", "account_id")
            .order_by(_severity(), "-opened_at", "pk")[: ALERTS_READ + 1]
        )
    renewals = 0
    if user.has_perm_code("view_revenue"):
        end = today + timedelta(days=SOON_DAYS)
        renewals = live.filter(renewal_on__range=(today, end)).count()
    return Attention(
        count=len({alert.account_id for alert in alerts}),
        is_capped=len(alerts) > ALERTS_READ,
        alerts=_one_per_account(alerts),
        renewals=renewals,
        is_own_book=is_own_book,
    )


def _of_live(alerts: AlertQuerySet, accounts: AccountQuerySet) -> AlertQuerySet:
    """Alerts of the live ones of these accounts.

    Who sees every account needs no look-up of them: the alerts are few, and each
    finds its own account.
    """
    found = alerts.filter(
        account__archived_at__isnull=True, account__merged_into__isnull=True
    )
    is_everything = not accounts.query.where
    return found if is_everything else found.filter(account__in=accounts.values("pk"))


def _severity() -> Case:
    return Case(
        When(rule__severity=AlertSeverity.HIGH, then=Value(0)),
        When(rule__severity=AlertSeverity.MEDIUM, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _one_per_account(
    alerts: Iterable[Alert], wanted: int = 3
) -> list[tuple[Account, str]]:
    """Each account with its gravest alert, as the rest of a sentence."""
    first: dict[int, Alert] = {}
    for alert in alerts:
        first.setdefault(alert.account_id, alert)
    return [
        (alert.account, _after_a_name(alert.summary))
        for alert in list(first.values())[:wanted]
    ]


def _after_a_name(sentence: str) -> str:
    """ "Fell 12.6 points." → "fell 12.6 points", to stand behind the account."""
    begins_plain = sentence[:1].isupper() and sentence[1:2].islower()
    words = sentence[:1].lower() + sentence[1:] if begins_plain else sentence
    return words.removesuffix(".")


def board(accounts: AccountQuerySet, bands: Iterable[str]) -> dict[str, list[Account]]:
    """The first cards of each band, lowest score first, in one query."""
    wanted = set(bands)
    cards: dict[str, list[Account]] = {
        band: [] for band in BAND_ORDER if band in wanted
    }
    first, *others = (
        accounts.filter(health_band=band).order_by("health_score", "pk")[:BOARD_CARDS]
        for band in cards
    )
    for account in first.union(*others, all=True):
        cards[account.health_band].append(account)
    for column in cards.values():
        column.sort(key=lambda account: (account.health_score or 0, account.pk))
    return cards


class _Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    set_returning = True
    output_field = CharField()


def common_tags(accounts: AccountQuerySet, limit: int = 100) -> list[str]:
    """The tags most of these accounts carry, most used first."""
    tags = accounts.order_by().values(each=_Unnest("tags"))
    counted: Any = tags.annotate(number=Count("pk")).order_by("-number", "each")
    return [row["each"] for row in counted[:limit]]
