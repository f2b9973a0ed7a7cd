"""Scoring and storing the accounts of one shard: all of it commits, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from numpy.typing import NDArray

from health.alert_rules import Picture
from health.alert_rules.deciding import RuleInUse
from health.alert_rules.picking import PickedFacts
from health.definition import Definition
from health.models import HealthRun
from health.queries.alert_rows import columns_wanted
from health.queries.scorecards import ActiveCard, assigned_cards
from health.scoring import Scores, mask_stale, score_accounts
from health.services.alerts import evaluate_alerts
from health.services.by_hand import ByHand, read_by_hand
from health.services.newest import Changes, Standing, read_standing, update_accounts
from health.services.snapshot_rows import SnapshotBatch, copy_snapshots
from health.sources.facts import Facts
from health.sources.reading import Floats, read_columns
from health.sources.registry import find_source
from health.sources.scope import Ids, Scope

# Whoever writes snapshots and account columns does so alone; shards are short.
WRITE_LOCK = 0x4353_0001

CHURN_COLUMNS = ("has_had_subscription", "active_subscriptions")


@dataclass(frozen=True)
class Day:
    """What is the same for every shard of a run."""

    run: HealthRun
    day: date
    zone: str
    cards: Sequence[ActiveCard]
    is_provisional: bool
    is_shown: bool
    has_alerts: bool
    is_everyone: bool
    now: datetime
    rules: Sequence[RuleInUse] = ()

    def scope(self, ids: Ids) -> Scope:
        """These accounts on this day."""
        return Scope(self.day, self.zone, ids, self.is_everyone, self.is_provisional)

    @property
    def is_restated(self) -> bool:
        return self.run.is_restatement


@dataclass(frozen=True)
class Reading:
    """Facts of some accounts, turned into indicator values per card."""

    ids: Ids
    card_of: NDArray[np.int64]
    segments: NDArray[np.int64]
    facts: Facts
    values: dict[tuple[str, float], Floats]

    def matrix(self, definition: Definition, mask: NDArray[np.bool_]) -> Floats:
        """The masked accounts' values in the order of the definition."""
        keys = _value_keys(definition)
        matrix = np.empty((int(mask.sum()), len(keys)))
        for column, key in enumerate(keys):
            matrix[:, column] = self.values[key][mask]
        return matrix


def _value_keys(definition: Definition) -> list[tuple[str, float]]:
    """A source with its greatest age: indicators that share both share a column."""
    sources = [source for _, source in definition.indicator_keys()]
    return list(zip(sources, definition.max_ages(), strict=True))


def read_facts(day: Day, ids: Ids) -> Reading:
    """Read what the cards in use need for these accounts, one scan per table.

    Accounts that are gone are left out.
    """
    sql = (
        "SELECT a.id AS account_id, coalesce(a.segment_id, 0) AS segment "
        "FROM accounts_account a WHERE {only_id_a} ORDER BY a.id"
    )
    found, columns = read_columns(sql.format_map(day.scope(ids).sql), ["segment"])
    ids = ids[np.isin(ids, found)]
    segments = columns["segment"][np.searchsorted(found, ids)].astype(np.int64)
    card_of = assigned_cards(day.cards, segments)
    used = [day.cards[position] for position in np.unique(card_of) if position >= 0]
    keys = {key for card in used for key in _value_keys(card.definition)}
    asked = {*CHURN_COLUMNS, *columns_wanted(day.rules)} if day.has_alerts else set()
    wanted = set(asked)
    for key, limit in keys:
        source = find_source(key)
        if source is not None:
            wanted |= source.columns(with_age=np.isfinite(limit))
    facts = Facts(day.scope(ids), wanted)
    values = {key: _value(facts, *key) for key in keys}
    # Read here and not while a shard holds the lock.
    for name in sorted(asked):
        facts[name]
    return Reading(ids, card_of, segments, facts, values)


def _value(facts: Facts, key: str, max_age: float) -> Floats:
    source = find_source(key)
    if source is None:
        return np.full(len(facts.scope.ids), np.nan)
    values = source.read(facts)
    if np.isfinite(max_age):
        values = mask_stale(values, source.age(facts), max_age)
    return values


