"""Alert mail: told once, through a real mail server, and again when it was down."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import pytest
from django.db import connection, transaction
from django.utils import timezone

from health.models import AlertDelivery
from health.services import close_alert, send_due
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
FELL = "Active users fell from 41 % to 22 % of seats: −9.6"


@pytest.fixture
def box(settings):
    sink, stop = sinks.start_mail_sink(settings)
    yield sink
    stop()


def opened(owner="owner@example.com", *, occasion="opened", now=NOW, **alert):
    """An alert as the rules open it, with what is to be told of it."""
    if isinstance(owner, str):
        owner = UserFactory(email=owner, name="Mara Okafor")
    values = {
        "account": AccountFactory(name="Acme & Sons", owner=owner),
        "rule": AlertRuleFactory(key="rule", name="Entered a worse band"),
        "opened_at": now,
        "summary": "Went from Healthy to At risk, now 72.3.",
        **alert,
    }
    alert = AlertFactory(**values)
    plan_deliveries([alert], occasion, now)
    return alert


def status_of(alert):
    return AlertDelivery.objects.get(alert=alert).status


def test_the_owner_is_told_once(box):
    alert = opened(drivers=[{"sentence": FELL, "points": -9.6, "kind": "behaviour"}])

    assert send_due(NOW) == 1
    assert send_due(NOW) == 0

    (message,) = box.messages
    delivery = AlertDelivery.objects.get()
    assert message["To"] == "owner@example.com"
    assert message["Subject"] == "Acme & Sons: entered a worse band"
    assert message["Message-ID"] == f"<alert-{delivery.public_id}@127.0.0.1>"
    assert message["References"] == f"<alert-{alert.public_id}@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (delivery.status, delivery.sent_at, delivery.attempts) == ("sent", NOW, 1)


def test_the_mail_says_what_since_when_why_and_where(box, settings):
    settings.PUBLIC_URL = "https://cs.example.com"
    alert = opened(
        UserFactory(name="Mara Okafor", timezone="Europe/Berlin"),
        drivers=[{"sentence": FELL, "points": -9.6, "kind": "behaviour"}],
    )
    send_due(NOW)

    body = box.text()
    assert "Hello Mara Okafor," in body
    assert "Acme & Sons: Went from Healthy to At risk, now 72.3." in body
    assert "2026, 14:00 (Europe/Berlin)" in body
    assert f"- {FELL}" in body
    assert f"https://cs.example.com/alerts/{alert.public_id}/" in body
    assert "because you own this account" in body
    assert "https://cs.example.com/settings/alert-preferences/" in body
    assert "Acme &amp; Sons" in box.html()
    assert f"<li>{FELL}</li>" in box.html()


@pytest.mark.parametrize(
    ("occasion", "subject", "reason"),
    [
        ("worsened", "got worse", "is assigned to you"),
        ("assigned", "Assigned to you", "is assigned to you"),
        ("escalated", "Nobody took it", "it went up to you"),
    ],
)
def test_each_occasion_has_its_own_words(box, occasion, subject, reason):
    lead = UserFactory()
    opened(occasion=occasion, assignee=lead, escalated_to=lead)

    send_due(NOW)

    assert box.messages[0]["To"] == lead.email
    assert subject in box.messages[0]["Subject"]
    assert reason in box.text()


def test_a_name_cannot_add_headers_or_markup(box):
    account = AccountFactory(
        name="Evil\r\nBcc: all@example.com <script>", owner=UserFactory()
    )
    opened(account=account)

    send_due(NOW)

    assert box.messages[0]["Bcc"] is None
    assert "<script>" not in box.html()


def test_when_the_server_says_later_the_mail_waits_longer_and_longer(box):
    alert = opened()
    box.answer = "451 Try again later"
    assert send_due(NOW) == 0
    row = AlertDelivery.objects.get()
    assert (row.status, row.attempts) == ("waiting", 1)
    assert row.error == "451 Try again later"
    assert row.due_at == NOW + timedelta(minutes=1)
    assert send_due(NOW) == 0
    send_due(NOW + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.due_at == NOW + timedelta(minutes=6)

    box.answer = "250 OK"
    assert send_due(NOW + timedelta(minutes=6)) == 1
    row.refresh_from_db()
    assert (status_of(alert), row.error) == ("sent", "")


def test_after_the_last_attempt_it_is_given_up_with_the_error(box):
    alert = opened()
    AlertDelivery.objects.update(attempts=7)
    box.answer = "451 Try again later"

    send_due(NOW)

    assert status_of(alert) == "failed"
    assert AlertDelivery.objects.get().error == "451 Try again later"


def test_when_the_server_is_down_nothing_is_lost_and_one_mail_tries(box, settings):
    opened()
    opened("second@example.com", rule=AlertRuleFactory(key="other"))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert send_due(NOW) == 0
    assert sorted(AlertDelivery.objects.values_list("attempts", flat=True)) == [0, 1]

    settings.EMAIL_PORT = port
    assert send_due(NOW + timedelta(minutes=1)) == 2


def test_one_wrong_address_holds_up_nobody(box):
    gone = opened("gone@example.com")
    opened(rule=AlertRuleFactory(key="other"))
    box.refused_address = "gone@example.com"

    assert send_due(NOW) == 1
    assert box.messages[0]["To"] == "owner@example.com"
    assert status_of(gone) == "failed"
    assert AlertDelivery.objects.get(alert=gone).error == "550 No such person"


def test_one_mail_that_is_refused_for_good_holds_up_nobody(box):
    refused = opened("strict@example.com")
    opened(rule=AlertRuleFactory(key="other"))
    box.refused_word = "strict@example.com"

    assert send_due(NOW) == 1
    assert send_due(NOW) == 0
    assert status_of(refused) == "failed"


def test_an_address_that_is_refused_for_now_is_tried_again(box):
    alert = opened()
    box.refused_address, box.refusal = "owner@example.com", "450 Busy, come back"
    send_due(NOW)
    assert status_of(alert) == "waiting"

    box.refused_address = ""
    assert send_due(NOW + timedelta(minutes=1)) == 1


def test_a_mail_that_breaks_us_holds_up_nobody(box):
    broken = opened("broken@example.com", drivers=[{"sentence": FELL}])
    type(broken).objects.filter(pk=broken.pk).update(drivers=["not a driver"])
    opened(rule=AlertRuleFactory(key="other"))

    assert send_due(NOW) == 1
    row = AlertDelivery.objects.get(alert=broken)
    assert (row.status, row.attempts, row.error) == (
        "waiting", 1, "It broke: AttributeError",
    )  # fmt: skip


def test_a_crash_after_sending_repeats_the_same_message_id(box):
    opened()
    with contextlib.suppress(InterruptedError), transaction.atomic():
        send_due(NOW)
        raise InterruptedError  # the process dies before its work is committed

    assert send_due(NOW) == 1
    assert len(box.ids) == 2
    assert len(set(box.ids)) == 1


def test_a_server_that_dies_before_it_says_yes_gets_the_same_message_id(box):
    opened()
    box.hangs_up = True
    assert send_due(NOW) == 0

    box.hangs_up = False
    assert send_due(NOW + timedelta(minutes=1)) == 1
    assert len(set(box.ids)) == 1


def test_what_nobody_needs_to_know_any_more_is_not_sent(box):
    old = opened("a@example.com", now=NOW - timedelta(days=3))
    asleep = opened("b@example.com")
    type(asleep).objects.filter(pk=asleep.pk).update(snoozed_at=NOW)
    closed = opened("c@example.com", now=timezone.now())
    close_alert(closed, by=UserFactory(), reason="Solved.")
    gone = opened("d@example.com")
    gone.account.owner.is_active = False
    gone.account.owner.disabled_at = NOW
    gone.account.owner.save()

    assert send_due(max(NOW, timezone.now())) == 0
    assert box.messages == []
    assert {status_of(alert) for alert in (old, asleep, closed, gone)} == {"dropped"}


def test_nobody_is_told_of_an_account_that_they_may_not_see(box):
    OrganisationFactory(row_scope="book")
    alert = opened(assignee=UserFactory(role="csm"))

    assert send_due(NOW) == 0
    assert status_of(alert) == "dropped"


def test_a_try_again_waits_for_the_end_of_quiet_hours(box):
    owner = UserFactory(timezone="Europe/Berlin")
    alert = opened(owner)
    AlertPreferenceFactory(person=owner, quiet_from=clock(13), quiet_until=clock(15))

    assert send_due(NOW) == 0
    row = AlertDelivery.objects.get(alert=alert)
    assert (row.status, row.due_at) == ("waiting", NOW + timedelta(hours=1))
    assert send_due(NOW + timedelta(hours=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_tell_everybody_once(box):
    owner = UserFactory()
    for number in range(8):
        opened(owner, rule=AlertRuleFactory(key=f"rule-{number}"))
    box.seconds = 0.02
    sent = []

    def send():
        sent.append(send_due(NOW))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert min(sent) > 0
    assert sum(sent) == len(box.ids) == len(set(box.ids)) == 8
