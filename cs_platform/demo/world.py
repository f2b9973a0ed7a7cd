"""What the parts of the generator share: the calendar, the accounts, the people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from cs_platform.demo.shape import Course

SOURCE = "demo"


@dataclass(frozen=True)
class Agent:
    """Somebody at the desk: at work for nine hours from an hour of UTC on."""

    pk: int
    name: str
    level: int
    team: int
    starts: int

    def is_at_work(self, hour: float) -> bool:
        """Whether an hour of the day is within the shift."""
        return (hour - self.starts) % 24 < 9


@dataclass
class World:
    """One batch of demo accounts while their facts are made.

    Arrays are aligned to the accounts of the batch; day ``i`` is ``first_day + i``.
    """

    rng: np.random.Generator
    first_day: date
    days: int
    zone: ZoneInfo
    course: Course
    account_ids: np.ndarray
    seats: np.ndarray
    plan_index: np.ndarray
    names: list[str]
    domains: list[str]
    segment_size: np.ndarray
    has_conversations: bool = True
    #: Hours of today that have passed; facts other than tickets end with yesterday.
    hours_today: float = 0
    agents: list[Agent] = field(default_factory=list)
    is_overseas: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    managers: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    contact_ids: list[np.ndarray] = field(default_factory=list)
    user_ids: list[np.ndarray] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Accounts in this batch."""
        return len(self.account_ids)

    def day(self, index: int | np.integer) -> date:
        """The calendar day of a day index (may be negative)."""
        return self.first_day + timedelta(days=int(index))

    def days_of(self, indices: np.ndarray) -> np.ndarray:
        """Calendar days of day indices as ``datetime64[D]``."""
        return np.datetime64(self.first_day) + indices.astype("timedelta64[D]")

    def instant(self, index: int, hour: float) -> datetime:
        """An instant on a day index at a local hour, in UTC terms of the zone."""
        midnight = datetime.combine(self.day(index), datetime.min.time(), self.zone)
        return midnight + timedelta(hours=float(hour))

    def instants(self, indices: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """Instants as text COPY understands, ``hours`` after midnight UTC."""
        base = self.days_of(indices).astype("datetime64[s]")
        stamps = base + (hours * 3600).astype("timedelta64[s]")
        return np.char.add(np.datetime_as_string(stamps, unit="s"), "+00")

    @property
    def weekdays(self) -> np.ndarray:
        """Weekday (0 = Monday) of each day of the window."""
        return (np.arange(self.days) + self.first_day.weekday()) % 7

    @property
    def until(self) -> float:
        """The present, in hours since the window began."""
        return self.days * 24 + self.hours_today

    @property
    def season(self) -> np.ndarray:
        """Factor per day: quieter in August and around the new year."""
        factor = np.ones(self.days)
        for index in range(self.days):
            day = self.day(index)
            if day.month == 8:
                factor[index] = 0.8
            elif (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2):
                factor[index] = 0.35
        return factor
