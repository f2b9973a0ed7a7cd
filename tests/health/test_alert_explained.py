"""Why each rule spoke or stayed quiet about one account, right now."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.services import merge_accounts
from health.alert_rules import RULES
from health.models import Alert, AlertRule
from health.queries.alert_ledger import RuleReading, explain_rules, ledger_entries
from health.services import recompute
from health.services.alerts import close_alert, snooze_alert
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import AlertLedgerEntryFactory, HealthOverrideFactory
from tests.factories.organisation import UserFactory
from tests.factories.revenue import OverduePaymentFactory, SubscriptionFactory
from tests.health.course import BAND, FALL, Course, noon, publish_metric_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets", "scorecard")]
OVERDUE = "payment-overdue"


@pytest.fixture
def scorecard(presets):
    publish_metric_card()


def explained(course: Course) -> dict[str, RuleReading]:
    course.account.refresh_from_db()
    with time_machine.travel(noon(course.day), tick=False):
        return {each.rule.key: each for each in explain_rules(course.account)}


def test_every_rule_says_where_it_stands():
    said = explained(Course().goes(85))

    assert set(said) == {rule.key for rule in RULES}
    assert all(each.sentence for each in said.values())
    assert said[BAND].state == "quiet"
    assert said[BAND].sentence == "The band is Healthy, not worse than before."
    assert said["no-activity"].sentence.startswith("Not known")
    assert said["renewal-low-score"].sentence == "No renewal within 90 days."
    assert said["renewal-low-score"].value is None


def test_an_open_and_a_snoozed_alert_are_said_to_be_so():
    course = Course().goes(85, 75)
    assert explained(course)[BAND].sentence == (
        "Went from Healthy to At risk, now 75.0. Open since 4 June 2024."
    )

    alert = course.open()
    assert alert is not None
    snooze_alert(alert, by=UserFactory())
    assert explained(course)[BAND].state == "snoozed"
    assert "snoozed until it gets worse" in explained(course)[BAND].sentence


def test_a_rule_that_cools_down_says_until_when():
    course = Course().goes(85, 75)
    alert = course.open()
    assert alert is not None
    with time_machine.travel(noon(course.day), tick=False):
        close_alert(alert, by=UserFactory(), reason="Known.")

    reading = explained(course)[BAND]

    assert (reading.state, reading.holds) == ("cool_down", True)
    assert reading.sentence.endswith("is quiet until 18 June 2024.")


def test_what_happened_since_the_last_computation_is_said_to_open():
    course = Course().goes(85)
    OverduePaymentFactory(
        account=course.account, due_on=course.day - timedelta(days=20)
    )

    reading = explained(course)[OVERDUE]

    assert (reading.state, reading.value, reading.threshold) == ("opens", 20, 14)
    assert reading.sentence == (
        "A payment has been overdue for 20 days. It opens with the next computation."
    )


def test_off_segment_and_churned_are_named():
    course = Course().goes(85)
    day = course.day
    OverduePaymentFactory(account=course.account, due_on=day - timedelta(days=20))
    rule = AlertRule.objects.get(key=OVERDUE)

    rule.segments.add(SegmentFactory())
    assert explained(course)[OVERDUE].state == "segment"
    SubscriptionFactory(account=course.account, end_on=day)
    assert explained(course)[OVERDUE].state == "churned"
    AlertRule.objects.filter(pk=rule.pk).update(is_on=False)
    assert explained(course)[OVERDUE].state == "switched_off"


def test_a_score_set_by_hand_is_named():
    course = Course().goes(85)
    HealthOverrideFactory(
        account=course.account,
        band="green",
        starts_on=course.day,
        ends_on=course.day + timedelta(days=30),
    )
    course.goes(70)

    reading = explained(course)[BAND]

    assert course.count() == 0
    assert reading.state == "override"
    assert reading.sentence.endswith("but it was set by hand.")
    (entry,) = ledger_entries(UserFactory(role="admin"), rule=BAND)
    assert (entry.reason, entry.value) == ("override", 70)


def test_the_drivers_of_the_change_are_kept_with_the_alert():
    course = Course().goes(85, 75)

    alert = course.open()

    assert alert is not None
    (driver,) = alert.drivers
    assert driver["points"] == -10.0
    assert driver["sentence"]


def test_the_ledger_shows_what_a_person_may_see_narrowed_as_asked():
    csm = UserFactory(role="csm")
    mine = AlertLedgerEntryFactory(account=AccountFactory(owner=csm))
    other = AlertLedgerEntryFactory(reason="churned", day=mine.day - timedelta(days=1))
    admin = UserFactory(role="admin")

    assert list(ledger_entries(admin)) == [mine, other]
    assert list(ledger_entries(admin, reason="churned")) == [other]
    assert list(ledger_entries(admin, since=mine.day)) == [mine]
    assert list(ledger_entries(admin, until=other.day)) == [other]
    assert list(ledger_entries(admin, account=mine.account.public_id)) == [mine]
    assert list(ledger_entries(admin, rule=other.rule.key)) == [other]


def test_two_open_alerts_of_merged_accounts_become_one_that_follows_the_survivor():
    kept, gone = Course().goes(85, 75), Course().goes(85, 40)
    kept.goes(75)
    assert kept.open()
    assert gone.open()

    merge_accounts(survivor=kept.account, duplicate=gone.account, by=UserFactory())

    alert = Alert.objects.open().get(rule__key=BAND)
    assert alert.account == kept.account
    kept.goes(90)
    alert.refresh_from_db()
    assert alert.close_reason == "Back in Healthy with 90.0."
    assert not Alert.objects.open().filter(rule__key=BAND).exists()


def test_an_alert_of_the_duplicate_alone_is_judged_by_the_survivors_facts():
    kept, gone = Course().goes(85, 85), Course().goes(85)
    OverduePaymentFactory(account=gone.account, due_on=gone.day - timedelta(days=30))
    gone.goes(85)
    assert gone.open(OVERDUE)

    merge_accounts(survivor=kept.account, duplicate=gone.account, by=UserFactory())
    kept.goes(85)

    assert kept.open(OVERDUE)
    assert kept.count(OVERDUE) == 1
    kept.account.refresh_from_db()
    assert kept.account.health_score == Decimal("85.0")


def test_a_recompute_after_a_fact_opens_at_once_and_only_once():
    course = Course().goes(85)
    OverduePaymentFactory(
        account=course.account, due_on=course.day - timedelta(days=20)
    )
    with time_machine.travel(noon(course.day), tick=False):
        for _ in range(2):
            recompute(day=course.day, trigger="event", account_ids=[course.account.pk])

    assert course.count(OVERDUE) == 1
    assert course.count(FALL) == 0