def write_shard(day: Day, reading: Reading, part: slice) -> int:
    """Score and store one slice of the accounts; returns the snapshots written."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
        is_open = _clear_for_writing(day, reading.ids[part])
        standing = read_standing(reading.ids[part], day.day) if day.is_shown else None
        written = 0
        for position, card in enumerate(day.cards):
            mask = np.zeros(len(reading.ids), dtype=np.bool_)
            mask[part] = (reading.card_of[part] == position) & is_open
            if mask.any():
                written += _write_card(day, reading, card, mask, standing)
        HealthRun.objects.filter(pk=day.run.pk).update(
            accounts=F("accounts") + (part.stop - part.start),
            changed=F("changed") + written,
        )
    return written


def _write_card(
    day: Day,
    reading: Reading,
    card: ActiveCard,
    mask: NDArray[np.bool_],
    standing: Standing | None,
) -> int:
    ids = reading.ids[mask]
    scores = score_accounts(card.definition, reading.matrix(card.definition, mask))
    by_hand = read_by_hand(ids, day.day, card.definition)
    batch = SnapshotBatch(
        ids,
        scores,
        by_hand,
        card.version_id,
        day.day,
        day.is_restated,
        day.is_provisional,
    )
    written = copy_snapshots(batch)
    if standing is not None:
        _update_newest(day, reading, card, mask, scores, by_hand, standing)
    return written


def _update_newest(
    day: Day,
    reading: Reading,
    card: ActiveCard,
    mask: NDArray[np.bool_],
    scores: Scores,
    by_hand: ByHand,
    standing: Standing,
) -> None:
    """Bring account columns and alerts up to this day, unless they show a later one."""
    is_newest = standing.is_newest_for(reading.ids[mask])
    if not is_newest.any():
        return
    ids = reading.ids[mask][is_newest]
    newest, shown = _picked(scores, is_newest), by_hand.picked(is_newest)
    changes = update_accounts(ids, newest, shown, card, day.day)
    if day.has_alerts:
        places = np.flatnonzero(mask)[is_newest]
        picture = _picture(day, reading, card, places, newest, shown, changes)
        before = standing.band_before(ids, day.day)
        picture = replace(picture, band_before=before)
        evaluate_alerts(picture, rules=day.rules, now=day.now)


def _picture(
    day: Day,
    reading: Reading,
    card: ActiveCard,
    places: NDArray[np.int64],
    scores: Scores,
    by_hand: ByHand,
    changes: Changes,
) -> Picture:
    """These accounts as the alert rules see them; no band is known before."""
    had, active = (reading.facts[name][places] for name in CHURN_COLUMNS)
    return Picture(
        day=day.day,
        ids=reading.ids[places],
        definition=card.definition,
        facts=PickedFacts(reading.facts, places),
        raw=scores.raw,
        score=by_hand.shown_score(scores.score),
        band=by_hand.shown_band(scores.band_keys),
        change_30d=changes.change,
        band_30d=changes.band,
        band_before=np.full(len(places), "", dtype="U8"),
        is_churned=(had > 0) & (np.nan_to_num(active) == 0),
        segment=reading.segments[places],
        is_by_hand=by_hand.holds,
        computed_score=scores.score,
        computed_band=scores.band_keys,
    )


def _picked(scores: Scores, mask: NDArray[np.bool_]) -> Scores:
    arrays = {name: getattr(scores, name)[mask] for name in scores.__dataclass_fields__}
    return replace(scores, **arrays)


def _clear_for_writing(day: Day, ids: Ids) -> NDArray[np.bool_]:
    """Remove what this run replaces; True where a snapshot may be written.

    Closed snapshots stay, always; provisional and restated ones are replaced.
    Accounts that were deleted since their facts were read get none.
    """
    removed = "" if day.is_restated else "AND is_provisional"
    with connection.cursor() as cursor:
        key = [ids.tolist(), day.day, day.is_restated]
        cursor.execute(
            "DELETE FROM health_snapshot WHERE account_id = ANY(%s) AND day = %s "
            f"AND is_restated = %s {removed}",
            key,
        )
        cursor.execute(
            "SELECT account_id FROM health_snapshot WHERE account_id = ANY(%s) "
            "AND day = %s AND is_restated = %s",
            key,
        )
        closed = [account for (account,) in cursor.fetchall()]
        cursor.execute(
            "SELECT id FROM accounts_account WHERE id = ANY(%s)", [ids.tolist()]
        )
        there = [account for (account,) in cursor.fetchall()]
    return np.isin(ids, there) & ~np.isin(ids, closed)
