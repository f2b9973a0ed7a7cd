"""Demo tickets: noisier where things go badly, slower in busy weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from cs_platform.demo.conversations import Drawn, write_conversations
from cs_platform.demo.copying import copy_rows, reserve_ids
from cs_platform.demo.desk import Desk
from cs_platform.demo.pace import Hours, kept_hours
from cs_platform.demo.stories import in_shift
from cs_platform.demo.threads import THREADS
from cs_platform.demo.world import SOURCE, World

_PRIORITIES = np.array(["low", "medium", "high", "critical"])
#: Median hours to first response and to resolution per priority, as above.
_RESPONSE = np.array([9.0, 3.5, 1.2, 0.4])
_RESOLUTION = np.array([46.0, 22.0, 9.0, 4.5])
#: How busy the days from Monday to Sunday are.
_WEEK = (1.25, 1.1, 1.0, 1.0, 0.9, 0.12, 0.08)


def write_tickets(world: World) -> None:
    """Tickets of the whole window with what was said, promised and kept."""
    # Dice of their own: how much of today has passed changes nothing elsewhere.
    world = replace(world, rng=np.random.default_rng(world.rng.integers(2**62)))
    if world.has_conversations:
        write_conversations(world, *_facts(world, Desk(world)))
        return
    drawn, columns, hours = _facts(world, None)
    columns["team_id"] = np.full(len(columns["id"]), world.agents[0].team)
    columns["assignee_id"] = world.rng.choice(
        [agent.pk for agent in world.agents], len(columns["id"])
    )
    copy_rows("tickets_ticket", columns)
    times = (hours.opened, hours.responded, hours.resolved)
    _write_periods(world, columns["id"], drawn.priority, times, world.until)


def _facts(world: World, desk: Desk | None) -> tuple[Drawn, dict[str, Any], Hours]:
    """The columns that do not depend on what is said; ``desk`` knows the promises."""
    rng, now = world.rng, world.until
    account, day = _when(world)
    n = len(account)
    wellbeing = world.course.wellbeing[account, np.minimum(day, world.days - 1)]
    severity = rng.random(n) + 0.35 * (1 - wellbeing)
    priority = np.searchsorted([0.4, 0.85, 1.12], severity)
    shares = np.array([share for _, share, _ in THREADS])
    category = rng.choice(len(shares), n, p=shares / shares.sum())
    slow = np.exp(rng.normal(0, 0.7, n)) * (0.6 + 0.9 * (1 - wellbeing))
    picks = {"account": account, "day": day, "priority": priority}
    if desk is None:
        hours = _course(world, day, priority, slow, wellbeing)
    else:
        hours = kept_hours(world, desk, rng, wellbeing=wellbeing, **picks)
    ids = reserve_ids("tickets_ticket", n)
    columns = _columns(world, account, category, ids, priority, hours)
    escalated = rng.random(n) < 0.03 + 0.1 * (1 - wellbeing)
    escalated_at = np.minimum(
        hours.responded + (hours.first_resolved - hours.responded) * 0.3, now - 1
    )
    columns["escalated_at"] = _stamps(world, escalated_at, escalated)
    columns["escalation_count"] = escalated.astype(int)
    columns["level"] = np.where(escalated, 2, 1)
    has_returned = hours.is_reopened & (hours.reopened_at < now)
    columns["reopened_at"] = _stamps(world, hours.reopened_at, has_returned)
    columns["reopen_count"] = has_returned.astype(int)
    columns.update(_csat(world, wellbeing, slow, hours.resolved, now))
    held = hours.opened <= now
    drawn = Drawn(
        account, priority, wellbeing, np.where(escalated, escalated_at, np.nan)
    )
    return drawn.kept(held), _kept(columns, held), _hours_kept(hours, held)


def _kept(columns: dict[str, Any], held: np.ndarray) -> dict[str, Any]:
    """Only what has happened: today is drawn whole and cut at the present."""
    return {
        name: [value for value, keep in zip(values, held, strict=True) if keep]
        if isinstance(values, list)
        else values[held]
        for name, values in columns.items()
    }


def _hours_kept(hours: Hours, held: np.ndarray) -> Hours:
    return Hours(**{name: values[held] for name, values in vars(hours).items()})


def _course(world: World, day, priority, slow, wellbeing) -> Hours:
    rng, n = world.rng, len(day)
    opened = day * 24 + rng.uniform(6.5, 16.5, n)
    responded = opened + _RESPONSE[priority] * slow
    resolved = responded + _RESOLUTION[priority] * slow * np.exp(rng.normal(0, 0.4, n))
    # Whatever is critical is looked at around the clock, the rest when people work.
    is_critical = priority == 3
    responded = np.where(
        is_critical, responded, in_shift(responded, world.weekdays, rng)
    )
    resolved = np.where(
        is_critical,
        np.maximum(resolved, responded + 0.2),
        in_shift(np.maximum(resolved, responded + 0.4), world.weekdays, rng),
    )
    is_reopened = (rng.random(n) < 0.05 + 0.1 * (1 - wellbeing)) & (
        resolved < world.days * 24 - 60
    )
    reopened_at = resolved + rng.uniform(4, 40, n)
    again = in_shift(reopened_at + rng.uniform(2, 30, n), world.weekdays, rng)
    return Hours(
        opened=opened,
        responded=responded,
        first_resolved=resolved,
        resolved=np.where(is_reopened, again, resolved),
        is_reopened=is_reopened,
        reopened_at=reopened_at,
    )


def _when(world: World) -> tuple[np.ndarray, np.ndarray]:
    """(account index, day) of each ticket, oldest first."""
    rate = 0.02 + 0.0042 * np.sqrt(world.seats)[:, None]
    rate = rate * (0.5 + 1.9 * (1 - world.course.wellbeing) ** 1.4)
    weekday = np.array(_WEEK)[world.weekdays]
    ramp = np.arange(world.days) - world.course.start[:, None]
    rate = rate * weekday * np.where(ramp < 60, 1.6, 1.0) * world.course.alive
    rate = np.where(world.course.is_silent[:, None], 0, rate)
    if world.hours_today:
        today = (world.first_day + timedelta(days=world.days)).weekday()
        ratio = _WEEK[today] / _WEEK[(today - 1) % 7]
        rate = np.column_stack([rate, rate[:, -1] * ratio])
    counts = world.rng.poisson(rate)
    day, account = np.nonzero(counts.T)
    repeat = counts[account, day]
    return np.repeat(account, repeat), np.repeat(day, repeat)


def _columns(world, account, category, ids, priority, hours: Hours) -> dict:
    rng, now = world.rng, world.until
    opened, responded, resolved = hours.opened, hours.responded, hours.resolved
    subject = [
        THREADS[c][2][int(pick * len(THREADS[c][2]))].subject
        for c, pick in zip(category, rng.random(len(ids)), strict=True)
    ]
    contact = [
        int(world.contact_ids[a][int(pick * len(world.contact_ids[a]))])
        for a, pick in zip(account, rng.random(len(ids)), strict=True)
    ]
    closed = resolved + 7 * 24
    status = np.select(
        [closed < now, resolved < now, responded < now],
        ["closed", "resolved", "in_progress"],
        "new",
    )
    waiting = (status == "in_progress") & (rng.random(len(ids)) < 0.3)
    return {
        "id": ids,
        "number": [f"D-{pk}" for pk in ids],
        "source": np.full(len(ids), SOURCE),
        "external_id": [f"DT-{pk}" for pk in ids],
        "account_id": world.account_ids[account],
        "contact_id": contact,
        "subject": subject,
        "category": [THREADS[c][0] for c in category],
        "priority": _PRIORITIES[priority],
        "status": np.where(waiting, "waiting", status),
        "opened_at": _stamps(world, opened, opened < now + 1),
        "first_responded_at": _stamps(world, responded, responded < now),
        "resolved_at": _stamps(world, resolved, resolved < now),
        "closed_at": _stamps(world, closed, closed < now),
    }


def _csat(world, wellbeing, slow, resolved, now) -> dict:
    rng = world.rng
    answered = (rng.random(len(resolved)) < 0.42) & (resolved < now - 24)
    mood = 2.85 + 2.6 * wellbeing - 0.35 * np.log(slow) + rng.normal(0, 0.55, len(slow))
    score = np.clip(np.round(mood), 1, 5).astype(int)
    return {
        "csat": [int(s) if a else None for s, a in zip(score, answered, strict=True)],
        "csat_at": _stamps(world, resolved + 5, answered),
        "is_sla_met": [
            bool(v) if r < now else None
            for v, r in zip(slow < 1.9, resolved, strict=True)
        ],
    }


def _write_periods(world, ids, priority, hours, now) -> None:
    opened, responded, resolved = hours
    steps = (
        ("new", opened, responded),
        ("in_progress", responded, resolved),
        ("resolved", resolved, resolved + 7 * 24),
        ("closed", resolved + 7 * 24, np.full(len(ids), np.inf)),
    )
    for value, start, end in steps:
        chosen = np.flatnonzero(start < now)
        copy_rows(
            "tickets_ticketperiod",
            {
                "ticket_id": ids[chosen],
                "field": ["status"] * len(chosen),
                "value": [value] * len(chosen),
                "valid_from": _stamps(world, start[chosen], start[chosen] < now),
                "valid_to": _stamps(world, end[chosen], end[chosen] < now),
            },
        )
    copy_rows(
        "tickets_ticketperiod",
        {
            "ticket_id": ids,
            "field": ["priority"] * len(ids),
            "value": _PRIORITIES[priority],
            "valid_from": _stamps(world, opened, opened < now + 1),
        },
    )


def _stamps(world: World, hours: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Hours since the window began as instants, NULL where not kept."""
    finite = np.where(np.isfinite(hours), hours, 0)
    text = world.instants(np.floor(finite / 24).astype(int), finite % 24)
    stamps = text.astype(object)
    stamps[~keep] = None
    return stamps
