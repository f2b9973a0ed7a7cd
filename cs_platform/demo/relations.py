"""Demo meetings, survey answers and value metrics."""

from __future__ import annotations

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from cs_platform.demo import words
from cs_platform.demo.copying import copy_rows, reserve_ids
from cs_platform.demo.world import SOURCE, World

_KINDS = ("meeting", "call", "email", "on_site", "webinar", "chat")
_KIND_SHARES = (0.34, 0.3, 0.2, 0.03, 0.06, 0.07)
_MINUTES = {"meeting": 45, "call": 25, "on_site": 180, "webinar": 60}


def write_touchpoints(world: World) -> None:
    """Touchpoints by size of the account, fewer where the relationship is weak."""
    rng = world.rng
    per_day = np.array([0.016, 0.038, 0.075])[world.segment_size][:, None]
    rate = per_day * (0.3 + 0.95 * world.course.wellbeing)
    rate = rate * world.course.alive * (world.weekdays < 5)
    rate = np.where(world.course.is_silent[:, None], 0, rate)
    account, day = np.nonzero(rng.random(rate.shape) < rate)
    n = len(account)
    kind = np.array(_KINDS)[rng.choice(len(_KINDS), n, p=_KIND_SHARES)]
    ids = reserve_ids("accounts_touchpoint", n)
    mood = world.course.wellbeing[account, day] + rng.normal(0, 0.2, n)
    hour = rng.uniform(7, 15, n)
    copy_rows(
        "accounts_touchpoint",
        {
            "id": ids,
            "account_id": world.account_ids[account],
            "kind": kind,
            "happened_at": world.instants(day, np.round(hour * 4) / 4),
            "minutes": np.array([_MINUTES.get(k) for k in kind], dtype=object),
            "subject": [
                words.TOUCHPOINTS[k][int(pick * len(words.TOUCHPOINTS[k]))]
                for k, pick in zip(kind, rng.random(n), strict=True)
            ],
            "sentiment": np.select(
                [mood > 0.7, mood > 0.4], ["positive", "neutral"], "negative"
            ),
            "person_id": world.managers[account],
            "source": np.full(n, SOURCE),
            "external_id": [f"DM-{pk}" for pk in ids],
        },
    )
    people = [world.contact_ids[a] for a in account]
    first = [
        int(p[int(x * len(p))]) for p, x in zip(people, rng.random(n), strict=True)
    ]
    copy_rows(
        "accounts_touchpoint_contacts", {"touchpoint_id": ids, "contact_id": first}
    )


def write_surveys(world: World, surveys: dict[str, int]) -> None:
    """Quarterly NPS, half-yearly product and effort questions, some unanswered."""
    for key, every, scale in (
        ("nps", 91, (0, 10)),
        ("product", 182, (1, 5)),
        ("ces", 182, (1, 7)),
    ):
        _write_wave(world, surveys[key], key, every, scale)


def _write_wave(world: World, survey: int, key: str, every: int, scale) -> None:
    rng = world.rng
    offset = rng.integers(0, every, world.size)
    waves = np.arange(-1, world.days // every + 1)
    day = (offset[:, None] + waves * every)[:, :, None] + np.zeros(3, int)
    account = np.broadcast_to(np.arange(world.size)[:, None, None], day.shape)
    contact_place = np.broadcast_to(np.arange(3), day.shape)
    day, account, place = day.ravel(), account.ravel(), contact_place.ravel()
    ok = (day >= 0) & (day < world.days - 3)
    ok &= (day > world.course.start[account] + 20) & (day < world.course.end[account])
    ok &= ~world.course.is_silent[account] & (rng.random(len(day)) < 0.8)
    day, account, place = day[ok], account[ok], place[ok]
    contact = np.array(
        [world.contact_ids[a][p] for a, p in zip(account, place, strict=True)], np.int64
    )
    asked = reserve_ids("surveys_surveyinvitation", len(day))
    copy_rows(
        "surveys_surveyinvitation",
        {
            "id": asked,
            "survey_id": np.full(len(day), survey),
            "account_id": world.account_ids[account],
            "contact_id": contact,
            "asked_at": world.instants(day, np.full(len(day), 8.0)),
        },
    )
    _write_answers(world, survey, key, scale, (day, account, contact, asked))


def _write_answers(world, survey, key, scale, asked_rows) -> None:
    rng = world.rng
    day, account, contact, asked = asked_rows
    wellbeing = world.course.wellbeing[account, day]
    answered = np.flatnonzero(rng.random(len(day)) < 0.25 + 0.4 * wellbeing)
    day, account = day[answered], account[answered]
    mood = wellbeing[answered] * 1.12 + rng.normal(0, 0.13, len(answered))
    low, high = scale
    score = np.clip(np.round(low + mood * (high - low)), low, high).astype(int)
    comment = _comments(rng, (score - low) / (high - low))
    analyser = SentimentIntensityAnalyzer()
    feeling = {
        text: analyser.polarity_scores(text)["compound"] for text in set(comment)
    }
    ids = reserve_ids("surveys_surveyresponse", len(answered))
    delay = rng.integers(0, 3, len(answered))
    copy_rows(
        "surveys_surveyresponse",
        {
            "id": ids,
            "survey_id": np.full(len(answered), survey),
            "account_id": world.account_ids[account],
            "contact_id": contact[answered],
            "invitation_id": asked[answered],
            "score": score,
            "comment": comment,
            "sentiment": [feeling[text] if text else None for text in comment],
            "responded_at": world.instants(day + delay, rng.uniform(8, 17, len(day))),
            "source": np.full(len(answered), SOURCE),
            "external_id": [f"DR-{key}-{pk}" for pk in ids],
        },
    )


def _comments(rng: np.random.Generator, level: np.ndarray) -> list[str]:
    pools = (words.COMMENTS_LOW, words.COMMENTS_MIDDLE, words.COMMENTS_HIGH)
    which = np.searchsorted([0.65, 0.85], level)
    said = rng.random(len(level)) < 0.55
    pick = rng.random(len(level))
    return [
        pools[w][int(p * len(pools[w]))] if s else ""
        for w, p, s in zip(which, pick, said, strict=True)
    ]


def write_metrics(world: World, metrics: dict[str, int]) -> None:
    """Monthly value metrics where the customer shares them."""
    rng = world.rng
    shares = (world.rng.random(world.size) < 0.85) & ~world.course.is_silent
    months = np.arange(15, world.days, 30)
    for key, low, span in (
        ("outcome_achievement", 15, 85),
        ("roi_realisation", 5, 100),
        ("efficiency_gain", 2, 24),
        ("advocacy_score", 10, 85),
    ):
        account, month = np.nonzero(shares[:, None] & world.course.alive[:, months])
        day = months[month]
        wellbeing = world.course.wellbeing[account, day]
        value = low + span * wellbeing + rng.normal(0, span * 0.06, len(day))
        copy_rows(
            "usage_metricvalue",
            {
                "account_id": world.account_ids[account],
                "metric_id": np.full(len(day), metrics[key]),
                "observed_at": world.instants(day, np.full(len(day), 6.0)),
                "value": np.round(np.maximum(value, 0), 1),
                "source": np.full(len(day), SOURCE),
            },
        )
