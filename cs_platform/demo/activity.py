"""Demo product usage: who used which feature on which day, drawn in one go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cs_platform.demo import words
from cs_platform.demo.copying import copy_rows, reserve_ids
from cs_platform.demo.world import SOURCE, World

#: How busy Monday … Sunday are.
_WEEK = np.array([1.0, 1.02, 1.0, 0.97, 0.82, 0.07, 0.05])
#: Raw events are kept for this many days; older days came already counted.
RAW_DAYS = 21
_NAMES = ("opened", "edited", "shared", "commented", "exported")


@dataclass(frozen=True)
class Activity:
    """One row per user, day and feature with something done."""

    user: np.ndarray
    account: np.ndarray
    day: np.ndarray
    feature: np.ndarray
    events: np.ndarray
    sessions: np.ndarray


def write_users(world: World, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Product users of each account; returns (user ids, their account index)."""
    rng = world.rng
    count = np.maximum(
        (world.seats * rng.uniform(0.72, 1.0, world.size)).astype(int), 1
    )
    if most is not None:
        count = np.full(world.size, most)
    count = np.where(world.course.is_silent, 0, count)
    account = np.repeat(np.arange(world.size), count)
    place = np.concatenate([np.arange(c) for c in count]) if count.sum() else account
    ids = reserve_ids("usage_productuser", len(account))
    contacts = [
        world.contact_ids[a][p] if world.contact_ids and p < 3 else None
        for a, p in zip(account, place, strict=True)
    ]
    copy_rows(
        "usage_productuser",
        {
            "id": ids,
            "account_id": world.account_ids[account],
            "key": [f"u{number}" for number in ids],
            "contact_id": np.array(contacts, dtype=object),
        },
    )
    return ids, account


def draw_activity(
    world: World, user_ids: np.ndarray, user_account: np.ndarray, core: np.ndarray
) -> Activity:
    """Draw the whole window. ``core`` is the number of core features per account."""
    rng, course = world.rng, world.course
    users = len(user_ids)
    habit = rng.beta(2.2, 1.6, users)[:, None].astype(np.float32)
    threshold = rng.random(users)[:, None].astype(np.float32)
    wellbeing = course.wellbeing[user_account].astype(np.float32)
    age = np.arange(world.days)[None, :] - course.start[user_account][:, None]
    ramp = np.clip(0.15 + age / 70, 0, 1).astype(np.float32)
    alive = course.alive[user_account]
    engaged = threshold < (0.12 + 0.92 * wellbeing) * ramp
    chance = habit * (0.25 + 0.65 * wellbeing)
    chance *= (_WEEK[world.weekdays] * world.season).astype(np.float32)
    active = alive & engaged & (rng.random(chance.shape, dtype=np.float32) < chance)
    user, day = np.nonzero(active)
    return _with_features(world, user_ids, user_account, core, user, day)


def _with_features(world, user_ids, user_account, core, user, day) -> Activity:
    rng, course = world.rng, world.course
    account = user_account[user]
    wellbeing = course.wellbeing[account, day]
    age = day - course.start[account]
    breadth = np.clip(0.3 + age / 400, 0.3, 0.75) + 0.35 * (wellbeing - 0.4)
    known = np.clip(np.ceil(core[account] * breadth * 1.25), 1, len(words.FEATURES))
    first = (rng.random(len(user)) ** 1.5 * known).astype(int)
    second = (rng.random(len(user)) * known).astype(int)
    also = np.flatnonzero((rng.random(len(user)) < 0.45) & (second != first))
    rows = np.concatenate([np.arange(len(user)), also])
    feature = np.concatenate([first, second[also]])
    events = 1 + rng.poisson(2 + 5 * wellbeing[rows])
    sessions = 1 + (rng.random(len(rows)) < 0.35) + (rng.random(len(rows)) < 0.08)
    sessions[len(user) :] = 0
    return Activity(
        user=user_ids[user[rows]],
        account=account[rows],
        day=day[rows],
        feature=feature,
        events=events,
        sessions=sessions,
    )


