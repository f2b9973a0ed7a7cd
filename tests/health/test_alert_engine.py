"""Alert rules over many accounts: who is told, who is not, and how it is kept."""

import threading
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from events.models import Event
from health.alert_rules import RULES
from health.definition import Definition, Dimension, Indicator, RedFlag
from health.models import Alert, AlertDelivery, AlertLedgerEntry, AlertRule
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.organisation import UserFactory
from tests.health.alert_world import (
    DAY,
    evaluate,
    noon,
    open_alert,
    picture,
    set_rule,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
OVERDUE = "payment-overdue"


def overdue(accounts, days, day=DAY, **others):
    count = len(accounts)
    facts = {"payment_feed_age": [0.0] * count, "days_overdue": days}
    return picture(accounts, day, facts=facts, **others)


def reasons(account) -> list[str]:
    return sorted(
        AlertLedgerEntry.objects.filter(account=account).values_list(
            "reason", flat=True
        )
    )


def test_every_rule_is_set_up_once_as_it_was_declared():
    rows = {row.key: row for row in AlertRule.objects.all()}

    assert set(rows) == {rule.key for rule in RULES}
    for rule in RULES:
        row = rows[rule.key]
        assert (row.enter_value, row.leave_value) == (
            rule.defaults.enter,
            rule.defaults.leave,
        )
        assert row.window_days == rule.defaults.window
        assert not rule.problems(rule.defaults)


SAID = {
    "no-activity": (
        {"days_since_active": [20], "usage_began_days_ago": [90]},
        "Nobody has used the product for 20 days.",
    ),
    "usage-down": (
        {
            "usage_began_days_ago": [200],
            "events_28": [28 * 60],
            "events_before_28": [84 * 100],
        },
        "Usage is down 40\N{NO-BREAK SPACE}% against the account's own baseline.",
    ),
    "detractor-answer": (
        {"nps_lowest:30": [3]},
        "Somebody answered 3 of 10 to the NPS question.",
    ),
    "no-touchpoint": (
        {
            "touch_cadence": [30],
            "touchpoint_age": [45],
            "customer_for_days": [300],
            "touchpoint_feed_age": [0],
        },
        "Last touchpoint 45 days ago; every 30 days is agreed.",
    ),
    "champion-left": (
        {"champions_left:90": [1]},
        "A champion has left in the last 90 days and nobody has followed.",
    ),
    "critical-sla-breach": (
        {"critical_breaches:14": [2]},
        "2 critical tickets missed the SLA in the last 14 days.",
    ),
    "payment-overdue": (
        {"payment_feed_age": [0], "days_overdue": [30]},
        "A payment has been overdue for 30 days.",
    ),
}


@pytest.mark.parametrize("key", SAID)
def test_a_rule_about_facts_opens_says_why_and_closes_itself(key):
    account = AccountFactory()
    facts, words = SAID[key]

    evaluate(picture([account], facts=facts))
    alert = open_alert(account, key)
    assert alert is not None
    assert alert.summary == words

    gone = {name: [0.0] for name in facts} | {
        "usage_began_days_ago": [200],
        "events_28": [28 * 95],
        "events_before_28": [84 * 100],
        "nps_lowest:30": [9],
        "touch_cadence": [30],
    }
    evaluate(picture([account], DAY + timedelta(days=1), facts=gone))
    alert.refresh_from_db()
    assert alert.closed_at is not None
    assert alert.close_reason


def test_usage_down_closes_for_good_when_nothing_is_left_to_compare_with():
    account = AccountFactory()
    course = [(10, 8400), (0, 8400), (0, 100), (0, 0), (0, 0), (5, 0), (5, 0)]
    for days, (recent, before) in enumerate(course):
        facts = {
            "usage_began_days_ago": [400.0 + 20 * days],
            "events_28": [recent],
            "events_before_28": [before],
        }
        day = DAY + timedelta(days=20 * days)
        evaluate(picture([account], day, facts=facts), only=["usage-down"])
        assert bool(open_alert(account, "usage-down")) == (days < 3)

    assert Alert.objects.get().close_reason == (
        "Nobody has used the product for so long that there is nothing to compare with."
    )


def test_a_low_score_before_a_renewal_opens_and_closes_with_the_score():
    account = AccountFactory()
    near = {"days_to_renewal": [45]}
    evaluate(picture([account], score=[59.9], facts=near))

    alert = open_alert(account, "renewal-low-score")
    assert alert is not None
    assert alert.summary == "Renews in 45 days with a score of 59.9."

    evaluate(picture([account], DAY + timedelta(1), score=[64], facts=near))
    assert open_alert(account, "renewal-low-score")
    evaluate(picture([account], DAY + timedelta(2), score=[65], facts=near))
    alert.refresh_from_db()
    assert alert.close_reason == "The score is at 65.0."


def test_a_renewal_that_is_made_closes_its_alert():
    account = AccountFactory()
    evaluate(picture([account], score=[50], facts={"days_to_renewal": [3]}))
    evaluate(
        picture(
            [account], DAY + timedelta(1), score=[50], facts={"days_to_renewal": [360]}
        )
    )

    alert = Alert.objects.get(rule__key="renewal-low-score")
    assert alert.close_reason == "No renewal within 90 days any more."


FLAGGED = Definition(
    dimensions=(
        Dimension(
            "usage",
            "Usage",
            100,
            (
                Indicator(
                    "active_user_rate_30d",
                    100,
                    ((0, 0), (100, 100)),
                    red_flag=RedFlag("<", 50),
                ),
            ),
        ),
    )
)


def flagged(account, raw, day=DAY):
    return picture([account], day, definition=FLAGGED, raw=np.array([[raw]]))


def test_a_red_flag_opens_by_the_scorecards_limit_and_closes_well_past_it():
    account = AccountFactory()
    evaluate(flagged(account, 50))
    assert not open_alert(account, "red-flag")

    evaluate(flagged(account, 41, DAY + timedelta(1)))
    alert = open_alert(account, "red-flag")
    assert alert is not None
    space = "\N{NO-BREAK SPACE}"
    assert alert.summary == (
        f"Red flag: Active users, 30 days 41{space}% (below 50{space}%)."
    )
    for place, raw in enumerate((54, np.nan), start=2):
        evaluate(flagged(account, raw, DAY + timedelta(place)))
        assert open_alert(account, "red-flag")
    evaluate(flagged(account, 55, DAY + timedelta(4)))
    assert not open_alert(account, "red-flag")


def test_what_is_not_known_neither_opens_nor_closes():
    account = AccountFactory()
    evaluate(overdue([account], [20]))
    evaluate(picture([account], DAY + timedelta(days=1)))

    assert open_alert(account, OVERDUE)


def test_an_unknown_band_fires_nothing():
    account = AccountFactory()
    near = {"days_to_renewal": [10]}
    seen = picture([account], score=[30], change=[-40], before=["green"], facts=near)
    evaluate(replace(seen, band=np.array(["unknown"])))

    assert not Alert.objects.exists()


def test_an_open_alert_is_updated_and_the_ledger_says_it_is_open():
    account = AccountFactory()
    evaluate(overdue([account], [20]))
    evaluate(overdue([account], [21], DAY + timedelta(days=1)))
    evaluate(overdue([account], [21], DAY + timedelta(days=1)))

    alert = open_alert(account, OVERDUE)
    assert alert is not None
    assert (alert.value, alert.summary) == (
        21,
        "A payment has been overdue for 21 days.",
    )
    (entry,) = AlertLedgerEntry.objects.all()
    assert (entry.reason, entry.times, entry.value) == ("already_open", 2, 21)


def test_the_ledger_says_why_a_rule_that_holds_was_quiet():
    segment = SegmentFactory()
    inside, outside, left = (
        AccountFactory(segment=segment),
        *AccountFactory.create_batch(2),
    )
    set_rule(OVERDUE).segments.add(segment)
    seen = overdue([inside, outside, left], [20, 20, 20])
    seen = replace(seen, is_churned=np.array([False, False, True]))

    evaluate(seen)

    assert open_alert(inside, OVERDUE)
    assert (reasons(inside), reasons(outside), reasons(left)) == (
        [],
        ["segment"],
        ["churned"],
    )


def test_a_rule_that_is_off_closes_what_is_open_and_is_noted():
    account = AccountFactory()
    evaluate(overdue([account], [20]))
    set_rule(OVERDUE, is_on=False)
    evaluate(overdue([account], [21], DAY + timedelta(days=1)))

    assert Alert.objects.get().close_reason == "The rule was switched off."
    assert reasons(account) == ["switched_off"]


def test_a_segment_that_is_no_longer_covered_closes_what_is_open():
    account = AccountFactory()
    evaluate(overdue([account], [20]))
    set_rule(OVERDUE).segments.add(SegmentFactory())
    evaluate(overdue([account], [21], DAY + timedelta(days=1)))

    closed = Alert.objects.get()
    assert closed.close_reason == "The rule is no longer for the account's segment."


def test_the_cool_down_runs_from_closing_and_is_noted():
    account = AccountFactory()
    evaluate(overdue([account], [20]))
    evaluate(overdue([account], [0], DAY + timedelta(days=1)))
    evaluate(overdue([account], [20], DAY + timedelta(days=14)))
    assert reasons(account) == ["cool_down"]

    evaluate(overdue([account], [20], DAY + timedelta(days=15)))

    assert Alert.objects.count() == 2


def test_a_band_further_worse_breaks_the_cool_down_of_any_rule():
    account = AccountFactory()
    evaluate(overdue([account], [20], score=[70]))
    evaluate(overdue([account], [0], DAY + timedelta(days=1), score=[70]))
    evaluate(overdue([account], [20], DAY + timedelta(days=2), score=[30]))

    assert open_alert(account, OVERDUE)


def test_a_score_set_by_hand_keeps_a_rule_quiet_and_the_ledger_knows():
    account = AccountFactory()
    seen = picture([account], score=[85], before=["green"])
    hidden = replace(
        seen,
        is_by_hand=np.array([True]),
        computed_score=np.array([55.0]),
        computed_band=np.array(["orange"]),
    )

    evaluate(hidden, only=("entered-worse-band",))

    assert not Alert.objects.exists()
    (entry,) = AlertLedgerEntry.objects.all()
    assert (entry.reason, entry.value) == ("override", 55)
    assert entry.detail == "The scorecard itself says 55.0."


def test_archived_accounts_get_no_alert():
    account = AccountFactory(archived_at=noon(DAY))

    evaluate(overdue([account], [20]))

    assert not Alert.objects.exists()


def test_opening_is_recorded_and_told_to_the_owner():
    account = AccountFactory(owner=UserFactory())
    evaluate(overdue([account], [20]))

    event = Event.objects.get(kind="alert_opened")
    assert event.data["rule"] == OVERDUE
    delivery = AlertDelivery.objects.get()
    assert (delivery.person, delivery.occasion) == (account.owner, "opened")


def test_a_band_that_gets_worse_again_is_told_once_more_each_time():
    account = AccountFactory(owner=UserFactory())
    course = (("green", 75), ("yellow", 50), ("orange", 20), ("red", 20))
    for place, (before, score) in enumerate(course):
        evaluate(
            picture([account], DAY + timedelta(place), score=[score], before=[before])
        )

    alert = Alert.objects.get(rule__key="entered-worse-band")
    told = alert.deliveries.order_by("pk").values_list("occasion", "round")
    assert list(told) == [("opened", 1), ("worsened", 1), ("worsened", 2)]
    assert Event.objects.filter(kind="alert_worsened").count() == 2


def test_more_accounts_ask_no_more_queries():
    def queries(count: int) -> int:
        accounts = AccountFactory.create_batch(count, owner=UserFactory())
        days = [20.0] * count
        evaluate(overdue(accounts, days))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            evaluate(overdue(accounts, days, DAY + timedelta(days=1)))
            evaluate(overdue(accounts, [0.0] * count, DAY + timedelta(days=2)))
            evaluate(overdue(accounts, days, DAY + timedelta(days=30)))
        return len(asked)

    assert queries(12) == queries(2)


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_open_one_alert_and_tell_once():
    account = AccountFactory(owner=UserFactory())
    gate = threading.Barrier(3)

    def work() -> None:
        try:
            gate.wait(5)
            evaluate(overdue([account], [20]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert Alert.objects.filter(rule__key=OVERDUE).count() == 1
    assert Event.objects.filter(kind="alert_opened").count() == 1
    assert AlertDelivery.objects.count() == 1
