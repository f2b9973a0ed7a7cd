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
from health.services.reasons import reasons_for
from health.sources.reading import Floats, Ids
from health.trend import STABLE_BELOW_POINTS, STAND_IN_DAYS, points_changed

CHANGE_DAYS = 30


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
                SELECT s.band FROM health_snapshot s
                WHERE s.account_id = a.id AND s.day < a.day AND NOT s.is_restated
                  AND s.band <> 'unknown'
                ORDER BY s.day DESC LIMIT 1) s
            """,
            [ids.tolist(), days.tolist()],
        )
        return dict(cursor.fetchall())


def update_accounts(ids: Ids, scores: Scores, card: ActiveCard, day: date) -> Changes:
    """Write score, band, coverage, change, reason and weekly series to accounts."""
    earlier = _snapshots_then(ids, day)
    score_then = np.array(
        [earlier[i][0] if i in earlier else np.nan for i in ids.tolist()], dtype=float
    )
    band_then = np.array([earlier[i][1] if i in earlier else "" for i in ids.tolist()])
    change = points_changed(scores.score, score_then)
    # Smaller changes are called stable and need no reason.
    moved = np.abs(change) >= STABLE_BELOW_POINTS
    days_then = {int(i): earlier[int(i)][2] for i in ids[moved]}
    reasons = reasons_for(ids, moved, scores, card, days_then)
    _write(ids, scores, change, band_then, reasons, day)
    return Changes(change, band_then.astype("U8"))


def _snapshots_then(ids: Ids, day: date) -> dict[int, tuple[float, str, date]]:
    """Score, band and day of the snapshot 30 days earlier, or shortly before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, s.score::float8, s.band, s.day
            FROM unnest(%s::bigint[]) a(id)
            CROSS JOIN LATERAL (
                SELECT s.score, s.band, s.day FROM health_snapshot s
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
            account: (np.nan if score is None else score, band, then)
            for account, score, band, then in cursor.fetchall()
        }


def _write(
    ids: Ids,
    scores: Scores,
    change: Floats,
    band_then: NDArray[np.str_],
    reasons: dict[int, str],
    day: date,
) -> None:
    rows = zip(
        ids.tolist(),
        scores.score.tolist(),
        scores.band_keys.tolist(),
        scores.coverage.tolist(),
        change.tolist(),
        band_then.tolist(),
        strict=True,
    )
    text = "".join(
        f"{account}\t{score}\t{band}\t{coverage:.1f}\t{moved}\t{then}\t"
        f"{reasons.get(account, '')}\n"
        for account, score, band, coverage, moved, then in rows
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
