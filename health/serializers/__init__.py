"""The shapes of this room's API, one module per resource."""

from health.serializers.alerts import AlertShape, CloseAlert
from health.serializers.calculator import (
    Advice,
    CalculateAnswer,
    CalculateRequest,
    ResultIndicator,
)
from health.serializers.scorecards import (
    ScorecardDetailShape,
    ScorecardShape,
    VersionShape,
    published_of,
)
from health.serializers.scores import (
    CardName,
    DimensionShape,
    ExplanationShape,
    HealthShape,
    HistoryPointShape,
    HistoryShape,
    IndicatorShape,
    PartShape,
    ScoreShape,
)

__all__ = [
    "Advice",
    "AlertShape",
    "CalculateAnswer",
    "CalculateRequest",
    "CardName",
    "CloseAlert",
    "DimensionShape",
    "ExplanationShape",
    "HealthShape",
    "HistoryPointShape",
    "HistoryShape",
    "IndicatorShape",
    "PartShape",
    "ResultIndicator",
    "ScoreShape",
    "ScorecardDetailShape",
    "ScorecardShape",
    "VersionShape",
    "published_of",
]
