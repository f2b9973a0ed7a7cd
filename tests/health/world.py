"""One account with every kind of fact up to a day, and what may follow after it."""

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from accounts.models import Account
from health.sources.facts import Facts
from health.sources.registry import find_source
from health.sources.scope import Scope
from tests.factories.accounts import (
    AccountFactory,
    AccountTermsFactory,
    ContactFactory,
    ContactRoleFactory,
    PlanFactory,
    PlanFeatureFactory,
    TouchpointFactory,
)
from tests.factories.revenue import OverduePaymentFactory, SubscriptionFactory
from tests.factories.surveys import (
    SurveyFactory,
    SurveyInvitationFactory,
    SurveyResponseFactory,
)
from tests.factories.tickets import (
    SlaClockFactory,
    TicketFactory,
    TicketPeriodFactory,
)
from tests.factories.usage import (
    AccountDayFactory,
    FeatureFactory,
    FeatureWeekFactory,
    MetricFactory,
    MetricValueFactory,
    ProductUserFactory,
    UsageFeedFactory,
    UserWeekFactory,
)

# A Wednesday: its week is cut in the middle by the end of the day.
DAY = date(2024, 6, 12)
MONDAY = date(2024, 6, 10)
METRICS = (
    "outcome_achievement",
    "roi_realisation",
    "efficiency_gain",
    "advocacy_score",
)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def ago(days: int, hour: int = 12) -> datetime:
    return at(DAY - timedelta(days=days), hour)


def read(key: str, *accounts: Account, day: date = DAY, zone: str = "UTC"):
    """The source's values for these accounts; one account, one number."""
    values = _arrays(key, accounts, day, zone)[0]
    return values[0] if len(accounts) == 1 else values


def read_age(key: str, account: Account, day: date = DAY):
    return _arrays(key, (account,), day, "UTC")[1]


def _arrays(key: str, accounts, day: date, zone: str):
    source = find_source(key)
    ids = np.array(sorted(account.pk for account in accounts), dtype=np.int64)
    facts = Facts(Scope(day, zone, ids), source.columns())
    order = np.argsort(np.argsort([account.pk for account in accounts]))
    ages = np.broadcast_to(source.age(facts), ids.shape)
    return [float(v) for v in source.read(facts)[order]], float(ages[order[0]])


def active_account() -> Account:
    """Every source has a value for this account on the day."""
    plan = PlanFactory()
    account = AccountFactory(plan=plan, seats=20)
    PlanFeatureFactory(plan=plan, feature="reports")
    PlanFeatureFactory(plan=plan, feature="exports")
    AccountTermsFactory(account=account, seats=20, plan=plan)
    SubscriptionFactory(account=account, seats=10, end_on=date(2025, 1, 1))
    _use(account)
    _talk(account)
    _ask_for_help(account)
    for key in METRICS:
        metric = MetricFactory(key=key)
        MetricValueFactory(
            account=account, metric=metric, observed_at=ago(5), value=60, target=80
        )
    OverduePaymentFactory(account=account, due_on=DAY - timedelta(days=4))
    return account


def _use(account: Account) -> None:
    for back in range(112):
        AccountDayFactory(account=account, day=DAY - timedelta(days=back))
    user = ProductUserFactory(account=account, key="ann")
    for week in range(16):
        monday = MONDAY - timedelta(weeks=week)
        UserWeekFactory(product_user=user, week=monday, days=0b0000011)
    FeatureWeekFactory(
        account=account, feature=FeatureFactory(name="reports"), week=MONDAY
    )
    UsageFeedFactory(account=account, first_day=DAY - timedelta(days=111), last_day=DAY)


def _talk(account: Account) -> None:
    contact = ContactFactory(account=account)
    ContactRoleFactory(contact=contact)
    ContactRoleFactory(contact=contact, role="executive_sponsor")
    ContactRoleFactory(contact=ContactFactory(account=account))
    touchpoint = TouchpointFactory(account=account, happened_at=ago(10))
    touchpoint.contacts.add(contact)
    for kind, score in {"nps": 9, "csat": 4, "ces": 5, "product": 4}.items():
        survey = SurveyFactory(kind=kind)
        invitation = SurveyInvitationFactory(
            account=account, survey=survey, asked_at=ago(21)
        )
        SurveyResponseFactory(
            account=account,
            survey=survey,
            invitation=invitation,
            contact=contact,
            score=score,
            comment="Fine.",
            sentiment=0.4,
            responded_at=ago(20),
        )
    SurveyInvitationFactory(account=account, asked_at=ago(3))


def _ask_for_help(account: Account) -> None:
    TicketFactory(
        account=account,
        status="closed",
        opened_at=ago(20),
        first_responded_at=ago(19),
        resolved_at=ago(18),
        closed_at=ago(17),
        csat=4,
        csat_at=ago(17),
        is_sla_met=True,
    )
    still_open = TicketFactory(account=account, opened_at=ago(2), priority="critical")
    TicketPeriodFactory(ticket=still_open, valid_from=ago(2))
    SlaClockFactory(ticket=still_open, started_at=ago(2), breached_at=ago(1))
    TicketPeriodFactory(
        ticket=still_open, field="priority", value="critical", valid_from=ago(2)
    )


MISSING = pytest.approx(math.nan, nan_ok=True)


def user_active_on(account, *days_ago: int):
    user = ProductUserFactory(account=account)
    weeks: dict = {}
    for day in (DAY - timedelta(days=back) for back in days_ago):
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) | 1 << day.weekday()
    for monday, days in weeks.items():
        UserWeekFactory(product_user=user, week=monday, days=days)
    return user
