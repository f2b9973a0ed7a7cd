"""Demo accounts, contacts with roles, subscriptions, overdue payments, churn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cs_platform.demo import words
from cs_platform.demo.copying import copy_rows, reserve_ids
from cs_platform.demo.world import SOURCE, World

_SIZE_LIMITS = ((3, 22), (16, 80), (70, 200))
_SIZE_SHARES = (0.5, 0.34, 0.16)


def draw_sizes(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """(size class 0–2, seats) of ``n`` accounts."""
    size = rng.choice(3, n, p=_SIZE_SHARES)
    low = np.array([low for low, _ in _SIZE_LIMITS])[size]
    high = np.array([high for _, high in _SIZE_LIMITS])[size]
    seats = np.exp(rng.uniform(np.log(low), np.log(high))).astype(int)
    return size, seats


def make_names(
    rng: np.random.Generator, first: int, n: int
) -> tuple[list[str], list[str], list[str]]:
    """(names, domains, industries), unique across batches that continue ``first``."""
    pairs = len(words.PREFIXES) * len(words.TRADES)
    order = np.random.default_rng(11).permutation(pairs)
    names, domains, industries = [], [], []
    for number in range(first, first + n):
        prefix, trade = divmod(int(order[number % pairs]), len(words.TRADES))
        word, industry = words.TRADES[trade]
        suffix = "" if number < pairs else f" {number // pairs + 1}"
        names.append(f"{words.PREFIXES[prefix]} {word}{suffix}")
        domains.append(names[-1].lower().replace(" ", "-") + ".example")
        industries.append(industry)
    return names, domains, industries


def write_accounts(
    world: World, industries: list[str], plans: list[int], team: int
) -> None:
    """Accounts with their ids in the demo source and their terms."""
    rng, n = world.rng, world.size
    place = rng.choice(len(words.PLACES), n, p=_shares(words.PLACES))
    world.is_overseas = np.array(
        [words.PLACES[i][1].startswith("America/") for i in place]
    )
    employees = (world.seats * rng.uniform(1.6, 6, n)).astype(int) + 3
    started = [world.day(index) for index in world.course.start]
    stage = _stages(world)
    copy_rows(
        "accounts_account",
        {
            "id": world.account_ids,
            "name": world.names,
            "domain": world.domains,
            "plan_id": [plans[i] for i in world.plan_index],
            "seats": world.seats,
            "owner_id": world.managers,
            "team_id": [team] * n,
            "timezone": [words.PLACES[i][1] for i in place],
            "industry": industries,
            "country": [words.PLACES[i][0] for i in place],
            "employees": employees,
            "stage": stage,
            "stage_since": [max(day, world.day(world.days - 200)) for day in started],
            "first_seen_on": started,
            "tags": _tags(rng, n),
            "created_at": [f"{day} 08:00+00" for day in started],
        },
    )
    _write_names_and_terms(world, plans)
    write_subscriptions(world, plans)
    write_churn(world)
    write_overdue(world)


def _write_names_and_terms(world: World, plans: list[int]) -> None:
    copy_rows(
        "accounts_accountexternalid",
        {
            "account_id": world.account_ids,
            "source": [SOURCE] * world.size,
            "external_id": [f"D-{pk}" for pk in world.account_ids],
        },
    )
    copy_rows(
        "accounts_accountterms",
        {
            "account_id": world.account_ids,
            "seats": world.seats,
            "plan_id": [plans[i] for i in world.plan_index],
        },
    )


def _stages(world: World) -> list[str]:
    age = world.days - world.course.start
    last = world.course.wellbeing[:, -1]
    churned = world.course.end < world.days
    stage = np.select(
        [churned, age < 75, age < 200, last > 0.85, last > 0.7],
        ["churned", "onboarding", "adoption", "expansion", "value_realisation"],
        "adoption",
    )
    return [str(value) for value in stage]


def _tags(rng: np.random.Generator, n: int) -> list[str]:
    pool = ("reference", "pilot", "multi-site", "strategic", "partner-led")
    picks = rng.random((n, len(pool))) < (0.1, 0.06, 0.12, 0.08, 0.1)
    return ["{" + ",".join(np.array(pool)[row]) + "}" for row in picks]


def write_subscriptions(world: World, plans: list[int]) -> None:
    """A yearly main subscription per account, for some an add-on, with dated terms."""
    lines = _draw_lines(world)
    account, seats = lines.account, lines.seats
    ends = [
        world.day(end) if end < world.days else None
        for end in world.course.end[account]
    ]
    today = world.day(world.days)
    starts = [world.day(index) for index in lines.start]
    renewals = [
        None if end else _next_anniversary(first, today)
        for first, end in zip(starts, ends, strict=True)
    ]
    copy_rows(
        "revenue_subscription",
        {
            "id": lines.ids,
            "account_id": world.account_ids[account],
            "plan_id": [plans[i] for i in world.plan_index[account]],
            "currency": ["EUR"] * len(account),
            "mrr_amount": lines.mrr,
            "seats": seats,
            "start_on": starts,
            "end_on": ends,
            "renews_on": renewals,
            "term_months": [12] * len(account),
            "is_auto_renew": world.rng.random(len(account)) < 0.6,
            "is_trial": lines.trial,
            "source": [SOURCE] * len(account),
            "external_id": [f"DS-{pk}" for pk in lines.ids],
        },
    )
    _write_terms(world, lines, renewals, ends)


@dataclass(frozen=True)
class Lines:
    """Subscriptions to write: arrays of equal length, ``account`` as index."""

    ids: np.ndarray
    account: np.ndarray
    start: np.ndarray
    seats: np.ndarray
    mrr: np.ndarray
    trial: np.ndarray


def _draw_lines(world: World) -> Lines:
    rng, n, course = world.rng, world.size, world.course
    addon = np.flatnonzero(rng.random(n) < 0.22)
    account = np.concatenate([np.arange(n), addon])
    is_addon = np.arange(len(account)) >= n
    start = np.where(is_addon, course.start[account] + 120, course.start[account])
    start = np.minimum(start, course.end[account] - 1)
    keep = (start < world.days) | ~is_addon
    account, is_addon, start = account[keep], is_addon[keep], start[keep]
    seats = world.seats[account]
    price = np.array([price for _, price, _ in words.PLANS])[world.plan_index[account]]
    share = np.where(is_addon, 0.25, rng.uniform(0.8, 1.05, len(account)))
    trial = ~is_addon & (course.start[account] > world.days - 30)
    trial &= rng.random(len(account)) < 0.3
    return Lines(
        ids=reserve_ids("revenue_subscription", len(account)),
        account=account,
        start=start,
        seats=np.where(is_addon, 0, seats),
        mrr=np.where(trial, 0, np.round(seats * price * share) + 40),
        trial=trial,
    )


def _next_anniversary(start: date, today: date) -> date:
    years = max(today.year - start.year, 1)
    for year in (start.year + years, start.year + years + 1):
        day = date(year, start.month, min(start.day, 28))
        if day > today:
            return day
    return today + timedelta(days=365)


def _write_terms(
    world: World,
    lines: Lines,
    renewals: list[date | None],
    ends: list[date | None],
) -> None:
    """Current terms, and for growing accounts the smaller ones they had before."""
    rng, n = world.rng, len(lines.ids)
    grew = (rng.random(n) < 0.25) & ~lines.trial & (lines.start < world.days - 200)
    grew &= world.course.end[lines.account] == world.days
    changed = np.maximum(world.days - rng.integers(30, 190, n), lines.start + 1)
    changed_on = [
        world.day(day) if is_grown else None
        for day, is_grown in zip(changed, grew, strict=True)
    ]
    copy_rows(
        "revenue_subscriptionterms",
        {
            "subscription_id": lines.ids,
            "mrr_amount": lines.mrr,
            "seats": lines.seats,
            "is_trial": lines.trial,
            "renews_on": renewals,
            "end_on": ends,
            "valid_from": changed_on,
        },
    )
    copy_rows(
        "revenue_subscriptionterms",
        {
            "subscription_id": lines.ids[grew],
            "mrr_amount": np.round(lines.mrr[grew] * 0.8),
            "seats": (lines.seats[grew] * 0.8).astype(int),
            "renews_on": [renewals[i] for i in np.flatnonzero(grew)],
            "valid_to": [day for day in changed_on if day is not None],
        },
    )


def write_churn(world: World) -> None:
    """A churn event for each account that left."""
    left = np.flatnonzero(world.course.end < world.days)
    reasons = world.rng.integers(0, len(words.CHURN_REASONS), len(left))
    ids = reserve_ids("revenue_churnevent", len(left))
    copy_rows(
        "revenue_churnevent",
        {
            "id": ids,
            "account_id": world.account_ids[left],
            "churned_on": [world.day(index) for index in world.course.end[left]],
            "reasons": ["{" + f'"{words.CHURN_REASONS[i][0]}"' + "}" for i in reasons],
            "notes": [words.CHURN_REASONS[i][1] for i in reasons],
            "currency": ["EUR"] * len(left),
            "source": [SOURCE] * len(left),
            "external_id": [f"DC-{pk}" for pk in ids],
        },
    )


def write_overdue(world: World) -> None:
    """Late payments: rare, more often and longer where things go badly."""
    rng = world.rng
    last = world.course.wellbeing[:, -1]
    late = rng.random((world.size, 4)) < (0.02 + 0.1 * (1 - last))[:, None]
    account, quarter = np.nonzero(late)
    due = world.days - 20 - quarter * 91 - rng.integers(0, 40, len(account))
    alive = (due > world.course.start[account]) & (due < world.course.end[account])
    account, due = account[alive], due[alive]
    took = rng.integers(5, 70, len(account))
    settled = due + took
    copy_rows(
        "revenue_overduepayment",
        {
            "account_id": world.account_ids[account],
            "currency": ["EUR"] * len(account),
            "amount": np.round(world.seats[account] * 90.0, 0) + 100,
            "due_on": [world.day(day) for day in due],
            "settled_on": [
                world.day(day) if day < world.days else None for day in settled
            ],
        },
    )


def write_contacts(world: World) -> None:
    """Three to eight contacts per account; some champions have left."""
    rng = world.rng
    count = np.clip(2 + np.log2(world.seats + 1).astype(int), 3, 8)
    account = np.repeat(np.arange(world.size), count)
    place = np.concatenate([np.arange(c) for c in count])
    n = len(account)
    ids = reserve_ids("accounts_contact", n)
    first = rng.integers(0, len(words.FIRST), n)
    last = rng.integers(0, len(words.LAST), n)
    low = world.course.wellbeing[account, -1] < 0.55
    gone = (place == 1) & low & (rng.random(n) < 0.5)
    left = world.days - rng.integers(5, 80, n)
    left = np.minimum(left, world.course.end[account] - 1)
    left_on = [
        world.day(d) if is_gone else None for d, is_gone in zip(left, gone, strict=True)
    ]
    copy_rows(
        "accounts_contact",
        {
            "id": ids,
            "account_id": world.account_ids[account],
            "name": [
                f"{words.FIRST[f]} {words.LAST[s]}"
                for f, s in zip(first, last, strict=True)
            ],
            "email": [
                f"{words.FIRST[f]}.{words.LAST[s]}@{world.domains[a]}".lower()
                for f, s, a in zip(first, last, account, strict=True)
            ],
            "title": [words.TITLES[i] for i in rng.integers(0, len(words.TITLES), n)],
            "left_on": left_on,
            "source": [SOURCE] * n,
            "external_id": [f"DK-{pk}" for pk in ids],
        },
    )
    _write_roles(world, ids, account, place, left_on)
    offsets = np.cumsum(count)[:-1]
    world.contact_ids = np.split(ids, offsets)


def _write_roles(
    world: World,
    ids: np.ndarray,
    account: np.ndarray,
    place: np.ndarray,
    left_on: list[date | None],
) -> None:
    rng = world.rng
    sponsor = (place == 2) & (
        rng.random(len(ids)) < 0.35 + 0.5 * world.course.wellbeing[account, -1]
    )
    roles = (
        ("decision_maker", place == 0),
        ("key_contact", place < 2),
        ("champion", place == 1),
        ("executive_sponsor", sponsor),
    )
    for role, chosen in roles:
        picked = np.flatnonzero(chosen)
        copy_rows(
            "accounts_contactrole",
            {
                "contact_id": ids[picked],
                "role": [role] * len(picked),
                "valid_to": [left_on[i] for i in picked],
            },
        )


def _shares(rows) -> np.ndarray:
    weights = np.array([row[-1] for row in rows], float)
    return weights / weights.sum()
