"""What each rule reads: its value, and nothing that happened after the day."""

from datetime import timedelta
from math import inf, isnan

import pytest

from accounts.models import Segment
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
    SegmentFactory,
    TouchpointFactory,
)
from tests.factories.revenue import OverduePaymentFactory, SubscriptionFactory
from tests.factories.surveys import SurveyFactory, SurveyResponseFactory
from tests.factories.tickets import (
    SlaEventFactory,
    TicketFactory,
    TicketPeriodFactory,
)
from tests.factories.usage import AccountDayFactory, UsageFeedFactory
from tests.health.alert_world import rule_value
from tests.health.world import DAY, ago

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=1)


def answer(account, score, days_ago, contact=None):
    SurveyResponseFactory(
        account=account,
        survey=SurveyFactory(kind="nps"),
        contact=contact or ContactFactory(account=account),
        score=score,
        responded_at=ago(days_ago),
    )


def test_the_lowest_last_answer_of_a_contact_counts():
    account = AccountFactory()
    ann = ContactFactory(account=account)
    answer(account, 2, 20, ann)
    answer(account, 8, 5, ann)
    answer(account, 5, 10)

    assert rule_value("detractor-answer", account) == 5


def test_old_answers_and_those_after_the_day_are_no_detractors():
    account = AccountFactory()
    answer(account, 1, 30)
    answer(account, 1, -1)

    assert rule_value("detractor-answer", account) == inf


def test_answers_to_other_questions_are_no_detractors():
    account = AccountFactory()
    SurveyResponseFactory(
        account=account, survey=SurveyFactory(kind="csat"), score=1, responded_at=ago(2)
    )

    assert rule_value("detractor-answer", account) == inf


def test_a_missed_promise_on_a_critical_ticket_counts_from_the_event():
    account = AccountFactory()
    ticket = TicketFactory(account=account, priority="critical", opened_at=ago(5))
    SlaEventFactory(ticket=ticket, kind="breach", happened_at=ago(1))

    assert rule_value("critical-sla-breach", account) == 1
    assert rule_value("critical-sla-breach", account, DAY - timedelta(days=2)) == 0


def test_a_ticket_without_clocks_counts_when_it_is_done():
    account = AccountFactory()
    TicketFactory(
        account=account,
        priority="critical",
        opened_at=ago(8),
        resolved_at=ago(3),
        status="resolved",
        is_sla_met=False,
    )

    assert rule_value("critical-sla-breach", account) == 1
    assert rule_value("critical-sla-breach", account, DAY - timedelta(days=4)) == 0


def test_only_tickets_critical_on_the_day_and_breaches_of_the_window_count():
    account = AccountFactory()
    low = TicketFactory(account=account, priority="critical", opened_at=ago(5))
    TicketPeriodFactory(
        ticket=low, field="priority", value="low", valid_from=ago(5), valid_to=None
    )
    old = TicketFactory(account=account, priority="critical", opened_at=ago(40))
    warned = TicketFactory(account=account, priority="critical", opened_at=ago(5))
    spam = TicketFactory(
        account=account, priority="critical", opened_at=ago(5), spam_at=ago(4)
    )
    for ticket in (low, spam):
        SlaEventFactory(ticket=ticket, kind="breach", happened_at=ago(2))
    SlaEventFactory(ticket=old, kind="breach", happened_at=ago(30))
    SlaEventFactory(ticket=warned, kind="warning", happened_at=ago(2))
    SlaEventFactory(ticket=warned, kind="breach", happened_at=ago(-1))

    assert rule_value("critical-sla-breach", account) == 0


def test_a_ticket_found_to_be_spam_or_merged_later_counts_until_then():
    account = AccountFactory()
    spam, other = (
        TicketFactory(account=account, priority="critical", opened_at=ago(8))
        for _ in range(2)
    )
    for ticket in (spam, other):
        SlaEventFactory(ticket=ticket, kind="breach", happened_at=ago(6))
    spam.spam_at = ago(3)
    spam.save()
    other.merged_into, other.status = TicketFactory(account=account), "closed"
    other.closed_at = ago(1)
    other.save()

    days = [DAY - timedelta(days=back) for back in (4, 2, 0)]
    assert [rule_value("critical-sla-breach", account, day) for day in days] == [
        2, 1, 0,
    ]  # fmt: skip


def test_a_champion_who_left_is_missed_until_somebody_follows():
    account = AccountFactory()
    gone = ContactFactory(account=account, left_on=DAY - timedelta(days=10))
    ContactRoleFactory(contact=gone, role="champion", valid_to=None)

    assert rule_value("champion-left", account) == 1
    assert rule_value("champion-left", account, DAY - timedelta(days=11)) == 0

    ContactRoleFactory(
        contact=ContactFactory(account=account),
        role="champion",
        valid_from=DAY - timedelta(days=3),
        valid_to=None,
    )
    assert rule_value("champion-left", account) == 0
    assert rule_value("champion-left", account, DAY - timedelta(days=4)) == 1


