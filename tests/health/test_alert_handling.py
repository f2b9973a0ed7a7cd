"""What people and time do with alerts: assign, snooze, wake, escalate, bulk."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import time_machine

from events.models import Event
from health.models import Alert, AlertDelivery, AlertLedgerEntry
from health.services.alerts import (
    AlertAlreadyClosed,
    CannotHandleAlert,
    acknowledge_alert,
    acknowledge_alerts,
    assign_alert,
    assign_alerts,
    close_alert,
    close_alerts,
    escalate_overdue,
    prune_ledger,
    snooze_alert,
    snooze_alerts,
    wake_alert,
    wake_alerts,
    wake_due_alerts,
)
from organisation.models import Notification
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertFactory, AlertLedgerEntryFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.health.alert_world import DAY, evaluate, noon, open_alert, picture, set_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
OVERDUE, BAND = "payment-overdue", "entered-worse-band"


@pytest.fixture
def person():
    return UserFactory(role="csm")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(noon(DAY), tick=False):
        yield


def overdue(account, days, day=DAY, **others):
    facts = {"payment_feed_age": [0.0], "days_overdue": [days]}
    return picture([account], day, facts=facts, **others)


def late(account, days=20) -> Alert:
    """An open alert about a payment."""
    evaluate(overdue(account, days))
    alert = open_alert(account, OVERDUE)
    assert alert is not None
    return alert


def kinds() -> list[str]:
    events = Event.objects.filter(kind__startswith="alert_").order_by("pk")
    return [
        kind.removeprefix("alert_") for kind in events.values_list("kind", flat=True)
    ]


def test_an_alert_given_to_somebody_tells_them_and_only_once(person):
    alert = late(AccountFactory())

    assign_alert(alert, to=person, by=UserFactory())
    assign_alert(alert, to=person, by=UserFactory())

    alert.refresh_from_db()
    assert alert.assignee == person
    (delivery,) = AlertDelivery.objects.all()
    assert (delivery.person, delivery.occasion) == (person, "assigned")
    assert kinds() == ["opened", "assigned"]


def test_who_takes_an_alert_is_not_told_and_can_give_it_back(person):
    alert = late(AccountFactory())

    assign_alert(alert, to=person, by=person)
    assign_alert(alert, to=None, by=person)

    alert.refresh_from_db()
    assert alert.assignee is None
    assert not AlertDelivery.objects.exists()


@pytest.mark.parametrize("role", ["agent", "leader"])
def test_who_cannot_handle_alerts_gets_none(role, person):
    with pytest.raises(CannotHandleAlert):
        assign_alert(late(AccountFactory()), to=UserFactory(role=role), by=person)


def test_a_snoozed_alert_is_quiet_until_its_day_and_reminds_who_snoozed(person):
    account = AccountFactory(owner=person)
    alert = snooze_alert(late(account), by=person, until=DAY + timedelta(days=3))

    evaluate(overdue(account, 90, DAY + timedelta(days=2)))
    alert.refresh_from_db()
    assert alert.snoozed_at is not None
    assert list(AlertLedgerEntry.objects.values_list("reason", flat=True)) == [
        "snoozed"
    ]

    evaluate(overdue(account, 91, DAY + timedelta(days=3)))
    alert.refresh_from_db()
    assert (alert.snoozed_at, alert.snoozed_until) == (None, None)
    assert kinds() == ["opened", "snoozed", "woken"]
    notice = Notification.objects.get()
    assert notice.person == person
    assert notice.title.startswith("Back from snooze: A payment has been overdue")


def test_snoozed_until_worse_it_sleeps_through_less_than_a_step(person):
    account = AccountFactory(owner=person)
    alert = snooze_alert(late(account, 20), by=person)

    evaluate(overdue(account, 33, DAY + timedelta(days=13)))
    alert.refresh_from_db()
    assert alert.snoozed_at is not None
    evaluate(overdue(account, 34, DAY + timedelta(days=14)))

    alert.refresh_from_db()
    assert alert.snoozed_at is None
    told = alert.deliveries.values_list("occasion", flat=True).order_by("pk")
    assert list(told) == ["opened", "worsened"]


def test_a_worse_band_wakes_too(person):
    account = AccountFactory(health_band="yellow")
    alert = snooze_alert(late(account), by=person)

    evaluate(overdue(account, 20, DAY + timedelta(days=1), score=[50]))

    alert.refresh_from_db()
    assert alert.snoozed_at is None


def test_a_snoozed_alert_closes_itself_all_the_same(person):
    account = AccountFactory()
    alert = snooze_alert(late(account), by=person)

    evaluate(overdue(account, 0, DAY + timedelta(days=1)))

    alert.refresh_from_db()
    assert alert.closed_at is not None


def test_a_day_that_is_not_to_come_is_refused(person):
    with pytest.raises(CannotHandleAlert) as refusal:
        snooze_alert(late(AccountFactory()), by=person, until=DAY)

    assert refusal.value.field == "until"


def test_waking_by_hand_and_by_the_clock(person):
    first = snooze_alert(late(AccountFactory()), by=person)
    until = DAY + timedelta(days=2)
    second = snooze_alert(late(AccountFactory()), by=person, until=until)

    wake_alert(first, by=person)
    wake_alert(first, by=person)
    assert wake_due_alerts(noon(DAY)) == 0
    with time_machine.travel(noon(DAY + timedelta(days=2)), tick=False):
        assert wake_due_alerts(noon(DAY + timedelta(days=2))) == 1

    assert not Alert.objects.filter(snoozed_at__isnull=False).exists()
    events = Event.objects.filter(kind="alert_woken").order_by("pk")
    assert [(e.subject_id, e.data["why"]) for e in events] == [
        (first.pk, "person"),
        (second.pk, "date"),
    ]


def test_many_at_once_change_with_one_event_each_and_closed_ones_stay(person):
    alerts = [late(AccountFactory()) for _ in range(3)]
    close_alert(alerts[0], by=person, reason="Paid.")
    chosen = Alert.objects.filter(pk__in=[alert.pk for alert in alerts])

    assert len(acknowledge_alerts(chosen, by=person)) == 2
    assert len(acknowledge_alerts(chosen, by=person)) == 0
    assert len(assign_alerts(chosen, to=person, by=person)) == 2
    assert len(snooze_alerts(chosen, by=person)) == 2
    assert len(wake_alerts(chosen, by=person)) == 2
    assert len(close_alerts(chosen, by=person, reason="  Paid   all. ")) == 2

    assert set(chosen.values_list("close_reason", flat=True)) == {"Paid.", "Paid all."}
    acts = ("acknowledged", "assigned", "snoozed", "woken", "closed")
    assert kinds()[4:] == [kind for kind in acts for _ in range(2)]


def test_many_at_once_need_no_more_queries(person, django_assert_max_num_queries):
    alerts = [AlertFactory() for _ in range(12)]
    chosen = Alert.objects.filter(pk__in=[alert.pk for alert in alerts])

    with django_assert_max_num_queries(8):
        acknowledge_alerts(chosen, by=person)


@pytest.mark.parametrize("act", [acknowledge_alert, wake_alert, snooze_alert])
def test_nothing_is_done_with_a_closed_alert(act, person):
    alert = close_alert(late(AccountFactory()), by=person, reason="Paid.")

    with pytest.raises(AlertAlreadyClosed):
        act(alert, by=person)


def test_closing_in_many_needs_a_reason(person):
    with pytest.raises(CannotHandleAlert):
        close_alerts(Alert.objects.all(), by=person, reason="   ")


# --- escalation ---------------------------------------------------------------------


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def lead(team):
    return UserFactory(role="lead", team=team)


def escalate(days: int) -> int:
    return escalate_overdue(noon(DAY + timedelta(days=days)))


def test_what_nobody_takes_goes_to_the_lead_of_the_owners_team_once(team, lead):
    UserFactory(role="lead", team=TeamFactory())
    set_rule(OVERDUE, escalate_after_days=3)
    alert = late(AccountFactory(owner=UserFactory(team=team)))

    assert escalate(2) == 0
    assert escalate(3) == 1
    assert escalate(4) == 0

    alert.refresh_from_db()
    assert alert.escalated_to == lead
    assert alert.deliveries.get(occasion="escalated").person == lead
    assert Event.objects.get(kind="alert_escalated").data["to"] == lead.label


def test_without_a_lead_operations_is_told(team):
    operations = UserFactory(role="operations")
    UserFactory(role="lead", team=team, is_active=False, disabled_at=noon(DAY))
    set_rule(OVERDUE, escalate_after_days=1)
    alert = late(AccountFactory(owner=UserFactory(team=team)))

    escalate(1)

    alert.refresh_from_db()
    assert alert.escalated_to == operations


def test_a_lead_who_owns_the_account_is_not_told_of_their_own_silence(team, lead):
    operations = UserFactory(role="operations")
    set_rule(OVERDUE, escalate_after_days=1)
    alert = late(AccountFactory(owner=lead))

    escalate(1)

    alert.refresh_from_db()
    assert alert.escalated_to == operations


def test_taken_snoozed_and_closed_alerts_do_not_go_up(lead, person):
    set_rule(OVERDUE, escalate_after_days=1)
    acknowledge_alert(late(AccountFactory()), by=person)
    snooze_alert(late(AccountFactory()), by=person)
    close_alert(late(AccountFactory()), by=person, reason="Paid.")

    assert escalate(30) == 0


# --- the rest -----------------------------------------------------------------------


def test_the_ledger_forgets_after_ninety_days():
    account = AccountFactory()
    for back in (89, 90, 91):
        AlertLedgerEntryFactory(account=account, day=DAY - timedelta(days=back))

    assert prune_ledger(now=noon(DAY)) == 1
    assert AlertLedgerEntry.objects.count() == 2


def test_a_worse_band_while_asleep_is_recorded_and_not_told(person):
    account = AccountFactory(owner=person)
    evaluate(picture([account], score=[75], before=["green"]), only=(BAND,))
    alert = open_alert(account, BAND)
    assert alert is not None
    snooze_alert(alert, by=person, until=DAY + timedelta(days=9))

    seen = picture([account], DAY + timedelta(days=1), score=[30], before=["yellow"])
    evaluate(replace(seen, band_30d=np.array(["green"])), only=(BAND,))

    alert.refresh_from_db()
    assert alert.band_after == "red"
    assert kinds()[-1] == "worsened"
    assert not alert.deliveries.filter(occasion="worsened").exists()


def test_a_worse_band_on_the_day_of_waking_is_told(person):
    account = AccountFactory(owner=person)
    evaluate(picture([account], score=[75], before=["green"]), only=(BAND,))
    alert = open_alert(account, BAND)
    assert alert is not None
    snooze_alert(alert, by=person, until=DAY + timedelta(days=1))

    seen = picture([account], DAY + timedelta(days=1), score=[30], before=["yellow"])
    evaluate(replace(seen, band_30d=np.array(["green"])), only=(BAND,))

    assert alert.deliveries.filter(occasion="worsened", person=person).exists()
