"""Sources that read contracts and payments."""

from health.sources.arithmetic import count_if, known, licensed_seats, percentage
from health.sources.declaring import Columns, source
from health.sources.reading import Floats
from health.sources.relationship import today
from health.sources.usage import active_users, usage_age


def payment_feed_age(facts: Columns) -> Floats:
    """Days since a payment fact last reached the organisation."""
    return facts["payment_feed_age"]


@source(
    label="Days payment overdue",
    unit="days",
    window="on the day",
    group="commercial",
    direction="down",
    sentence="Oldest overdue payment {before} → {after}",
    age=payment_feed_age,
)
def days_payment_overdue(facts: Columns) -> Floats:
    """Days since the oldest unsettled payment was due; 0 when nothing is overdue.

    Missing while no overdue payment has ever reached the organisation.
    """
    return count_if(known(facts["payment_feed_age"]), facts["days_overdue"])


@source(
    label="Seats in use",
    unit="%",
    window="90 days",
    group="commercial",
    direction="up",
    sentence="Seats in use {before} → {after}",
    age=usage_age,
)
def seat_utilisation(facts: Columns) -> Floats:
    """Seats with a user active in 90 days ÷ licensed seats."""
    return percentage(active_users(facts, "users_90"), licensed_seats(facts))


@source(
    label="Days to renewal",
    unit="days",
    window="on the day",
    group="commercial",
    direction="target",
    sentence="Days to renewal {before} → {after}",
    age=today,
)
def days_to_renewal(facts: Columns) -> Floats:
    """Days until the next renewal or end of an active subscription."""
    return facts["days_to_renewal"]
