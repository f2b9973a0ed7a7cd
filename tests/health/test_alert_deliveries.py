"""Who is told of an alert, by which way and when: planned once, in one statement."""

from datetime import UTC, datetime, time

import pytest
from django.utils import timezone

from health.models import AlertDelivery
from health.services.deliveries import plan_deliveries
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    AlertChannelFactory,
    AlertFactory,
    AlertPreferenceFactory,
    AlertRuleFactory,
)
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def told(occasion="opened"):
    """Who is told on an occasion: addresses and channel names."""
    rows = AlertDelivery.objects.filter(occasion=occasion)
    rows = rows.select_related("person", "channel")
    return {str(row.person.email if row.person else row.channel) for row in rows}


def opened(owner="owner@example.com", **values):
    """An open alert of an account with this owner."""
    owner = UserFactory(email=owner) if isinstance(owner, str) else owner
    return AlertFactory(account=AccountFactory(owner=owner), **values)


def test_the_owner_is_told_when_nobody_took_the_alert():
    assert plan_deliveries([opened()], "opened", NOON) == 1

    row = AlertDelivery.objects.get()
    assert (row.person.email, row.channel) == ("owner@example.com", None)
    assert (row.status, row.due_at, row.is_digest) == ("waiting", NOON, False)


def test_the_assignee_is_told_instead_of_the_owner():
    alert = opened(assignee=UserFactory(email="taker@example.com"))

    plan_deliveries([alert], "opened", NOON)

    assert told() == {"taker@example.com"}


def test_the_owner_is_told_when_the_assignee_may_no_longer_sign_in():
    gone = UserFactory(is_active=False, disabled_at=timezone.now())

    plan_deliveries([opened(assignee=gone)], "opened", NOON)

    assert told() == {"owner@example.com"}


def test_an_escalation_is_told_to_whom_it_went():
    alert = opened(escalated_to=UserFactory(email="lead@example.com"))

    plan_deliveries([alert], "escalated", NOON)

    assert told("escalated") == {"lead@example.com"}


def test_nobody_is_told_twice_of_the_same_occasion_and_round():
    alert = opened()
    plan_deliveries([alert], "worsened", NOON)

    assert plan_deliveries([alert], "worsened", NOON) == 0
    assert plan_deliveries([alert], "worsened", NOON, round=2) == 1


def test_one_more_round_is_counted_by_itself():
    alert = opened()
    alert.rule.channels.add(AlertChannelFactory())
    for _ in range(2):
        assert plan_deliveries([alert], "assigned", NOON, round=None) == 1
        assert plan_deliveries([alert], "worsened", NOON, round=None) == 2

    rounds = AlertDelivery.objects.values_list("occasion", "round").distinct()
    assert set(rounds) == {
        ("assigned", 1), ("assigned", 2), ("worsened", 1), ("worsened", 2),
    }  # fmt: skip


def test_every_channel_of_the_rule_that_is_on_gets_a_post():
    rule = AlertRuleFactory(sends_email=False)
    rule.channels.add(
        AlertChannelFactory(name="CS room"),
        AlertChannelFactory(name="Sales room", kind="teams"),
        AlertChannelFactory(name="Old room", is_on=False),
    )
    AlertChannelFactory(name="Of another rule")

    plan_deliveries([opened(rule=rule)], "opened", NOON)

    assert told() == {"CS room", "Sales room"}


def test_who_reads_no_mail_is_not_told():
    never = AlertPreferenceFactory(pace="never").person
    gone = UserFactory(is_active=False, disabled_at=timezone.now())
    program = UserFactory(role="integration")
    silent = AlertRuleFactory(sends_email=False)
    alerts = [opened(never), opened(gone), opened(program), opened(None)]

    assert plan_deliveries([*alerts, opened(rule=silent)], "opened", NOON) == 0
    assert plan_deliveries([], "opened", NOON) == 0


def test_a_daily_reader_waits_for_the_hour_and_a_quiet_one_for_the_morning():
    daily = UserFactory(timezone="Europe/Berlin")
    AlertPreferenceFactory(person=daily, pace="daily", digest_hour=9)
    quiet = UserFactory(timezone="America/New_York")
    AlertPreferenceFactory(person=quiet, quiet_from=time(20), quiet_until=time(9, 30))

    plan_deliveries([opened(daily), opened(quiet)], "opened", NOON)

    of_daily = AlertDelivery.objects.get(person=daily)
    assert of_daily.is_digest
    assert of_daily.due_at == datetime(2026, 6, 11, 7, tzinfo=UTC)
    of_quiet = AlertDelivery.objects.get(person=quiet)
    assert not of_quiet.is_digest
    assert of_quiet.due_at == datetime(2026, 6, 10, 13, 30, tzinfo=UTC)


def test_a_thousand_alerts_take_as_many_queries_as_one(django_assert_num_queries):
    owner = UserFactory()
    rule = AlertRuleFactory()
    alerts = [opened(owner, rule=rule) for _ in range(20)]

    with django_assert_num_queries(5):
        plan_deliveries(alerts[:1], "opened", NOON)
    with django_assert_num_queries(5):
        assert plan_deliveries(alerts, "opened", NOON) == 19
