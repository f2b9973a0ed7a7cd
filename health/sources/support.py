"""Sources that read tickets."""

from health.sources.arithmetic import (
    count_if,
    known,
    percentage,
    rating_percentage,
    ratio,
    seats_or_users,
)
from health.sources.declaring import Columns, source
from health.sources.reading import Floats


def ticket_feed_age(facts: Columns) -> Floats:
    """Days since a ticket last reached the organisation."""
    return facts["ticket_feed_age"]


def resolution_age(facts: Columns) -> Floats:
    """Days since a ticket of the account was last resolved."""
    return facts["resolution_age"]


def first_response_age(facts: Columns) -> Floats:
    """Days since a ticket of the account was last answered for the first time."""
    return facts["first_response_age"]


def rating_age(facts: Columns) -> Floats:
    """Days since the account last rated a ticket."""
    return facts["ticket_rating_age"]


def _ticket_count(facts: Columns, column: str) -> Floats:
    return count_if(known(facts["ticket_feed_age"]), facts[column])


@source(
    label="Tickets per user and month",
    unit="",
    window="30 days",
    group="support",
    direction="down",
    sentence="Tickets per user and month {before} → {after}",
    age=ticket_feed_age,
    places=2,
)
def tickets_per_user_month(facts: Columns) -> Floats:
    """Tickets opened in 30 days ÷ licensed seats, else ÷ users active in 90 days."""
    opened = _ticket_count(facts, "tickets_opened_30")
    return ratio(opened, seats_or_users(facts))


@source(
    label="Open tickets",
    unit="",
    window="on the day",
    group="support",
    direction="down",
    sentence="Open tickets {before} → {after}",
    age=ticket_feed_age,
)
def open_tickets(facts: Columns) -> Floats:
    """Tickets neither resolved nor closed at the end of the day."""
    return _ticket_count(facts, "tickets_open")


@source(
    label="Open critical tickets",
    unit="",
    window="on the day",
    group="support",
    direction="down",
    sentence="Open critical tickets {before} → {after}",
    age=ticket_feed_age,
)
def open_critical_tickets(facts: Columns) -> Floats:
    """Open tickets whose priority was critical at the end of the day."""
    return _ticket_count(facts, "tickets_open_critical")


@source(
    label="Open high tickets",
    unit="",
    window="on the day",
    group="support",
    direction="down",
    sentence="Open high tickets {before} → {after}",
    age=ticket_feed_age,
)
def open_high_tickets(facts: Columns) -> Floats:
    """Open tickets whose priority was high at the end of the day."""
    return _ticket_count(facts, "tickets_open_high")


@source(
    label="Open medium tickets",
    unit="",
    window="on the day",
    group="support",
    direction="down",
    sentence="Open medium tickets {before} → {after}",
    age=ticket_feed_age,
)
def open_medium_tickets(facts: Columns) -> Floats:
    """Open tickets whose priority was medium at the end of the day."""
    return _ticket_count(facts, "tickets_open_medium")


@source(
    label="Open low tickets",
    unit="",
    window="on the day",
    group="support",
    direction="down",
    sentence="Open low tickets {before} → {after}",
    age=ticket_feed_age,
)
def open_low_tickets(facts: Columns) -> Floats:
    """Open tickets whose priority was low at the end of the day."""
    return _ticket_count(facts, "tickets_open_low")


@source(
    label="Mean resolution time",
    unit="hours",
    window="90 days",
    group="support",
    direction="down",
    sentence="Mean resolution time {before} → {after}",
    age=resolution_age,
    places=1,
)
def mean_resolution_hours(facts: Columns) -> Floats:
    """Mean hours from opening to resolving of tickets resolved in 90 days."""
    return facts["resolution_mean_90"]


@source(
    label="Median resolution time",
    unit="hours",
    window="90 days",
    group="support",
    direction="down",
    sentence="Median resolution time {before} → {after}",
    age=resolution_age,
    places=1,
)
def median_resolution_hours(facts: Columns) -> Floats:
    """Median hours from opening to resolving of tickets resolved in 90 days."""
    return facts["resolution_median_90"]


@source(
    label="SLA attainment",
    unit="%",
    window="90 days",
    group="support",
    direction="up",
    sentence="Tickets within SLA {before} → {after}",
    age=resolution_age,
)
def sla_attainment_90d(facts: Columns) -> Floats:
    """Tickets within SLA ÷ tickets with a verdict, of those resolved in 90 days.

    Within SLA is a ticket none of whose promises was missed by the end of the day;
    where it has no clocks here, its source's own verdict counts.
    """
    return facts["sla_met_share_90"]


@source(
    label="Open tickets past a promise",
    unit="",
    window="on the day",
    group="support",
    direction="down",
    sentence="Open tickets past a promise {before} → {after}",
    age=ticket_feed_age,
)
def sla_breaches_open(facts: Columns) -> Floats:
    """Open tickets with an SLA target missed by the end of the day.

    Missing while no SLA clock has ever run.
    """
    has_clocks = known(facts["has_sla_clocks"])
    return count_if(has_clocks, facts["tickets_open_breached"])


@source(
    label="Mean time to first response",
    unit="hours",
    window="90 days",
    group="support",
    direction="down",
    sentence="Mean time to first response {before} → {after}",
    age=first_response_age,
    places=1,
)
def mean_first_response_hours(facts: Columns) -> Floats:
    """Mean hours from opening to the first answer, of first answers in 90 days."""
    return facts["first_response_mean_90"]


@source(
    label="Escalation rate",
    unit="%",
    window="90 days",
    group="support",
    direction="down",
    sentence="Escalated tickets {before} → {after}",
    age=ticket_feed_age,
)
def escalation_rate(facts: Columns) -> Floats:
    """Escalated ÷ opened tickets of 90 days; without tickets there is no rate."""
    return percentage(facts["tickets_escalated_90"], facts["tickets_opened_90"])


@source(
    label="Reopen rate",
    unit="%",
    window="90 days",
    group="support",
    direction="down",
    sentence="Reopened tickets {before} → {after}",
    age=ticket_feed_age,
)
def reopen_rate(facts: Columns) -> Floats:
    """Reopened ÷ resolved tickets of 90 days; with none resolved there is no rate."""
    return percentage(facts["tickets_reopened_90"], facts["tickets_resolved_90"])


@source(
    label="Support satisfaction",
    unit="%",
    window="90 days",
    group="support",
    direction="up",
    sentence="Support satisfaction {before} → {after}",
    age=rating_age,
)
def support_satisfaction(facts: Columns) -> Floats:
    """Mean ticket rating (1–5) of 90 days, as (mean − 1) ÷ 4 × 100."""
    return rating_percentage(facts["ticket_rating_90"], 1, 5)
