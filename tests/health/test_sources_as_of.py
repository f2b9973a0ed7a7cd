"""No source sees what happens after its day, however it is planted."""

import math
from datetime import date, timedelta

import pytest

from accounts.models import AccountTerms, Contact, ContactRole
from health.sources.registry import SOURCES
from revenue.models import OverduePayment, Subscription
from surveys.models import Survey, SurveyInvitation
from tests.factories.accounts import (
    AccountTermsFactory,
    ContactFactory,
    ContactRoleFactory,
    PlanFeatureFactory,
    TouchpointFactory,
)
from tests.factories.revenue import (
    OverduePaymentFactory,
    SubscriptionFactory,
    SubscriptionTermsFactory,
)
from tests.factories.surveys import SurveyInvitationFactory, SurveyResponseFactory
from tests.factories.tickets import (
    SlaClockFactory,
    TicketFactory,
    TicketPeriodFactory,
)
from tests.factories.usage import (
    AccountDayFactory,
    FeatureFactory,
    FeatureWeekFactory,
    MetricValueFactory,
    ProductUserFactory,
    UserWeekFactory,
)
from tests.health.world import DAY, METRICS, MONDAY, active_account, ago, at, read
from tickets.models import SlaClock, Ticket, TicketPeriod
from usage.models import FeatureWeek, Metric, UsageFeed, UserWeek

pytestmark = pytest.mark.django_db
NEXT = DAY + timedelta(days=1)
LATER = DAY + timedelta(days=2)


def readings(account, day: date = DAY) -> dict[str, float]:
    """Every source there is: a new one without a planter fails below."""
    forms = ["metric", "metric_mean_90d", "metric_target", "metric_mean_7d"]
    keys = [*SOURCES, *(f"{form}:roi_realisation" for form in forms)]
    return {key: read(key, account, day=day) for key in keys}


def test_every_source_has_a_value_for_an_account_with_every_kind_of_fact():
    account = active_account()

    missing = {key for key, value in readings(account).items() if math.isnan(value)}

    # Nothing was reopened, but something was resolved, so even that rate is known.
    assert missing == set()


def test_facts_after_the_day_move_no_source_on_the_day_and_every_source_after_it():
    account = active_account()
    before, without = readings(account), readings(account, day=LATER)

    for plant in PLANTERS:
        plant(account)

    assert readings(account) == before
    after = readings(account, day=LATER)
    unplanted = {key for key in after if after[key] == without[key]}
    assert unplanted == set(), "Plant a later fact that these sources would see."


def plant_metrics(account):
    for key in METRICS:
        metric = Metric.objects.get(key=key)
        MetricValueFactory(
            account=account, metric=metric, observed_at=at(NEXT, 0), value=99, target=50
        )


def plant_usage(account):
    AccountDayFactory(
        account=account, day=NEXT, events=9999, sessions=99, active_users=9
    )
    late = ProductUserFactory(account=account, key="late")
    UserWeekFactory(product_user=late, week=MONDAY, days=0b1111000)
    UserWeekFactory(product_user=late, week=MONDAY + timedelta(weeks=1), days=1)
    UserWeek.objects.filter(week=MONDAY).update(days=0b1111011)
    UserWeek.objects.filter(product_user=late, week=MONDAY).update(days=0b1111000)
    FeatureWeek.objects.filter(week=MONDAY).update(days=0b1111001)
    FeatureWeekFactory(
        account=account,
        feature=FeatureFactory(name="exports"),
        week=MONDAY,
        days=0b0001000,
    )
    UsageFeed.objects.update(last_day=NEXT)


def plant_contracts(account):
    OverduePayment.objects.update(settled_on=NEXT)
    OverduePaymentFactory(account=account, due_on=NEXT)
    old = Subscription.objects.get()
    then = {"renews_on": old.renews_on, "end_on": old.end_on}
    moved = {"renews_on": None, "end_on": DAY + timedelta(days=2), "is_trial": True}
    SubscriptionTermsFactory(subscription=old, seats=10, valid_to=NEXT, **then)
    SubscriptionTermsFactory(subscription=old, seats=500, valid_from=NEXT, **moved)
    Subscription.objects.update(seats=500, mrr_amount=0, **moved)
    SubscriptionFactory(account=account, seats=77, start_on=NEXT, end_on=NEXT)
    AccountTerms.objects.update(valid_to=NEXT)
    AccountTermsFactory(account=account, seats=999, plan=None, valid_from=NEXT)
    PlanFeatureFactory(plan=account.plan, feature="later", valid_from=NEXT)
    account.seats, account.plan = 999, None
    account.save()


def plant_people(account):
    ContactRole.objects.update(valid_to=NEXT)
    Contact.objects.update(left_on=NEXT, archived_at=at(NEXT))
    ContactRoleFactory(contact=ContactFactory(account=account), valid_from=NEXT)
    idle = Contact.objects.filter(
        account=account, roles__role="key_contact", touchpoints__isnull=True
    ).first()
    TouchpointFactory(account=account, happened_at=at(NEXT, 0)).contacts.add(idle)
    for survey in Survey.objects.all():
        SurveyResponseFactory(
            account=account, survey=survey, score=1, sentiment=-1,
            contact=idle, responded_at=at(NEXT, 0),
        )  # fmt: skip
    SurveyInvitationFactory(account=account, asked_at=at(NEXT, 0))
    asked = SurveyInvitation.objects.get(asked_at=ago(3))
    SurveyResponseFactory(
        account=account, invitation=asked, responded_at=at(NEXT, 0), score=1
    )
    TicketFactory(account=account, contact=idle, opened_at=at(NEXT, 0))


