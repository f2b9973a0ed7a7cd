"""The whole portfolio in a few figures, as it was on any day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Account
from health.models import Snapshot
from organisation.models import Organisation, User
from revenue.models import Subscription

MONTHS = 12
#: A score older than this says nothing about a day.
SNAPSHOT_DAYS = 7

Totals = dict[str, Any]


def portfolio_summary(as_of: date, *, user: User | None = None) -> Totals:
    """Accounts, subscriptions, revenue and health bands as of a day.

    A subscription counts when it had started and not ended by the day, trials with an
    MRR of 0; an account is active with at least one of them. ``accounts`` are those
    first seen by the day and not archived by its end, and only they count anywhere;
    ``by_band`` sums to them, by their newest snapshot of the last seven days as it was
    known then. Amounts are in ``currency``; amounts in other
    currencies are never added to it but stand in ``other_currencies``. With a user
    only what they may see counts; without the right to see revenue it is None.
    """
    own_currency, zone = _organisation()
    accounts = Account.objects.present_on(as_of, zone)
    if user is not None:
        accounts = accounts.visible_to(user)
    active = Subscription.objects.active_on(as_of)
    lines = _lines(active.filter(account__in=accounts), as_of)
    currency = _main_currency(lines, own_currency)
    amounts = [line for line in lines if line["currency"] == currency]
    summary = {
        "as_of": as_of.isoformat(),
        "currency": currency,
        "accounts": 0,
        "active_accounts": accounts.filter(
            Exists(active.filter(account=OuterRef("pk")))
        ).count(),
        "active_subscriptions": sum(line["subscriptions"] for line in lines),
        "active_trials": sum(line["subscriptions"] for line in lines if line["trial"]),
        "mrr": _number(sum(line["mrr"] for line in amounts)),
        "arr": _number(sum(line["mrr"] for line in amounts) * MONTHS),
        "seats": sum(line["seats"] for line in lines),
        "by_band": _by_band(accounts, amounts, as_of),
    }
    summary["accounts"] = sum(band["accounts"] for band in summary["by_band"].values())
    others = _other_currencies(lines, currency)
    if others:
        summary["other_currencies"] = others
    if user is not None and not user.has_perm_code("view_revenue"):
        _hide_amounts(summary)
    return summary


def _lines(active: QuerySet[Subscription], day: date) -> list[dict[str, Any]]:
    """Active subscriptions summed by band of their account, currency and trial.

    The terms that held on the day count; without any, the subscription's own columns.
    """
    on_day = Q(terms__valid_from__isnull=True) | Q(terms__valid_from__lte=day)
    until = Q(terms__valid_to__isnull=True) | Q(terms__valid_to__gt=day)
    lines: Any = (
        active.annotate(
            terms_then=FilteredRelation("terms", condition=on_day & until),
            band=_band_on("account_id", day),
            trial=Case(
                When(terms_then__pk__isnull=False, then="terms_then__is_trial"),
                default="is_trial",
            ),
        )
        .order_by()
        .values("currency", "band", "trial")
        .annotate(
            subscriptions=Count("pk"),
            mrr=Sum(
                Case(
                    When(trial=True, then=Value(Decimal(0))),
                    When(terms_then__pk__isnull=False, then="terms_then__mrr_amount"),
                    default="mrr_amount",
                )
            ),
            seats=Coalesce(
                Sum(
                    Case(
                        When(terms_then__pk__isnull=False, then="terms_then__seats"),
                        default="seats",
                    )
                ),
                0,
            ),
        )
    )
    return list(lines)


def _band_on(account: str, day: date) -> Coalesce:
    """The band of an account's newest snapshot of the last days, as known then."""
    newest = (
        Snapshot.objects.filter(
            account=OuterRef(account),
            day__range=(day - timedelta(days=SNAPSHOT_DAYS), day),
            is_restated=False,
        )
        .order_by("-day")
        .annotate(shown=Coalesce(NullIf("override_band", Value("")), "band"))
        .values("shown")[:1]
    )
    return Coalesce(Subquery(newest), Value(Account.Band.UNKNOWN.value))


def _by_band(
    accounts: QuerySet[Account], amounts: Iterable[dict[str, Any]], day: date
) -> dict[str, Totals]:
    counts = dict(
        accounts.annotate(band=_band_on("pk", day))
        .order_by()
        .values_list("band")
        .annotate(Count("pk"))
    )
    mrr: dict[str, Decimal] = defaultdict(Decimal)
    for line in amounts:
        mrr[line["band"]] += line["mrr"]
    return {
        band: {"accounts": counts.get(band, 0), "arr": _number(mrr[band] * MONTHS)}
        for band in Account.Band.values
    }


def _organisation() -> tuple[str, str]:
    """The organisation's currency and time zone."""
    row = Organisation.objects.values_list("currency", "timezone").first()
    currency, zone = row or ("", "")
    return currency or "EUR", zone or "UTC"


def _main_currency(lines: Iterable[dict[str, Any]], own: str) -> str:
    """The organisation's currency, else the one in which most is earned."""
    earned: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        earned[line["currency"]] += line["mrr"]
    if own in earned or not earned:
        return own
    return max(sorted(earned), key=lambda currency: earned[currency])


def _other_currencies(lines: Iterable[dict[str, Any]], main: str) -> dict[str, Totals]:
    earned: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line["currency"] != main:
            earned[line["currency"]] += line["mrr"]
    return {
        currency: {"mrr": _number(mrr), "arr": _number(mrr * MONTHS)}
        for currency, mrr in sorted(earned.items())
        if mrr
    }


def _hide_amounts(summary: Totals) -> None:
    summary["mrr"] = summary["arr"] = None
    summary.pop("other_currencies", None)
    for band in summary["by_band"].values():
        band["arr"] = None


def _number(amount: Decimal | int) -> int | float:
    """A JSON number: whole amounts without a fraction."""
    exact = round(Decimal(amount), 2)
    return int(exact) if exact == exact.to_integral_value() else float(exact)
