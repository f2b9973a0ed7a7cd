"""Snapshots as COPY text, a few thousand rows at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isnan

import numpy as np
import orjson
from django.db import connection
from numpy.typing import NDArray

from health.scoring import ENGINE_VERSION, Scores
from health.services.by_hand import ByHand

# Large joined texts keep memory low; thousands of small ones do not.
ROWS_PER_TEXT = 5_000
_NULL = "\\N"
RAW_PLACES, SCORE_PLACES = 6, 4

COLUMNS = (
    "account_id, day, is_restated, is_provisional, score, band, coverage, "
    "override_score, override_band, version_id, engine, detail"
)


@dataclass(frozen=True)
class SnapshotBatch:
    """Scores of some accounts under one scorecard version on one day."""

    ids: NDArray[np.int64]
    scores: Scores
    by_hand: ByHand
    version_id: int
    day: date
    is_restated: bool
    is_provisional: bool


def copy_snapshots(batch: SnapshotBatch) -> int:
    """Write the batch with COPY; returns the number of rows."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        for text in _texts(batch):
            cursor.copy_expert(
                f"COPY health_snapshot ({COLUMNS}) FROM STDIN", io.BytesIO(text)
            )
    return len(batch.ids)


def _texts(batch: SnapshotBatch) -> Iterator[bytes]:
    for start in range(0, len(batch.ids), ROWS_PER_TEXT):
        part = slice(start, start + ROWS_PER_TEXT)
        yield _text(batch, part)


def _text(batch: SnapshotBatch, part: slice) -> bytes:
    scores = batch.scores
    flags = f"{_letter(batch.is_restated)}\t{_letter(batch.is_provisional)}"
    between = f"{batch.day}\t{flags}"
    after = f"{batch.version_id}\t{ENGINE_VERSION}"
    rows = zip(
        batch.ids[part].tolist(),
        scores.score[part].tolist(),
        scores.band_keys[part].tolist(),
        scores.coverage[part].tolist(),
        _hands(batch.by_hand.picked(part)),
        _json_rows(scores.raw[part], RAW_PLACES),
        _json_rows(scores.normalised[part], SCORE_PLACES),
        _json_rows(scores.effective_weights[part], SCORE_PLACES),
        _json_rows(scores.dimension_scores[part], SCORE_PLACES),
        strict=True,
    )
    return "".join(
        f"{account}\t{between}\t{_NULL if isnan(score) else score}\t{band}\t"
        f'{coverage:.1f}\t{hand}\t{after}\t{{"raw":[{raw}],"norm":[{norm}],'
        f'"weight":[{weight}],"dims":[{dims}]}}\n'
        for account, score, band, coverage, hand, raw, norm, weight, dims in rows
    ).encode()


def _hands(by_hand: ByHand) -> list[str]:
    """Score and band set by hand; nearly always nothing."""
    texts = [f"{_NULL}\t"] * len(by_hand.band)
    for place in np.flatnonzero(by_hand.holds):
        score = float(by_hand.score[place])
        texts[place] = f"{_NULL if isnan(score) else score}\t{by_hand.band[place]}"
    return texts


def _letter(flag: bool) -> str:
    return "t" if flag else "f"


def _json_rows(matrix: NDArray[np.float64], places: int) -> list[str]:
    """The rows of a matrix as JSON without the brackets; NaN as null.

    One call for the whole matrix is several times faster than one for each row.
    """
    rounded = np.ascontiguousarray(np.round(matrix, places) + 0.0)
    text = orjson.dumps(rounded, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return text[2:-2].split("],[")
