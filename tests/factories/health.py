"""Scorecards, snapshots, runs and alerts for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from health.models import (
    Alert,
    AlertChannel,
    AlertDelivery,
    AlertLedgerEntry,
    AlertPreference,
    AlertRule,
    BandCount,
    HealthOverride,
    HealthRun,
    HealthRunError,
    OnCallPage,
    RecommendationDecision,
    RecomputeRequest,
    Scorecard,
    ScorecardVersion,
    Snapshot,
)
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory
from tests.factories.tickets import TicketFactory

ONE_INDICATOR = {
    "dimensions": [
        {
            "key": "satisfaction",
            "label": "Satisfaction",
            "weight": 100,
            "indicators": [
                {"source": "nps", "weight": 100, "curve": [[-100, 0], [100, 100]]}
            ],
        }
    ]
}


class ScorecardFactory(DjangoModelFactory):
    class Meta:
        model = Scorecard

    slug = factory.Sequence(lambda number: f"scorecard-{number}")
    name = factory.Sequence(lambda number: f"Scorecard {number}")


class ScorecardVersionFactory(DjangoModelFactory):
    class Meta:
        model = ScorecardVersion

    scorecard = factory.SubFactory(ScorecardFactory)
    number = 1
    status = ScorecardVersion.Status.PUBLISHED
    definition = ONE_INDICATOR
    published_at = datetime(2024, 1, 1, tzinfo=UTC)


class SnapshotFactory(DjangoModelFactory):
    class Meta:
        model = Snapshot

    account = factory.SubFactory(AccountFactory)
    day = date(2024, 6, 1)
    score = Decimal("70.0")
    band = "yellow"
    coverage = Decimal("100.0")
    version = factory.SubFactory(ScorecardVersionFactory)
    engine = 1
    detail = factory.LazyFunction(
        lambda: {"raw": [40.0], "norm": [70.0], "weight": [100.0], "dims": [70.0]}
    )


class HealthRunFactory(DjangoModelFactory):
    class Meta:
        model = HealthRun

    day = date(2024, 6, 1)
    trigger = HealthRun.Trigger.COMMAND
    started_at = datetime(2024, 6, 2, 2, tzinfo=UTC)


class HealthRunErrorFactory(DjangoModelFactory):
    class Meta:
        model = HealthRunError

    run = factory.SubFactory(HealthRunFactory)
    account = factory.SubFactory(AccountFactory)
    message = "It could not be scored."


class AlertRuleFactory(DjangoModelFactory):
    class Meta:
        model = AlertRule
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda number: f"rule-{number}")
    name = factory.LazyAttribute(lambda rule: rule.key)


class AlertFactory(DjangoModelFactory):
    class Meta:
        model = Alert

    account = factory.SubFactory(AccountFactory)
    rule = factory.SubFactory(AlertRuleFactory)
    opened_at = datetime(2024, 6, 2, 2, tzinfo=UTC)
    opened_on = date(2024, 6, 1)
    worsened_on = factory.SelfAttribute("opened_on")
    summary = "Fell from At risk to Critical."


class BandCountFactory(DjangoModelFactory):
    class Meta:
        model = BandCount

    day = date(2024, 6, 1)
    currency = "EUR"
    band = "yellow"
    accounts = 1
    arr = Decimal("12000.00")
    score_sum = Decimal("70.0")
    scored = 1


class RecomputeRequestFactory(DjangoModelFactory):
    class Meta:
        model = RecomputeRequest

    account = factory.SubFactory(AccountFactory)
    first_at = datetime(2024, 6, 2, 2, tzinfo=UTC)
    due_at = datetime(2024, 6, 2, 2, tzinfo=UTC)


class AlertChannelFactory(DjangoModelFactory):
    class Meta:
        model = AlertChannel

    name = factory.Sequence(lambda number: f"Channel {number}")
    kind = "slack"
    url = "https://hooks.example.com/services/abc"


class AlertLedgerEntryFactory(DjangoModelFactory):
    class Meta:
        model = AlertLedgerEntry

    account = factory.SubFactory(AccountFactory)
    rule = factory.SubFactory(AlertRuleFactory)
    day = date(2024, 6, 1)
    reason = "cool_down"
    first_at = datetime(2024, 6, 2, 2, tzinfo=UTC)
    last_at = datetime(2024, 6, 2, 2, tzinfo=UTC)


class AlertDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = AlertDelivery

    alert = factory.SubFactory(AlertFactory)
    occasion = "opened"
    person = factory.SubFactory(UserFactory)
    due_at = datetime(2024, 6, 2, 2, tzinfo=UTC)


class AlertPreferenceFactory(DjangoModelFactory):
    class Meta:
        model = AlertPreference

    person = factory.SubFactory(UserFactory)


class HealthOverrideFactory(DjangoModelFactory):
    class Meta:
        model = HealthOverride

    account = factory.SubFactory(AccountFactory)
    band = "yellow"
    reason = "The sponsor told us they will renew."
    starts_on = date(2024, 6, 1)
    ends_on = date(2024, 7, 1)


class RecommendationDecisionFactory(DjangoModelFactory):
    class Meta:
        model = RecommendationDecision

    account = factory.SubFactory(AccountFactory)
    dimension = "usage"
    action = "Plan a training."
    outcome = "accepted"
    decided_at = datetime(2024, 6, 2, 2, tzinfo=UTC)


class OnCallPageFactory(DjangoModelFactory):
    class Meta:
        model = OnCallPage

    ticket = factory.SubFactory(TicketFactory)
    priority = "critical"
    raised_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
    started_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
