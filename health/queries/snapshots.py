"""Stored snapshots of one account: the newest, the one of a day, the whole course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import Account
from health.models import Snapshot

# A snapshot up to this many days older speaks for a day that has none.
OLDEST_DAYS = 7


@dataclass(frozen=True)
class HistoryPoint:
    """One day of an account's health, as it was known then.

    Score and band are those people read; while they are set by hand, the computed ones
    stand beside them.
    """

    day: date
    score: float | None
    band: str
    coverage: float
    version_number: int
    scorecard_name: str
    is_provisional: bool
    is_by_hand: bool
    computed_score: float | None
    computed_band: str
    version_note: str = ""


def latest_snapshot(account: Account) -> Snapshot | None:
    """The newest snapshot, with its scorecard version."""
    return _known_then(account).first()


def snapshot_on(account: Account, day: date) -> Snapshot | None:
    """What was known of a day: its snapshot, or the newest of the 7 days before."""
    first = day - timedelta(days=OLDEST_DAYS)
    return _known_then(account).filter(day__range=(first, day)).first()


def restated_snapshot(account: Account, day: date) -> Snapshot | None:
    """What was computed later for a day, with facts that came late."""
    return (
        Snapshot.objects.filter(account=account, day=day, is_restated=True)
        .select_related("version__scorecard")
        .first()
    )


def history(account: Account, first: date, last: date) -> list[HistoryPoint]:
    """Every snapshot from the first to the last day, oldest first."""
    rows = (
        Snapshot.objects.filter(
            account=account, day__range=(first, last), is_restated=False
        )
        .order_by("day")
        .values(
            "day",
            "score",
            "band",
            "coverage",
            "version__number",
            "version__note",
            "version__scorecard__name",
            "is_provisional",
            "override_score",
            "override_band",
        )
    )
    return [_point(dict(row)) for row in rows]


def _point(row: dict[str, Any]) -> HistoryPoint:
    computed = None if row["score"] is None else float(row["score"])
    by_hand = row["override_score"]
    return HistoryPoint(
        day=row["day"],
        score=computed if by_hand is None else float(by_hand),
        band=row["override_band"] or row["band"],
        coverage=float(row["coverage"]),
        version_number=row["version__number"],
        scorecard_name=row["version__scorecard__name"],
        is_provisional=row["is_provisional"],
        is_by_hand=row["override_band"] != "",
        computed_score=computed,
        computed_band=row["band"],
        version_note=row["version__note"],
    )


def _known_then(account: Account):
    return (
        Snapshot.objects.filter(account=account, is_restated=False)
        .select_related("version__scorecard")
        .order_by("-day")
    )


def account_by_external_id(external_id: str) -> Account | None:
    """The account any source calls this; a merged one leads to its survivor."""
    account = Account.objects.filter(external_ids__external_id=external_id).first()
    while account is not None and account.merged_into is not None:
        account = account.merged_into
    return account