def plant_tickets(account):
    for priority in ("high", "low"):
        ticket = TicketFactory(
            account=account, opened_at=at(NEXT, 0), priority=priority,
            first_responded_at=at(NEXT, 5), csat=1, csat_at=at(NEXT, 6),
        )  # fmt: skip
        SlaClockFactory(ticket=ticket, started_at=at(NEXT, 0), breached_at=at(NEXT, 1))
    Ticket.objects.filter(status="closed").update(
        reopened_at=at(NEXT, 0), reopen_count=1, escalated_at=at(NEXT, 0), status="new"
    )
    still_open = Ticket.objects.filter(opened_at=ago(2))
    TicketPeriod.objects.update(valid_to=at(NEXT, 0))
    for field, value in {"status": "closed", "priority": "low"}.items():
        TicketPeriodFactory(
            ticket=still_open.get(), field=field, value=value, valid_from=at(NEXT, 0)
        )
    still_open.update(
        status="closed", priority="low", resolved_at=at(NEXT, 0), is_sla_met=False
    )


PLANTERS = (plant_usage, plant_contracts, plant_people, plant_tickets, plant_metrics)


def test_the_day_ends_at_midnight_of_the_organisation():
    account = active_account()
    TouchpointFactory(account=account, happened_at=at(DAY, 23))

    assert read("days_since_last_touchpoint", account) == 0
    # 23:00 UTC is already tomorrow in Berlin, and still today in New York.
    assert read("days_since_last_touchpoint", account, zone="Europe/Berlin") == 10
    assert read("days_since_last_touchpoint", account, zone="America/New_York") == 0


def test_a_closed_ticket_that_was_reopened_later_was_closed_then():
    account = active_account()
    ticket = TicketFactory(
        account=account,
        opened_at=ago(60),
        status="closed",
        resolved_at=ago(5),
        closed_at=ago(5),
        reopened_at=ago(30),
        reopen_count=1,
    )
    for value, start, end in [
        ("new", 60, 40),
        ("resolved", 40, 30),
        ("in_progress", 30, 5),
        ("resolved", 5, None),
    ]:
        TicketPeriodFactory(
            ticket=ticket, value=value, valid_from=ago(start),
            valid_to=None if end is None else ago(end),
        )  # fmt: skip

    def then(key: str, days_ago: int) -> float:
        return read(key, account, day=DAY - timedelta(days=days_ago))

    assert then("mean_resolution_hours", 35) == 20 * 24
    assert then("reopen_rate", 35) == 0
    assert then("open_tickets", 35) == 0
    assert then("open_tickets", 28) == 1
    assert then("open_tickets", 50) == 1
    assert then("reopen_rate", 0) == 50
    assert math.isclose(then("mean_resolution_hours", 0), (55 * 24 + 48) / 2)


def test_an_account_of_the_future_has_no_facts():
    account = active_account()
    early = date(2023, 1, 1)

    values = {key: read(key, account, day=early) for key in SOURCES}

    known = {key for key, value in values.items() if not math.isnan(value)}
    # Roles without a beginning hold for all time before we learnt of them.
    assert known == {"stakeholder_engagement", "executive_sponsor_present"}


def test_spam_and_merged_tickets_count_until_they_were_found_out():
    account = active_account()
    one = TicketFactory(account=account, opened_at=ago(9), spam_at=ago(3))
    TicketFactory(
        account=account, opened_at=ago(9), merged_into=one, status="closed",
        closed_at=ago(3),
    )  # fmt: skip

    def then(days_ago: int) -> float:
        return read("open_tickets", account, day=DAY - timedelta(days=days_ago))

    # One ticket of the account is open besides.
    assert (then(4), then(3), then(0)) == (2, 0, 1)


def test_the_verdict_of_a_ticket_is_that_of_its_clocks_on_the_day():
    account = active_account()
    Ticket.objects.update(is_sla_met=None)
    ticket = TicketFactory(
        account=account, opened_at=ago(9), status="resolved", resolved_at=ago(2),
        is_sla_met=True,
    )  # fmt: skip
    SlaClockFactory(
        ticket=ticket, state="breached", started_at=ago(9), breached_at=ago(5),
        stopped_at=ago(2),
    )  # fmt: skip
    other = TicketFactory(
        account=account, opened_at=ago(9), status="resolved", resolved_at=ago(2)
    )
    SlaClockFactory(ticket=other, state="met", started_at=ago(9), stopped_at=ago(2))

    assert read("sla_attainment_90d", account) == 50
    assert math.isnan(read("sla_attainment_90d", account, day=DAY - timedelta(days=3)))


@pytest.mark.parametrize(("days_ago", "missed"), [(6, 0), (5, 1), (2, 0)])
def test_a_missed_promise_counts_while_its_ticket_is_open(days_ago, missed):
    account = active_account()
    SlaClock.objects.all().delete()
    ticket = TicketFactory(
        account=account, opened_at=ago(9), status="resolved", resolved_at=ago(2)
    )
    SlaClockFactory(
        ticket=ticket, state="breached", started_at=ago(9), breached_at=ago(5),
        stopped_at=ago(2),
    )  # fmt: skip

    day = DAY - timedelta(days=days_ago)
    assert read("sla_breaches_open", account, day=day) == missed
