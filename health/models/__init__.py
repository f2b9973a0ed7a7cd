"""Scorecards with versions, snapshots, runs, alerts, and what people judge by hand."""

from health.models.alerts import Alert, AlertQuerySet
from health.models.delivery import (
    AlertDelivery,
    AlertLedgerEntry,
    AlertPreference,
    DeliveryOccasion,
    DeliveryPace,
    DeliveryStatus,
    LedgerReason,
)
from health.models.judgements import (
    HealthOverride,
    HealthOverrideQuerySet,
    OverrideEnd,
    RecommendationDecision,
    RecommendationOutcome,
)
from health.models.on_call import (
    OnCallPage,
    OnCallPageQuerySet,
    OnCallResponder,
    OnCallSettings,
    PageDelivery,
    PageEnd,
)
from health.models.rules import AlertChannel, AlertRule, AlertSeverity, ChannelKind
from health.models.runs import HealthRun, HealthRunError, RecomputeRequest
from health.models.scorecards import Scorecard, ScorecardVersion
from health.models.snapshots import BandCount, BandMembers, Snapshot

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertDelivery",
    "AlertLedgerEntry",
    "AlertPreference",
    "AlertQuerySet",
    "AlertRule",
    "AlertSeverity",
    "BandCount",
    "BandMembers",
    "ChannelKind",
    "DeliveryOccasion",
    "DeliveryPace",
    "DeliveryStatus",
    "HealthOverride",
    "HealthOverrideQuerySet",
    "HealthRun",
    "HealthRunError",
    "LedgerReason",
    "OnCallPage",
    "OnCallPageQuerySet",
    "OnCallResponder",
    "OnCallSettings",
    "OverrideEnd",
    "PageDelivery",
    "PageEnd",
    "RecommendationDecision",
    "RecommendationOutcome",
    "RecomputeRequest",
    "Scorecard",
    "ScorecardVersion",
    "Snapshot",
]
