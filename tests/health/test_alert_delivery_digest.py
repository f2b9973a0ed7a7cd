"""The digest: one mail a day at the person's own hour, with all that waits."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from health.models import AlertDelivery, AlertPreference
from health.services import close_alert, send_due
from health.services.alert_preferences import set_preference
from health.services.deliveries import plan_deliveries
from tests import sinks
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    AlertFactory,
    AlertPreferenceFactory,
    AlertRuleFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
NEXT = datetime(2026, 6, 11, 8, tzinfo=UTC)


@pytest.fixture
def box(settings):
    sink, stop = sinks.start_mail_sink(settings)
    yield sink
    stop()


def reader(zone="UTC", hour=8, **person):
    """Somebody who reads alerts once a day."""
    person = UserFactory(timezone=zone, **person)
    AlertPreferenceFactory(person=person, pace="daily", digest_hour=hour)
    return person


def opened(person, name="Acme", *, now=NOW, severity="medium", **alert):
    rule = AlertRuleFactory(
        key=f"rule-{severity}", name=f"Rule {severity}", severity=severity
    )
    alert = AlertFactory(
        account=AccountFactory(name=name, owner=person),
        rule=rule,
        opened_at=now,
        summary=f"{name} fell.",
        **alert,
    )
    plan_deliveries([alert], "opened", now)
    return alert


def states():
    return sorted(AlertDelivery.objects.values_list("status", flat=True))


def test_everything_that_waits_comes_in_one_mail_the_gravest_first(box):
    person = reader(name="Mara Okafor")
    opened(person, "Low Ltd", severity="low")
    opened(person, "High Inc", severity="high", drivers=[
        {"sentence": "Logins fell: −4.0", "points": -4.0, "kind": "behaviour"},
    ])  # fmt: skip
    opened(person, "Mid AG")

    assert send_due(NEXT - timedelta(seconds=1)) == 0
    assert send_due(NEXT) == 1

    (message,) = box.messages
    assert message["Subject"] == "3 alerts: High Inc, Mid AG and 1 more"
    assert box.ids == [f"<alerts-20260611-{person.public_id}@127.0.0.1>"]
    body = box.text()
    assert "there are 3 alerts you have not heard of yet." in body
    assert body.index("High Inc") < body.index("Mid AG") < body.index("Low Ltd")
    assert "- Logins fell: −4.0" in body
    assert "<h2>Severity: High</h2>" in box.html()
    assert states() == ["sent"] * 3
    assert AlertPreference.objects.get().last_digest_on == date(2026, 6, 11)


def test_nothing_to_say_is_no_mail(box):
    person = reader()
    alert = opened(person)
    close_alert(alert, by=UserFactory(), reason="Solved.")

    assert send_due(NEXT) == 0
    assert box.messages == []
    assert states() == ["dropped"]


def test_an_alert_that_opened_and_got_worse_is_told_once(box):
    alert = opened(reader())
    plan_deliveries([alert], "worsened", NOW + timedelta(hours=1))

    send_due(NEXT)

    assert box.text().count("Acme fell.") == 1
    assert "It got worse since you were told." in box.text()
    assert box.messages[0]["Subject"] == "1 alert: Acme"
    assert states() == ["sent", "sent"]


def test_who_gets_a_digest_gets_one_a_day_whatever_they_change(box):
    person = reader()
    opened(person)
    send_due(NEXT)
    opened(person, "Late Ltd", now=NEXT + timedelta(hours=1))
    set_preference(
        person, by=person, pace="daily", digest_hour=15, now=NEXT + timedelta(hours=2)
    )

    assert send_due(NEXT + timedelta(hours=8)) == 0
    assert AlertDelivery.objects.get(status="waiting").due_at == datetime(
        2026, 6, 12, 15, tzinfo=UTC
    )
    assert send_due(NEXT + timedelta(hours=31)) == 1


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Europe/Berlin", ["2026-03-28T07", "2026-03-29T06", "2026-03-30T06"]),
        ("Europe/Berlin", ["2026-10-24T06", "2026-10-25T07", "2026-10-26T07"]),
        ("America/New_York", ["2026-03-07T13", "2026-03-08T12", "2026-03-09T12"]),
        ("America/New_York", ["2026-10-31T12", "2026-11-01T13", "2026-11-02T13"]),
    ],
)
def test_the_digest_arrives_at_the_local_hour_across_a_change_of_clocks(
    box, zone, days
):
    person = reader(zone)
    arrived = []
    hour = datetime.fromisoformat(days[0] + ":00").replace(tzinfo=UTC)
    hour -= timedelta(hours=10)
    while len(arrived) < 3:
        with time_machine.travel(hour, tick=False):
            if hour.hour % 6 == 0:
                opened(person, f"Acme {hour:%d %H}", now=hour)
            if send_due():
                arrived.append(hour)
        hour += timedelta(hours=1)

    assert [f"{moment:%Y-%m-%dT%H}" for moment in arrived] == days


def test_the_organisations_zone_counts_for_who_has_none(box):
    OrganisationFactory(timezone="Asia/Tokyo")
    opened(reader(zone=""))

    assert AlertDelivery.objects.get().due_at == datetime(2026, 6, 10, 23, tzinfo=UTC)


def test_a_digest_that_is_refused_for_now_comes_later_whole(box):
    person = reader()
    opened(person, "One")
    opened(person, "Two")
    box.answer = "451 Later"
    assert send_due(NEXT) == 0
    assert AlertPreference.objects.get().last_digest_on is None

    box.answer = "250 OK"
    assert send_due(NEXT + timedelta(minutes=1)) == 1
    assert states() == ["sent", "sent"]


def test_a_digest_that_died_before_it_was_marked_keeps_its_message_id(box):
    opened(reader())
    box.hangs_up = True
    send_due(NEXT)
    box.hangs_up = False
    send_due(NEXT + timedelta(minutes=1))

    assert len(box.ids) == 2
    assert len(set(box.ids)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_one_digest(box):
    people = [reader() for _ in range(3)]
    for person in people:
        for number in range(4):
            opened(person, f"Acme {number}")
    box.seconds = 0.02

    def send():
        send_due(NEXT)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_due(NEXT)

    assert len(box.messages) == len({message["To"] for message in box.messages}) == 3
    assert states() == ["sent"] * 12


def test_what_waits_follows_a_change_of_mind(box):
    person = reader()
    opened(person)
    set_preference(person, by=person, pace="at_once", digest_hour=8, now=NOW)
    assert send_due(NOW) == 1

    set_preference(person, by=person, pace="daily", digest_hour=8, now=NOW)
    opened(person, "Other")
    set_preference(person, by=person, pace="never", digest_hour=8, now=NOW)
    assert send_due(timezone.now() + timedelta(days=3650)) == 0
    assert states() == ["dropped", "sent"]


def test_who_moves_to_another_zone_waits_for_the_hour_there(box):
    person = reader("Europe/Berlin", hour=15)
    opened(person)
    person.timezone = "America/New_York"
    person.save()

    assert send_due(datetime(2026, 6, 10, 13, tzinfo=UTC)) == 0
    assert send_due(datetime(2026, 6, 10, 19, tzinfo=UTC)) == 1


def test_a_very_long_digest_lists_the_gravest_and_counts_the_rest(box):
    person = reader()
    rules = [AlertRuleFactory(severity=severity) for severity in ("low", "high")]
    alerts = [
        AlertFactory(
            account=AccountFactory(name="Acme", owner=person),
            rule=rules[number % 10 == 0],
            opened_at=NOW,
        )
        for number in range(60)
    ]
    plan_deliveries(alerts, "opened", NOW)

    assert send_due(NEXT) == 1

    assert box.messages[0]["Subject"] == "60 alerts: Acme"
    assert box.html().count("<h3>") == 50
    assert "And 10 more" in box.text()
    assert box.html().index("Severity: High") < box.html().index("Severity: Low")
    assert states() == ["sent"] * 60
