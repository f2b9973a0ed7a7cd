"""An account whose score is told day by day, for tests of what follows from it."""

from datetime import UTC, date, datetime, time, timedelta

import time_machine

from health.models import Alert
from health.services import recompute
from tests.factories.accounts import AccountFactory
from tests.factories.health import ScorecardFactory, ScorecardVersionFactory
from tests.factories.usage import MetricFactory, MetricValueFactory

START = date(2024, 6, 3)
BAND, FALL = "entered-worse-band", "fell-in-30-days"


def publish_metric_card(source: str = "metric:score", max_age_days: int = 3) -> None:
    """A scorecard that reads one source, in use for every account."""
    card = ScorecardFactory(is_active=True, priority=1)
    reading = {
        "source": source,
        "weight": 100,
        "curve": [[0, 0], [100, 100]],
        "max_age_days": max_age_days,
    }
    dimension = {"key": "all", "label": "All", "weight": 100, "indicators": [reading]}
    ScorecardVersionFactory(scorecard=card, definition={"dimensions": [dimension]})


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


class Course:
    """An account whose score is told day by day; each day is computed as it comes."""

    def __init__(self, **account) -> None:
        self.account = AccountFactory(**account)
        self.day = START - timedelta(days=1)

    def goes(self, *scores: float | None) -> "Course":
        for score in scores:
            self.day += timedelta(days=1)
            if score is not None:
                self.value(score)
            with time_machine.travel(noon(self.day), tick=False):
                recompute(day=self.day, trigger="nightly")
        return self

    def value(self, score: float) -> None:
        MetricValueFactory(
            account=self.account,
            metric=MetricFactory(key="score"),
            observed_at=noon(self.day) - timedelta(hours=1),
            value=score,
        )

    def open(self, rule: str = BAND) -> Alert | None:
        return Alert.objects.open().filter(account=self.account, rule__key=rule).first()

    def count(self, rule: str = BAND) -> int:
        return Alert.objects.filter(account=self.account, rule__key=rule).count()

    def last(self, rule: str = BAND) -> Alert:
        alerts = Alert.objects.filter(account=self.account, rule__key=rule)
        return alerts.order_by("opened_at").last()
