"""What accounts show of their health: the newest score and how it got there."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from accounts.health_columns import HEALTH_ROW, write_health
from health.queries.scorecards import ActiveCard
from health.scoring import Scores
from health.services.by_hand import ByHand
from health.services.reasons import LONGEST, reasons_for
from health.sources.reading import Floats, Ids
from health.trend import STABLE_BELOW_POINTS, STAND_IN_DAYS, points_changed

CHANGE_DAYS = 30
WAS_BY_HAND = "30 days ago the score was set by hand."


@dataclass(frozen=True)
class Standing:
    """What the accounts of a shard showed before this run wrote anything."""

    ids: Ids
    is_newest: NDArray[np.bool_]
    shown_band: NDArray[np.str_]
    shown_day: NDArray[np.datetime64]

    def is_newest_for(self, ids: Ids) -> NDArray[np.bool_]:
        """Whether this day is at least as new as what each account shows."""
        return self.is_newest[np.searchsorted(self.ids, ids)]

    def band_before(self, ids: Ids, day: date) -> NDArray[np.str_]:
        """The last known band before the day; empty when there was none."""
        places = np.searchsorted(self.ids, ids)
        bands = self.shown_band[places].copy()
        shown = self.shown_day[places]
        is_older = shown < np.datetime64(day)
        unsure = ~is_older | (bands == "unknown")
        bands[unsure] = ""
        # Days between the one they showed and this one were stored, but not told.
        before = np.where(is_older, shown, np.datetime64(day))
        found = _last_known_bands(ids[unsure], before[unsure])
        for place in np.flatnonzero(unsure):
            bands[place] = found.get(int(ids[place]), "")
        return bands


@dataclass(frozen=True)
class Changes:
    """The change against 30 days ago, and the band then (empty: no snapshot)."""

    change: Floats
    band: NDArray[np.str_]


def read_standing(ids: Ids, day: date) -> Standing:
    """Read what these accounts (ascending ids) show now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, health_day, health_band FROM accounts_account "
            "WHERE id = ANY(%s) ORDER BY id",
            [ids.tolist()],
        )
        rows = cursor.fetchall()
    return Standing(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        is_newest=np.array([row[1] is None or row[1] <= day for row in rows]),
        shown_band=np.array([row[2] for row in rows], dtype="U8"),
        shown_day=np.array([row[1] for row in rows], dtype="datetime64[D]"),
    )


def _last_known_bands(ids: Ids, days: NDArray[np.datetime64]) -> dict[int, str]:
    """The last known band of each account before its day."""
    if not len(ids):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, s.band FROM unnest(%s::bigint[], %s::date[]) a(id, day)
            CROSS JOIN LATERAL (
                SELECT coalesce(nullif(s.override_band, ''), s.band) AS band
                FROM health_snapshot s
                WHERE s.account_id = a.id AND s.day < a.day AND NOT s.is_restated
                  AND (s.band <> 'unknown' OR s.override_band <> '')
                ORDER BY s.day DESC LIMIT 1) s
            """,
            [ids.tolist(), days.tolist()],
        )
        return dict(cursor.fetchall())


def update_accounts(
    ids: Ids, scores: Scores, by_hand: ByHand, card: ActiveCard, day: date
) -> Changes:
    """Write score, band, coverage, change, reason and weekly series to accounts.

    Score, band and change are those people read, set by hand or not.
    """
    earlier = _snapshots_then(ids, day)
    shown = by_hand.shown_score(scores.score)
    score_then = np.array(
        [earlier[i][0] if i in earlier else np.nan for i in ids.tolist()], dtype=float
    )
    band_then = np.array([earlier[i][1] if i in earlier else "" for i in ids.tolist()])
    change = points_changed(shown, score_then)
    # Smaller changes are called stable and need no reason.
    moved = np.abs(change) >= STABLE_BELOW_POINTS
    days_then = {int(i): earlier[int(i)][2] for i in ids[moved]}
    reasons = reasons_for(ids, moved, scores, card, days_then)
    reasons |= {i: WAS_BY_HAND for i in reasons if earlier[i][3]}
    reasons |= {account: _in_one_line(why) for account, why in by_hand.reasons.items()}
    _write(ids, scores, by_hand, change, band_then, reasons, day)
    return Changes(change, band_then.astype("U8"))


def _snapshots_then(ids: Ids, day: date) -> dict[int, tuple[float, str, date, bool]]:
    """Score and band shown 30 days earlier, or shortly before; the day; by hand?"""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, s.score::float8, s.band, s.day, s.is_by_hand
            FROM unnest(%s::bigint[]) a(id)
            CROSS JOIN LATERAL (
                SELECT coalesce(s.override_score, s.score) AS score, s.day,
                    s.override_score IS NOT NULL AS is_by_hand,
                    coalesce(nullif(s.override_band, ''), s.band) AS band
                FROM health_snapshot s
                WHERE s.account_id = a.id AND NOT s.is_restated
                  AND s.day BETWEEN %s AND %s
                ORDER BY s.day DESC LIMIT 1) s
            """,
            [
                ids.tolist(),
                day - timedelta(days=CHANGE_DAYS + STAND_IN_DAYS),
                day - timedelta(days=CHANGE_DAYS),
            ],
        )
        return {
            account: (np.nan if score is None else score, band, then, is_by_hand)
            for account, score, band, then, is_by_hand in cursor.fetchall()
        }


def _in_one_line(reason: str) -> str:
    """A reason people gave, fit for a list and for COPY."""
    return " ".join(reason.replace("\\", "/").split())[:LONGEST]


def _write(
    ids: Ids,
    scores: Scores,
    by_hand: ByHand,
    change: Floats,
    band_then: NDArray[np.str_],
    reasons: dict[int, str],
    day: date,
) -> None:
    rows = zip(
        ids.tolist(),
        by_hand.shown_score(scores.score).tolist(),
        by_hand.shown_band(scores.band_keys).tolist(),
        scores.coverage.tolist(),
        change.tolist(),
        band_then.tolist(),
        np.where(by_hand.holds, "t", "f").tolist(),
        np.where(by_hand.holds, scores.score, np.nan).tolist(),
        strict=True,
    )
    text = "".join(
        f"{account}\t{score}\t{band}\t{coverage:.1f}\t{moved}\t{then}\t{hand}\t"
        f"{computed}\t{reasons.get(account, '')}\n"
        for account, score, band, coverage, moved, then, hand, computed in rows
    ).replace("\tnan\t", "\t\\N\t")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS health_newest")
        cursor.execute(f"CREATE TEMP TABLE health_newest ({HEALTH_ROW}) ON COMMIT DROP")
        with connection.wrap_database_errors:
            cursor.copy_expert(
                "COPY health_newest FROM STDIN", io.BytesIO(text.encode())
            )
        cursor.execute("ANALYZE health_newest")
    write_health(table="health_newest", day=day)