def write_daily(world: World, activity: Activity, features: list[int]) -> None:
    """Days before the raw window, as the product's own nightly counts."""
    chosen = np.flatnonzero(activity.day < world.days - RAW_DAYS)
    feature = np.array(features)[activity.feature[chosen]]
    user, day = activity.user[chosen], activity.day[chosen]
    keys = [
        f"{u}-{d}-{f}"
        for u, d, f in zip(user.tolist(), day.tolist(), feature.tolist(), strict=True)
    ]
    copy_rows(
        "usage_dailyusage",
        {
            "account_id": world.account_ids[activity.account[chosen]],
            "day": world.days_of(day).astype(str),
            "product_user_id": user,
            "feature_id": feature,
            "events": activity.events[chosen],
            "sessions": activity.sessions[chosen],
            "seconds": activity.events[chosen] * 95,
            "source": np.full(len(chosen), SOURCE),
            "external_id": keys,
        },
    )


def write_events(world: World, activity: Activity, features: list[int]) -> None:
    """The raw window, event by event."""
    rng = world.rng
    chosen = np.flatnonzero(activity.day >= world.days - RAW_DAYS)
    row = np.repeat(chosen, activity.events[chosen])
    starts = np.cumsum(activity.events[chosen]) - activity.events[chosen]
    order = np.arange(len(row)) - np.repeat(starts, activity.events[chosen])
    hour = np.repeat(rng.uniform(6.5, 15.5, len(chosen)), activity.events[chosen])
    hour = hour + order * 0.04
    names = np.array(_NAMES)[rng.integers(0, len(_NAMES), len(row))]
    feature = np.array(words.FEATURES)[activity.feature[row]]
    copy_rows(
        "usage_usageevent",
        {
            "account_id": world.account_ids[activity.account[row]],
            "product_user_id": activity.user[row],
            "feature_id": np.array(features)[activity.feature[row]],
            "occurred_at": world.instants(activity.day[row], hour),
            "day": world.days_of(activity.day[row]).astype(str),
            "name": np.char.add(np.char.add(np.char.lower(feature), " "), names),
            "is_session_start": order < activity.sessions[row],
        },
    )


def write_rollups(world: World, activity: Activity, features: list[int]) -> None:
    """Roll-ups without raw rows, for benches that never open them."""
    weekday = world.weekdays[activity.day]
    frame = pd.DataFrame(
        {
            "account_id": world.account_ids[activity.account],
            "product_user_id": activity.user,
            "feature_id": np.array(features)[activity.feature],
            "day": activity.day,
            "week": activity.day - weekday,
            "bit": 1 << weekday,
            "events": activity.events,
            "sessions": activity.sessions,
            "weekday": weekday,
        }
    )
    _write_account_days(world, frame)
    per_day = frame.drop_duplicates(["product_user_id", "day"])
    weeks = frame.groupby(["account_id", "product_user_id", "week"], as_index=False)[
        ["events", "sessions"]
    ].sum()
    weeks["days"] = (
        per_day.groupby(["account_id", "product_user_id", "week"])["bit"]
        .sum()
        .to_numpy()
    )
    weeks["week"] = world.days_of(weeks["week"].to_numpy()).astype(str)
    copy_rows("usage_userweek", _columns(weeks))
    _write_feature_weeks(world, frame)


def _columns(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def _write_account_days(world: World, frame: pd.DataFrame) -> None:
    days = frame.groupby(["account_id", "day"], as_index=False).agg(
        events=("events", "sum"),
        sessions=("sessions", "sum"),
        active_users=("product_user_id", "nunique"),
    )
    feeds = days.groupby("account_id", as_index=False).agg(
        first_day=("day", "min"), last_day=("day", "max")
    )
    days["day"] = world.days_of(days["day"].to_numpy()).astype(str)
    copy_rows("usage_accountday", _columns(days))
    for name in ("first_day", "last_day"):
        feeds[name] = world.days_of(feeds[name].to_numpy()).astype(str)
    copy_rows("usage_usagefeed", _columns(feeds))


def _write_feature_weeks(world: World, frame: pd.DataFrame) -> None:
    keys = ["account_id", "feature_id", "week"]
    table = frame.pivot_table(
        index=keys, columns="weekday", values="events", aggfunc="sum", fill_value=0
    ).reindex(columns=range(7), fill_value=0)
    counts = table.to_numpy()
    weeks = table.index.to_frame(index=False)
    copy_rows(
        "usage_featureweek",
        {
            "account_id": weeks["account_id"].to_numpy(),
            "feature_id": weeks["feature_id"].to_numpy(),
            "week": world.days_of(weeks["week"].to_numpy()).astype(str),
            "days": ((counts > 0) * (1 << np.arange(7))).sum(axis=1),
            "events": counts.sum(axis=1),
            "events_by_day": [
                "{" + ",".join(map(str, row)) + "}" for row in counts.tolist()
            ],
        },
    )
