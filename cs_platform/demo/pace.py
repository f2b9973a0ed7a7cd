"""How fast the demo desk works: mostly within what was promised, now and then late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cs_platform.demo.desk import Desk
from cs_platform.demo.stories import Answering
from cs_platform.demo.world import World

#: Low, medium, high, critical: the usual share of a target that is used.
_RESPONSE = (0.1, 0.14, 0.3, 0.35)
_RESOLUTION = (0.2, 0.22, 0.3, 0.45)
_PRIORITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Hours:
    """When things happened, in hours since the window began; one entry per ticket.

    ``first_resolved`` and ``resolved`` differ where a ticket was reopened.
    """

    opened: np.ndarray
    responded: np.ndarray
    first_resolved: np.ndarray
    resolved: np.ndarray
    is_reopened: np.ndarray
    reopened_at: np.ndarray


def kept_hours(
    world: World, desk: Desk, rng, *, account, day, priority, wellbeing
) -> Hours:
    """When each ticket was answered and resolved; the unhappy wait longer."""
    n = len(account)
    opened = day * 24 + rng.uniform(6.5, 16.5, n) + 6 * world.is_overseas[account]
    responded, first, final = np.empty(n), np.empty(n), np.empty(n)
    is_reopened = rng.random(n) < 0.03 + 0.05 * (1 - wellbeing)
    reopened_at = np.zeros(n)
    for i in range(n):
        plan, rank = int(world.plan_index[account[i]]), int(priority[i])
        name, unhappy = _PRIORITIES[rank], 1 - wellbeing[i]
        share = _share(rng, _RESPONSE[rank], 0.04 + 0.16 * unhappy)
        responded[i] = desk.reach(plan, name, "first_response", opened[i], share)
        share = _share(rng, _RESOLUTION[rank], 0.05 + 0.2 * unhappy)
        done = desk.reach(plan, name, "resolution", opened[i], share)
        first[i] = final[i] = max(done, responded[i] + 0.3)
        reopened_at[i] = first[i] + rng.uniform(4, 40)
        left = 0.5 * max(1 - share, 0.1) * rng.uniform(0.3, 1.2)
        if is_reopened[i]:
            again = desk.reach(plan, name, "resolution", reopened_at[i], left)
            final[i] = max(again, reopened_at[i] + 0.5)
    return Hours(opened, responded, first, final, is_reopened, reopened_at)


def answering(desk: Desk, plan: int, priority: str, rng) -> Answering:
    """When what a customer writes next is answered."""

    def answer(at: float) -> float:
        share = _share(rng, _RESPONSE[_PRIORITIES.index(priority)], 0.07)
        return desk.reach(plan, priority, "next_response", at, share)

    return answer


def _share(rng, usual: float, late: float) -> float:
    """The share of a target that is used; above one with the probability ``late``."""
    if rng.random() < late:
        return 1.03 + float(rng.exponential(0.3))
    return min(0.95, usual * float(np.exp(rng.normal(0, 0.6))))
