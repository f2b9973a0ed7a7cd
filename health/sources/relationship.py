"""Sources that read how well we know the people at an account."""

import numpy as np

from health.sources.arithmetic import count_if, known, percentage
from health.sources.declaring import Columns, source
from health.sources.reading import Floats


def touchpoint_feed_age(facts: Columns) -> Floats:
    """Days since a touchpoint last reached the organisation."""
    return facts["touchpoint_feed_age"]


def today(facts: Columns) -> Floats:
    """State of the day itself is never old, for any account."""
    return np.zeros(1)


def asked_age(facts: Columns) -> Floats:
    """Days since anybody at the account was last asked."""
    return facts["asked_age"]


@source(
    label="Meetings per quarter",
    unit="",
    window="90 days",
    group="relationship",
    direction="up",
    sentence="Meetings in 90 days {before} → {after}",
    age=touchpoint_feed_age,
)
def meetings_per_quarter(facts: Columns) -> Floats:
    """Meetings, calls, visits and webinars in the last 90 days."""
    return count_if(known(facts["touchpoint_feed_age"]), facts["meetings_90"])


@source(
    label="Days since last touchpoint",
    unit="days",
    window="all time",
    group="relationship",
    direction="down",
    sentence="Days since last touchpoint {before} → {after}",
    age=touchpoint_feed_age,
)
def days_since_last_touchpoint(facts: Columns) -> Floats:
    """Days since the last meeting, call or message; missing when there was none."""
    return facts["touchpoint_age"]


@source(
    label="Stakeholder engagement",
    unit="%",
    window="90 days",
    group="relationship",
    direction="up",
    sentence="Active key contacts {before} → {after}",
    age=today,
)
def stakeholder_engagement(facts: Columns) -> Floats:
    """Key contacts active in 90 days ÷ key contacts.

    Active is who used the product, attended a touchpoint, answered a survey or wrote
    a ticket.
    """
    return percentage(facts["key_contacts_active"], facts["key_contacts"])


@source(
    label="Executive sponsor present",
    unit="%",
    window="on the day",
    group="relationship",
    direction="up",
    sentence="Executive sponsor {before} → {after}",
    age=today,
)
def executive_sponsor_present(facts: Columns) -> Floats:
    """100 when a contact is executive sponsor on the day, else 0.

    Missing while no contact of the organisation has ever had a role.
    """
    sponsors = count_if(known(facts["has_contact_roles"]), facts["sponsors"])
    return np.where(sponsors > 0, 100.0, sponsors)


@source(
    label="Feedback participation",
    unit="%",
    window="180 days",
    group="relationship",
    direction="up",
    sentence="Surveys answered {before} → {after}",
    age=asked_age,
)
def feedback_participation(facts: Columns) -> Floats:
    """Surveys answered ÷ surveys asked in the last 180 days."""
    return percentage(facts["answered_180"], facts["asked_180"])