@pytest.mark.parametrize("how", ["role ended", "archived"])
def test_a_role_given_up_or_an_archived_contact_is_a_champion_gone(how):
    account = AccountFactory()
    archived = ago(2) if how == "archived" else None
    contact = ContactFactory(account=account, archived_at=archived)
    ended = DAY if how == "role ended" else None
    ContactRoleFactory(contact=contact, role="champion", valid_to=ended)

    assert rule_value("champion-left", account) == 1


def test_a_champion_who_leaves_tomorrow_or_left_long_ago_or_returned_is_not_missed():
    account = AccountFactory()
    for left in (LATER, DAY - timedelta(days=90)):
        contact = ContactFactory(account=account, left_on=left)
        ContactRoleFactory(contact=contact, role="champion", valid_to=None)
    back = ContactFactory(account=account)
    ContactRoleFactory(contact=back, role="champion", valid_to=DAY - timedelta(days=20))
    ContactRoleFactory(
        contact=back,
        role="champion",
        valid_from=DAY - timedelta(days=10),
        valid_to=None,
    )

    assert rule_value("champion-left", account) == 0


def segment(coverage: str, cadence: int = 30) -> Segment:
    return SegmentFactory(coverage_model=coverage, touch_cadence_days=cadence)


def test_days_beyond_the_cadence_are_counted_from_the_last_touchpoint():
    account = AccountFactory(segment=segment("high_touch", 14))
    TouchpointFactory(account=account, happened_at=ago(20))
    TouchpointFactory(account=account, happened_at=ago(-1))

    assert rule_value("no-touchpoint", account) == 6


def test_without_any_touchpoint_the_days_run_from_the_customers_beginning():
    TouchpointFactory(happened_at=ago(3))
    account = AccountFactory(
        segment=segment("mid_touch"), first_seen_on=DAY - timedelta(days=50)
    )

    assert rule_value("no-touchpoint", account) == 20


def test_segments_that_nobody_looks_after_in_person_have_no_cadence():
    TouchpointFactory(happened_at=ago(3))
    for coverage in ("low_touch", "tech_touch"):
        account = AccountFactory(segment=segment(coverage))
        assert rule_value("no-touchpoint", account) == -inf
    assert rule_value("no-touchpoint", AccountFactory(segment=None)) == -inf


def test_a_cadence_is_unknown_before_touchpoints_are_kept_at_all():
    account = AccountFactory(segment=segment("high_touch"))

    assert isnan(rule_value("no-touchpoint", account))


def test_silence_is_counted_in_days_and_use_after_the_day_does_not_end_it():
    account = AccountFactory()
    UsageFeedFactory(
        account=account, first_day=DAY - timedelta(days=60), last_day=LATER
    )
    for back in (16, -1):
        AccountDayFactory(account=account, day=DAY - timedelta(days=back))

    assert rule_value("no-activity", account) == 16
    assert isnan(rule_value("no-activity", AccountFactory()))


def test_use_is_compared_with_the_accounts_own_baseline():
    account = AccountFactory()
    UsageFeedFactory(account=account, first_day=DAY - timedelta(days=111), last_day=DAY)
    for back in range(112):
        AccountDayFactory(
            account=account,
            day=DAY - timedelta(days=back),
            events=60 if back < 28 else 100,
        )
    AccountDayFactory(account=account, day=LATER, events=9999)

    assert rule_value("usage-down", account) == pytest.approx(60)


def test_without_any_use_in_the_baseline_there_is_nothing_to_compare_with():
    account = AccountFactory()
    first = DAY - timedelta(days=300)
    UsageFeedFactory(account=account, first_day=first, last_day=DAY)
    AccountDayFactory(account=account, day=DAY - timedelta(days=112), events=10)

    assert rule_value("usage-down", account) == inf
    assert rule_value("usage-down", account, DAY - timedelta(days=1)) == 0


def test_the_oldest_unsettled_payment_counts():
    account = AccountFactory()
    OverduePaymentFactory(account=account, due_on=DAY - timedelta(days=20))
    OverduePaymentFactory(
        account=account, due_on=DAY - timedelta(days=50), settled_on=DAY
    )

    assert rule_value("payment-overdue", account) == 20
    assert rule_value("payment-overdue", account, DAY - timedelta(days=1)) == 49


def test_the_score_speaks_when_a_renewal_is_near():
    account = AccountFactory()
    SubscriptionFactory(account=account, renews_on=DAY + timedelta(days=90))

    assert rule_value("renewal-low-score", account) == 90.0
    assert rule_value("renewal-low-score", account, DAY - timedelta(days=1)) == inf
    assert rule_value("renewal-low-score", AccountFactory()) == inf


def test_when_no_usage_arrives_at_all_nobody_is_called_silent():
    accounts = AccountFactory.create_batch(10)
    for account in accounts:
        UsageFeedFactory(
            account=account, first_day=DAY - timedelta(days=200), last_day=DAY
        )
        AccountDayFactory(account=account, day=DAY - timedelta(days=20))
    assert isnan(rule_value("no-activity", accounts[0]))
    assert rule_value("no-activity", accounts[0], DAY - timedelta(days=16)) == 4

    AccountDayFactory(account=accounts[1], day=DAY - timedelta(days=3))

    assert rule_value("no-activity", accounts[0]) == 20
