"""The API of this room, one module per resource."""

from health.api.alerts import AlertResource
from health.api.calculator import CalculatorResource
from health.api.scorecards import ScorecardResource
from health.api.scores import ScoreResource

__all__ = ["AlertResource", "CalculatorResource", "ScoreResource", "ScorecardResource"]
