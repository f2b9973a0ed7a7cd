"""Sources about people, answers, metrics and money: what they count, and when."""

from datetime import timedelta

import pytest

from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
    TouchpointFactory,
)
from tests.factories.revenue import OverduePaymentFactory, SubscriptionFactory
from tests.factories.surveys import (
    SurveyFactory,
    SurveyInvitationFactory,
    SurveyResponseFactory,
)
from tests.factories.tickets import TicketFactory
from tests.factories.usage import (
    MetricFactory,
    MetricValueFactory,
)
from tests.health.world import DAY, MISSING, ago, read, read_age, user_active_on

pytestmark = pytest.mark.django_db


def test_meetings_are_counted_over_90_days_and_messages_are_touchpoints_only():
    account, quiet = AccountFactory(), AccountFactory()
    assert read("meetings_per_quarter", account) == MISSING

    for kind, back in (("meeting", 89), ("call", 20), ("email", 3), ("meeting", 90)):
        TouchpointFactory(account=account, kind=kind, happened_at=ago(back))

    assert read("meetings_per_quarter", account, quiet) == [2, 0]
    assert read("days_since_last_touchpoint", account) == 3
    assert read("days_since_last_touchpoint", quiet) == MISSING


def test_key_contacts_are_engaged_by_any_sign_of_life():
    account = AccountFactory()
    contacts = ContactFactory.create_batch(6, account=account)
    for contact in contacts:
        ContactRoleFactory(contact=contact)
    TouchpointFactory(account=account, happened_at=ago(89)).contacts.add(contacts[0])
    SurveyResponseFactory(account=account, contact=contacts[1], responded_at=ago(5))
    TicketFactory(account=account, contact=contacts[2], opened_at=ago(5))
    TicketFactory(
        account=account, contact=contacts[5], opened_at=ago(5), spam_at=ago(4)
    )
    user = user_active_on(account, 60)
    user.contact = contacts[3]
    user.save()
    TouchpointFactory(account=account, happened_at=ago(90)).contacts.add(contacts[4])

    assert read("stakeholder_engagement", account) == pytest.approx(100 * 4 / 6)
    assert read("stakeholder_engagement", AccountFactory()) == MISSING


def test_contacts_who_left_or_lost_the_role_are_no_stakeholders():
    account = AccountFactory()
    here = ContactFactory(account=account)
    ContactRoleFactory(contact=here)
    ContactRoleFactory(contact=ContactFactory(account=account, left_on=DAY))
    ContactRoleFactory(contact=ContactFactory(account=account), valid_to=DAY)
    TouchpointFactory(account=account, happened_at=ago(1)).contacts.add(here)

    assert read("stakeholder_engagement", account) == 100


def test_a_sponsor_is_present_or_not_once_roles_are_kept():
    account, other = AccountFactory(), AccountFactory()
    assert read("executive_sponsor_present", account) == MISSING

    ContactRoleFactory(
        contact=ContactFactory(account=account), role="executive_sponsor"
    )

    assert read("executive_sponsor_present", account, other) == [100, 0]


def test_nps_takes_the_last_answer_of_each_contact():
    account = AccountFactory()
    survey = SurveyFactory(kind="nps")
    moody, loyal = ContactFactory.create_batch(2, account=account)
    answers = ((moody, 2, 20), (moody, 10, 150), (loyal, 9, 10), (None, 7, 5))
    for contact, score, back in (*answers, (None, 10, 179), (loyal, 0, 181)):
        SurveyResponseFactory(
            account=account,
            survey=survey,
            contact=contact,
            score=score,
            responded_at=ago(back),
        )

    # Promoters: loyal and one nameless; detractor: moody; four voices.
    assert read("nps", account) == 25
    assert read_age("nps", account) == 5
    assert read("nps", AccountFactory()) == MISSING


def test_other_surveys_are_means_on_their_scales():
    account = AccountFactory()
    for kind, scores in {"csat": (5, 4), "ces": (6, 7), "product": (2, 3)}.items():
        for score in scores:
            SurveyResponseFactory(
                account=account,
                survey=SurveyFactory(kind=kind),
                score=score,
                sentiment=score / 10,
                responded_at=ago(9),
            )

    assert read("csat", account) == 87.5
    assert read("ces", account) == 6.5
    assert read("product_satisfaction", account) == 37.5
    assert read("verbatim_sentiment", account) == pytest.approx(0.45)


def test_participation_is_answers_to_what_was_asked():
    account = AccountFactory()
    asked = [
        SurveyInvitationFactory(account=account, asked_at=ago(back))
        for back in (1, 20, 179, 181)
    ]
    for invitation in (asked[1], asked[3]):
        SurveyResponseFactory(
            account=account, invitation=invitation, responded_at=ago(0)
        )

    assert read("feedback_participation", account) == pytest.approx(100 / 3)
    assert read("feedback_participation", AccountFactory()) == MISSING


def test_metrics_are_read_by_name_and_by_key():
    account = AccountFactory()
    for key in ("outcome_achievement", "seats_sold"):
        metric = MetricFactory(key=key)
        for back, value in ((400, 10), (30, 66)):
            MetricValueFactory(
                account=account, metric=metric, observed_at=ago(back), value=value
            )

    assert read("outcome_achievement", account) == 66
    assert read("metric:seats_sold", account) == 66
    assert read_age("metric:seats_sold", account) == 30
    assert read("metric:nobody's", account) == MISSING


def test_overdue_payments_are_counted_from_the_oldest_unsettled_one():
    account, other = AccountFactory(), AccountFactory()
    assert read("days_payment_overdue", account) == MISSING

    OverduePaymentFactory(account=account, due_on=ago(30).date())
    OverduePaymentFactory(account=account, due_on=ago(9).date())
    OverduePaymentFactory(
        account=account, due_on=ago(60).date(), settled_on=ago(1).date()
    )

    assert read("days_payment_overdue", account, other) == [30, 0]


def test_the_next_renewal_is_that_of_an_active_subscription():
    account = AccountFactory()
    SubscriptionFactory(account=account, end_on=DAY + timedelta(days=200))
    SubscriptionFactory(
        account=account,
        renews_on=DAY + timedelta(days=38),
        end_on=DAY + timedelta(days=400),
    )
    SubscriptionFactory(account=account, end_on=DAY)

    assert read("days_to_renewal", account) == 38
