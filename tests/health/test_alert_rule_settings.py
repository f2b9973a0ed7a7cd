"""Changing what an alert rule is set to."""

import pytest
from django.core.exceptions import ValidationError

from events.models import Event
from health.models import AlertRule
from health.services.alerts import StaleRule, update_rule
from tests.factories.accounts import SegmentFactory
from tests.factories.health import AlertChannelFactory
from tests.factories.organisation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


def rule(key: str) -> AlertRule:
    return AlertRule.objects.get(key=key)


def test_a_change_is_kept_with_what_it_was_before():
    person, segment, channel = UserFactory(), SegmentFactory(), AlertChannelFactory()

    changed = update_rule(
        rule("no-activity"),
        by=person,
        enter_value=21.0,
        escalate_after_days=3,
        segments=[segment],
        channels=[channel],
    )

    assert (changed.enter_value, changed.version) == (21.0, 2)
    assert list(changed.segments.all()) == [segment]
    event = Event.objects.get(kind="alert_rule_updated")
    assert event.data["enter_value"] == [14.0, 21.0]
    assert event.data["segments"] == [[], [segment.name]]
    assert event.data["channels"] == [[], [channel.name]]


def test_a_change_to_the_same_is_no_change():
    changed = update_rule(rule("no-activity"), by=UserFactory(), enter_value=14.0)

    assert changed.version == 1
    assert not Event.objects.filter(kind="alert_rule_updated").exists()


@pytest.mark.parametrize(
    ("key", "values", "field"),
    [
        ("no-activity", {"leave_value": 15.0}, "leave_value"),
        ("no-activity", {"enter_value": 2.0}, "leave_value"),
        ("usage-down", {"leave_value": 60.0}, "leave_value"),
        ("usage-down", {"enter_value": 101.0, "leave_value": 99.0}, "enter_value"),
        ("usage-down", {"enter_value": None}, "enter_value"),
        ("fell-in-30-days", {"enter_value": 5.0}, "enter_value"),
        ("fell-in-30-days", {"window_days": 14}, "window_days"),
        ("entered-worse-band", {"enter_value": 5.0}, "enter_value"),
        ("renewal-low-score", {"window_days": None}, "window_days"),
        ("renewal-low-score", {"window_days": 366}, "window_days"),
        ("no-activity", {"cool_down_days": 366}, "cool_down_days"),
        ("no-activity", {"escalate_after_days": 0}, "escalate_after_days"),
        ("no-activity", {"name": ""}, "name"),
        ("no-activity", {"severity": "awful"}, "severity"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(key, values, field):
    with pytest.raises(ValidationError) as refusal:
        update_rule(rule(key), by=UserFactory(), **values)

    assert set(refusal.value.message_dict) == {field}
    assert rule(key).version == 1


def test_who_looked_at_an_older_version_is_told():
    update_rule(rule("no-activity"), by=UserFactory(), is_on=False)

    with pytest.raises(StaleRule) as refusal:
        update_rule(
            rule("no-activity"), by=UserFactory(), expected_version=1, is_on=True
        )

    assert refusal.value.current.version == 2
