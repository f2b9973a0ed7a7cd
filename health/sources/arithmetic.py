"""The few operations sources are made of. NaN is missing and stays missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from health.sources.declaring import Columns
from health.sources.reading import Floats

Flags = NDArray[np.bool_]


def known(values: Floats) -> Flags:
    """Where there is a value."""
    return ~np.isnan(values)


def count_if(arrived: Flags, values: Floats) -> Floats:
    """Counts of facts: none is 0 where such facts ever arrived, else missing."""
    return np.where(arrived, np.nan_to_num(values), np.nan)


def ratio(above: Floats, below: Floats) -> Floats:
    """Above ÷ below; missing where below is missing or not positive."""
    usable = known(below) & (below > 0)
    return np.where(usable, above / np.where(usable, below, 1.0), np.nan)


def percentage(part: Floats, whole: Floats) -> Floats:
    """A rate from 0 to 100: more than the whole counts as the whole."""
    return np.minimum(100.0 * ratio(part, whole), 100.0)


def rating_percentage(mean: Floats, lowest: float, highest: float) -> Floats:
    """A mean on a rating scale as 0–100."""
    return 100.0 * (mean - lowest) / (highest - lowest)


def licensed_seats(facts: Columns) -> Floats:
    """Seats of the active subscriptions, else the account's own; 0 is none."""
    bought, own = facts["subscribed_seats"], facts["own_seats"]
    return np.where(bought > 0, bought, np.where(own > 0, own, np.nan))


def seats_or_users(facts: Columns) -> Floats:
    """What *per user* divides by: licensed seats, else users active in 90 days."""
    seats = licensed_seats(facts)
    has_no_seats = ~known(seats)
    return np.where(has_no_seats, facts.where(has_no_seats, "users_90"), seats)


def has_usage(facts: Columns) -> Flags:
    """Whether usage has ever arrived for the account."""
    return known(facts["usage_began_days_ago"])


def counted_usage(facts: Columns, values: Floats, ever: str) -> Floats:
    """Counts from usage facts of one kind (``ever`` names the kind).

    A feed that never speaks of that kind (no users, no sessions) does not say zero.
    """
    counts = count_if(has_usage(facts), values)
    is_silent = known(counts) & (counts == 0)
    never = is_silent & ~known(facts.where(is_silent, ever))
    return np.where(never, np.nan, counts)
