"""Product usage: raw facts, roll-ups and custom metrics.

Facts and roll-ups come by the million, so their foreign keys are not checked by the
database and have no index of their own: checking cost more than writing. They are
written only from ids that were looked up in the same statement.
"""

from usage.models.facts import (
    DailyUsage,
    Feature,
    ProductUser,
    UsageEvent,
    UsageEventKey,
)
from usage.models.metrics import Metric, MetricValue
from usage.models.rollups import AccountDay, FeatureWeek, UsageFeed, UserWeek

__all__ = [
    "AccountDay",
    "DailyUsage",
    "Feature",
    "FeatureWeek",
    "Metric",
    "MetricValue",
    "ProductUser",
    "UsageEvent",
    "UsageEventKey",
    "UsageFeed",
    "UserWeek",
]
