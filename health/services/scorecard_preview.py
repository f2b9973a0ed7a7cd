"""What a draft would change today, for the whole portfolio; nothing is written.

Both sides are scored from the same facts of today, so every difference is the
draft's. Scores set by hand are left out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from health.definition import UNKNOWN_BAND, Definition, parse_definition
from health.models import HealthRun, ScorecardVersion
from health.portfolio_preview import Preview, Side
from health.queries.scorecards import ActiveCard, active_cards, assigned_cards
from health.scoring import Result, Scores, score_accounts, score_one
from health.services.runs import organisation_clock
from health.services.shards import Day, Reading, read_facts
from health.sources.reading import Ids, read_columns


def preview_draft(
    version: ScorecardVersion, *, account_ids: Sequence[int] | None = None
) -> Preview:
    """Score the accounts today under what is published, and under the draft.

    A scorecard that is not in use yet is taken as if it were used for its segments,
    before all others; without segments it would score every account.
    """
    before = active_cards()
    after = _with_draft(before, version)
    ids, segments = _accounts(account_ids)
    today = _today([_everything([*after, *before])], is_everyone=account_ids is None)
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in ("work_mem = '64MB'", "jit = off"):
            cursor.execute(f"SET LOCAL {setting}")
        reading = read_facts(today, ids)
    segments = segments[np.searchsorted(ids, reading.ids)]
    sides = [_side(reading, cards, segments) for cards in (before, after)]
    chosen = [card.version_id == version.pk for card in after].index(True)
    return Preview(
        day=today.day,
        ids=reading.ids,
        before=sides[0],
        after=sides[1],
        is_scored=sides[1].card_of == chosen,
        bands=("red", "orange", "yellow", "green", UNKNOWN_BAND.key),
    )


@dataclass(frozen=True)
class Comparison:
    """One account as it is scored now, and as the draft would score it."""

    before: tuple[Definition, Result] | None
    after: tuple[Definition, Result]


def compare_account(version: ScorecardVersion, account_id: int) -> Comparison:
    """Today's score of one account under its scorecard, and under the draft."""
    cards = active_cards()
    ids, segments = _accounts([account_id])
    chosen = assigned_cards(cards, segments)
    used = cards[chosen[0]].definition if len(ids) and chosen[0] >= 0 else None
    draft = parse_definition(version.definition)
    return Comparison(
        before=(used, _result(used, account_id)) if used else None,
        after=(draft, _result(draft, account_id)),
    )


def _result(definition: Definition, account_id: int) -> Result:
    ids = np.array([account_id], dtype=np.int64)
    reading = read_facts(_today([_card(definition)]), ids)
    values: dict[str, object] = {}
    if len(reading.ids):
        row = reading.matrix(definition, np.ones(1, dtype=np.bool_))[0].tolist()
        pairs = zip(definition.indicator_keys(), row, strict=True)
        values = {source: value for (_, source), value in pairs if np.isfinite(value)}
    return score_one(definition, values)


def _today(cards: Sequence[ActiveCard], *, is_everyone: bool = False) -> Day:
    """Today so far, for reading only: its run is never stored."""
    zone, now = organisation_clock()
    return Day(
        run=HealthRun(day=now.date()),
        day=now.date(),
        zone=zone,
        cards=cards,
        is_provisional=True,
        is_shown=False,
        has_alerts=False,
        is_everyone=is_everyone,
        now=now,
    )


def _card(definition: Definition) -> ActiveCard:
    """A definition as if it was in use for every account."""
    return ActiveCard(0, 0, "", "", definition, frozenset())


def _everything(cards: Sequence[ActiveCard]) -> ActiveCard:
    """One card that reads what any of them reads, so that facts are read once."""
    dimensions = tuple(d for card in cards for d in card.definition.dimensions)
    return _card(Definition(dimensions=dimensions))


def _with_draft(
    cards: Sequence[ActiveCard], version: ScorecardVersion
) -> list[ActiveCard]:
    """The cards in use with the draft in the place of what it replaces."""
    card = version.scorecard
    draft = ActiveCard(
        version_id=version.pk,
        number=version.number,
        slug=card.slug,
        name=card.name,
        definition=parse_definition(version.definition),
        segment_ids=frozenset(card.segments.values_list("pk", flat=True)),
    )
    if any(other.slug == card.slug for other in cards):
        return [
            replace(draft, segment_ids=other.segment_ids)
            if other.slug == card.slug
            else other
            for other in cards
        ]
    return [draft, *cards]


def _accounts(account_ids: Sequence[int] | None) -> tuple[Ids, NDArray[np.int64]]:
    """Live accounts, ascending, with their segment (0 for none)."""
    some = ""
    if account_ids is not None:
        some = f"AND id = ANY('{{{','.join(str(int(i)) for i in account_ids)}}}')"
    ids, columns = read_columns(
        "SELECT id AS account_id, coalesce(segment_id, 0) AS segment "
        "FROM accounts_account WHERE archived_at IS NULL AND merged_into_id IS NULL "
        f"{some} ORDER BY id",
        ["segment"],
    )
    return ids, columns["segment"].astype(np.int64)


def _side(
    reading: Reading, cards: Sequence[ActiveCard], segments: NDArray[np.int64]
) -> Side:
    count = len(reading.ids)
    side = Side(
        score=np.full(count, np.nan),
        coverage=np.zeros(count),
        band=np.full(count, UNKNOWN_BAND.key, dtype="<U8"),
        card_of=assigned_cards(cards, segments),
    )
    for position, card in enumerate(cards):
        mask = side.card_of == position
        if mask.any():
            values = reading.matrix(card.definition, mask)
            _fill(side, mask, score_accounts(card.definition, values))
    return side


def _fill(side: Side, mask: NDArray[np.bool_], scores: Scores) -> None:
    side.score[mask] = scores.score
    side.coverage[mask] = scores.coverage
    side.band[mask] = scores.band_keys
