"""Seeding the demo organisation: facts first, then the same pipeline as always."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction

from accounts.segments import reassign_segments
from cs_platform.demo import activity, customers, relations, support
from cs_platform.demo.copying import reserve_ids
from cs_platform.demo.history import write_history
from cs_platform.demo.old_desk import play_past
from cs_platform.demo.open_desk import open_desk, tidy
from cs_platform.demo.organisation import Frame, set_up
from cs_platform.demo.shape import draw_course
from cs_platform.demo.world import World
from health.services import recompute
from revenue.services import refresh_commercials
from tickets.services.search_words import index_all_tickets
from usage.partitions import ensure_months
from usage.rollups import rebuild_for

_BATCH = 1000
_AFTERNOON = time(15)
_DAYS_PER_MONTH = 30.44


@dataclass(frozen=True)
class Plan:
    """How much to make. ``snapshots`` is ``daily``, ``weekly`` or ``none``.

    ``daily`` means weekly before the last 90 days and daily within them.
    """

    accounts: int = 200
    months: int = 18
    seed: int = 7
    snapshots: str = "daily"
    password: str = ""
    raw_rows: bool = True
    users_per_account: int | None = None

    @property
    def days(self) -> int:
        """Length of the window in days."""
        return round(self.months * _DAYS_PER_MONTH)


def seed(
    plan: Plan, *, today: date, say: Callable[[str], None], now: datetime | None = None
) -> None:
    """Make the whole organisation; facts end with yesterday, those of the support desk
    with ``now`` (an afternoon of that day where none is given).

    Deterministic for the same plan and moment. Nothing is left half done: the facts are
    one transaction, the snapshots another run that may be repeated.
    """
    now = now or datetime.combine(today, _AFTERNOON, UTC)
    with transaction.atomic():
        say("People, plans and surveys")
        frame = set_up(plan.password)
        rng = np.random.default_rng(plan.seed)
        first_day = today - timedelta(days=plan.days)
        if plan.raw_rows:
            ensure_months([today - timedelta(days=activity.RAW_DAYS), today])
        for start in range(0, plan.accounts, _BATCH):
            size = min(_BATCH, plan.accounts - start)
            say(f"Accounts {start + 1} to {start + size}")
            _seed_batch(plan, frame, rng, (first_day, now), (start, size))
        say("Timeline, revenue, segments")
        _derive(today)
        if plan.raw_rows:
            say("The support desk of today")
            tidy(play_past(now, days=plan.days), now)
            open_desk(now)
        index_all_tickets()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _snapshots(plan, today, say)


def _seed_batch(
    plan: Plan,
    frame: Frame,
    rng: np.random.Generator,
    span: tuple[date, datetime],
    window: tuple[int, int],
) -> None:
    (first_day, now), (start, size) = span, window
    midnight = datetime.combine(first_day + timedelta(days=plan.days), time(), UTC)
    segment_size, seats = customers.draw_sizes(rng, size)
    names, domains, industries = customers.make_names(rng, start, size)
    plan_index = np.clip(segment_size + (rng.random(size) < 0.2), 0, 2)
    world = World(
        rng=rng,
        first_day=first_day,
        days=plan.days,
        zone=ZoneInfo("Europe/Berlin"),
        course=draw_course(rng, size, plan.days),
        account_ids=reserve_ids("accounts_account", size),
        seats=seats,
        plan_index=plan_index,
        names=names,
        domains=domains,
        segment_size=segment_size,
        has_conversations=plan.raw_rows,
        hours_today=(now - midnight).total_seconds() / 3600 if plan.raw_rows else 0,
        agents=frame.agents,
        managers=rng.choice(frame.managers, size, p=(0.32, 0.32, 0.28, 0.08)),
    )
    customers.write_accounts(world, industries, frame.plans, frame.teams["EMEA"])
    customers.write_contacts(world)
    support.write_tickets(world)
    relations.write_touchpoints(world)
    relations.write_surveys(world, frame.surveys)
    relations.write_metrics(world, frame.metrics)
    _seed_usage(plan, frame, world)


def _seed_usage(plan: Plan, frame: Frame, world: World) -> None:
    users, owner = activity.write_users(world, plan.users_per_account)
    core = np.array(frame.core_counts)[world.plan_index]
    rows = activity.draw_activity(world, users, owner, core)
    if plan.raw_rows:
        activity.write_daily(world, rows, frame.features)
        activity.write_events(world, rows, frame.features)
        rebuild_for(
            account_ids=world.account_ids.tolist(),
            first_day=world.first_day,
            last_day=world.day(world.days),
        )
    else:
        activity.write_rollups(world, rows, frame.features)


def _derive(today: date) -> None:
    write_history()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE accounts_account a SET last_touch_at = t.last
            FROM (SELECT account_id, max(happened_at) AS last
                  FROM accounts_touchpoint GROUP BY account_id) t
            WHERE t.account_id = a.id;
            UPDATE accounts_account a SET last_active_on = f.last_day
            FROM usage_usagefeed f WHERE f.account_id = a.id
            """
        )
    refresh_commercials(on=today)
    reassign_segments()


def _snapshots(plan: Plan, today: date, say: Callable[[str], None]) -> None:
    if plan.snapshots == "none":
        return
    yesterday = today - timedelta(days=1)
    daily_from = yesterday - timedelta(days=90 if plan.snapshots == "daily" else 0)
    weeks = max(plan.days - 90, 0) // 7
    days = [daily_from - timedelta(days=7 * back) for back in range(weeks, 0, -1)]
    day = daily_from
    while day <= yesterday:
        days.append(day)
        day += timedelta(days=1)
    say(f"Health of {len(days)} days")
    for day in days:
        recompute(day=day, trigger="command")
