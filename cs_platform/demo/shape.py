"""The hidden course of each demo account: how well it goes, day by day. Pure NumPy.

Facts are drawn from this course; scores never see it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Archetype, share of accounts, level of wellbeing (0–1).
ARCHETYPES = (
    ("thriving", 0.38, 0.86),
    ("steady", 0.29, 0.66),
    ("struggling", 0.1, 0.38),
    ("declining", 0.11, 0.72),
    ("recovering", 0.05, 0.6),
    ("silent", 0.04, 0.5),
    ("churned", 0.03, 0.55),
)
NAMES = tuple(name for name, _, _ in ARCHETYPES)


@dataclass(frozen=True)
class Course:
    """What happens to ``n`` accounts over ``days`` days (day 0 is the oldest).

    ``wellbeing`` is n × days in 0–1; ``start`` and ``end`` are day indices, possibly
    negative (began before the window) or ``days`` (never ended).
    """

    archetype: np.ndarray
    start: np.ndarray
    end: np.ndarray
    wellbeing: np.ndarray

    @property
    def is_silent(self) -> np.ndarray:
        """Accounts from which hardly any fact ever arrives."""
        return self.archetype == NAMES.index("silent")

    @property
    def alive(self) -> np.ndarray:
        """n × days: between start and end."""
        days = np.arange(self.wellbeing.shape[1])
        return (days >= self.start[:, None]) & (days < self.end[:, None])


def draw_course(rng: np.random.Generator, n: int, days: int) -> Course:
    """Draw archetypes, begin, end and the daily course of ``n`` accounts."""
    shares = np.array([share for _, share, _ in ARCHETYPES])
    archetype = rng.permutation(
        np.searchsorted(np.cumsum(shares), (np.arange(n) + 0.5) / n * shares.sum())
    )
    start = np.where(
        rng.random(n) < 0.72,
        -rng.integers(30, 1400, n),
        rng.integers(0, max(days - 25, 1), n),
    )
    churned = archetype == NAMES.index("churned")
    start = np.where(churned, -rng.integers(60, 900, n), start)
    latest = max(days - 12, 2)
    end = np.where(churned, rng.integers(max(latest - 220, 1), latest, n), days)
    return Course(archetype, start, end, _wellbeing(rng, archetype, end, days))


def _wellbeing(
    rng: np.random.Generator, archetype: np.ndarray, end: np.ndarray, days: int
) -> np.ndarray:
    n = len(archetype)
    level = np.array([value for _, _, value in ARCHETYPES])[archetype]
    level = np.clip(level + rng.normal(0, 0.07, n), 0.1, 0.98)
    course = level[:, None] + _wander(rng, n, days)
    before_end = np.arange(days) - end[:, None]
    for name, depth, length in (("declining", 0.68, 110), ("churned", 0.5, 120)):
        chosen = archetype == NAMES.index(name)
        jitter = rng.uniform(0.6, 1.3, n)
        drop = np.clip((before_end + length) / length, 0, 1) * depth * jitter[:, None]
        course -= np.where(chosen[:, None], drop, 0)
    recovering = (archetype == NAMES.index("recovering"))[:, None]
    course += np.where(recovering, -0.3 * np.clip(-before_end / 150 - 0.2, 0, 1), 0)
    return np.clip(course, 0.02, 1)


def _wander(rng: np.random.Generator, n: int, days: int) -> np.ndarray:
    """Slow noise: weekly steps that pull back to zero, interpolated to days."""
    weeks = days // 7 + 3
    steps = rng.normal(0, 0.035, (n, weeks))
    walk = np.zeros((n, weeks))
    for week in range(1, weeks):
        walk[:, week] = walk[:, week - 1] * 0.9 + steps[:, week]
    position = np.arange(days) / 7
    lower = position.astype(int)
    share = position - lower
    return walk[:, lower] * (1 - share) + walk[:, lower + 1] * share
