"""What the shipped scorecards are made of: curves and advice they share."""

from collections.abc import Sequence
from dataclasses import dataclass

from health.definition import Json

Curve = Sequence[tuple[float, float]]
# What to do, what it should bring, the playbook that does it.
Action = tuple[str, str, str]


@dataclass(frozen=True)
class Preset:
    """A scorecard that every installation starts with."""

    slug: str
    label: str
    description: str
    definition: Json


PERCENT: Curve = ((0, 0), (100, 100))


def indicator(
    source: str,
    weight: float,
    curve: Curve,
    *,
    max_age_days: int | None = None,
    red_flag: tuple[str, float] | None = None,
) -> Json:
    flag = None if red_flag is None else {"op": red_flag[0], "value": red_flag[1]}
    return {
        "source": source,
        "weight": weight,
        "curve": [list(point) for point in curve],
        "max_age_days": max_age_days,
        "red_flag": flag,
    }


def dimension(
    key: str,
    label: str,
    weight: float,
    indicators: Sequence[Json],
    recommendations: Sequence[Json],
) -> Json:
    return {
        "key": key,
        "label": label,
        "weight": weight,
        "indicators": list(indicators),
        "recommendations": list(recommendations),
    }


def advice(
    below: float | None, priority: str, action: str, effect: str, playbook: str
) -> Json:
    return {
        "below": below,
        "priority": priority,
        "action": action,
        "expected_effect": effect,
        "playbook": playbook,
    }


def scorecard(*dimensions: Json) -> Json:
    return {
        "dimensions": list(dimensions),
        "missing": "redistribute",
        "min_coverage": 50,
    }


# What to do when a dimension is weak. The limits are those of the calculator.
IMPROVE_USAGE = advice(
    60,
    "high",
    "Schedule a usage review and a training session for the people who use it least.",
    "Adoption usually rises by 15–25 % within a quarter.",
    "Usage decline",
)
IMPROVE_SATISFACTION = advice(
    70,
    "high",
    "Ask what hurts most, and fix the first two points that come up.",
    "NPS usually rises by 10–20 points.",
    "Detractor follow-up",
)
IMPROVE_VALUE = advice(
    50,
    "critical",
    "Review the outcome targets with the customer and adjust the success plan.",
    "The customer reaches the promised value sooner.",
    "At-risk intervention",
)
IMPROVE_RELATIONSHIP = advice(
    70,
    "medium",
    "Schedule an executive business review.",
    "Stakeholders agree again on goals and next steps.",
    "Stakeholder change",
)
IMPROVE_SUPPORT = advice(
    80,
    "medium",
    "Go through the open tickets and their causes with the support lead.",
    "Resolution time usually falls by 20–30 %.",
    "At-risk intervention",
)
IMPROVE_EXPANSION = advice(
    40,
    "low",
    "Look for a team or a use case that would gain from the product next.",
    "A clearer picture of where the account can grow.",
    "Expansion discovery",
)

# Curves used by more than one scorecard.
ACTIVE_SEATS: Curve = ((10, 0), (40, 50), (60, 75), (80, 100))
BASELINE: Curve = ((25, 0), (50, 30), (80, 65), (100, 90), (115, 100))
ADOPTION: Curve = ((0, 0), (30, 40), (60, 80), (80, 100))
SILENCE: Curve = ((2, 100), (7, 80), (14, 50), (30, 0))
TICKET_LOAD: Curve = ((0.1, 100), (0.5, 80), (1, 50), (2, 0))
OPEN_CRITICAL: Curve = ((0, 100), (1, 40), (3, 0))
RESOLUTION: Curve = ((8, 100), (24, 80), (72, 30), (168, 0))
SLA: Curve = ((60, 0), (80, 50), (95, 100))
ESCALATIONS: Curve = ((0, 100), (10, 60), (30, 0))
TICKET_CSAT: Curve = ((40, 0), (70, 60), (90, 100))
TARGET_SHARE: Curve = ((20, 0), (60, 50), (100, 100))
MEETINGS: Curve = ((0, 0), (1, 50), (3, 100))
TOUCHPOINT_AGE: Curve = ((14, 100), (30, 75), (60, 40), (90, 0))
STAKEHOLDERS: Curve = ((0, 0), (50, 60), (80, 100))
SPONSOR: Curve = ((0, 20), (100, 100))
NPS: Curve = ((-50, 0), (0, 40), (30, 70), (60, 100))
SENTIMENT: Curve = ((-1, 0), (0, 55), (0.6, 100))
DAYS_OVERDUE: Curve = ((0, 100), (15, 80), (30, 60), (60, 20), (90, 0))
SEATS_USED: Curve = ((30, 0), (60, 50), (90, 100))


def signal(
    key: str,
    label: str,
    weight: float,
    reading: Json,
    *,
    red: Action,
    yellow: Action,
    green: Action,
) -> Json:
    """A dimension of one indicator with an action per colour."""
    return dimension(
        key,
        label,
        weight,
        [reading],
        [
            advice(40, "high", *red),
            advice(80, "medium", *yellow),
            advice(None, "low", *green),
        ],
    )
