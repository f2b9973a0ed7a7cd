"""A signed-in browser for each role, and one account with something of everything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Account, Contact, CustomField, Plan, Segment, Touchpoint
from organisation.models import User
from revenue.models import Subscription
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
    PlanFactory,
    SegmentFactory,
    TouchpointFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.revenue import SubscriptionFactory


@dataclass(frozen=True)
class World:
    """One account with a row of everything that has a page."""

    account: Account
    other: Account
    contact: Contact
    touchpoint: Touchpoint
    subscription: Subscription
    segment: Segment
    plan: Plan
    field: CustomField


@pytest.fixture
def world(db: None) -> World:
    owner = UserFactory(role="csm")
    plan = PlanFactory()
    account = AccountFactory(name="Northwind", owner=owner, plan=plan)
    return World(
        account=account,
        other=AccountFactory(name="Northwind Foods", owner=owner),
        contact=ContactFactory(account=account),
        touchpoint=TouchpointFactory(
            account=account, happened_at=datetime(2024, 6, 1, tzinfo=UTC)
        ),
        subscription=SubscriptionFactory(account=account),
        segment=SegmentFactory(),
        plan=plan,
        field=CustomFieldFactory(),
    )


SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """``sign_in("csm")`` or ``sign_in(user)``: a client of that person."""

    def sign_in(who: str | User) -> Client:
        client = Client()
        client.force_login(UserFactory(role=who) if isinstance(who, str) else who)
        return client

    return sign_in


@pytest.fixture
def own_books(db: None) -> None:
    """People see their own accounts only."""
    OrganisationFactory(row_scope="book")
