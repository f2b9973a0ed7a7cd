"""Subscriptions and payments for tests."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from revenue.models import ChurnEvent, OverduePayment, Subscription, SubscriptionTerms
from tests.factories.accounts import AccountFactory


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    account = factory.SubFactory(AccountFactory)
    currency = "EUR"
    mrr_amount = Decimal("1000.00")
    seats = 10
    start_on = date(2024, 1, 1)


class SubscriptionTermsFactory(DjangoModelFactory):
    class Meta:
        model = SubscriptionTerms

    subscription = factory.SubFactory(SubscriptionFactory)
    mrr_amount = Decimal("1000.00")


class OverduePaymentFactory(DjangoModelFactory):
    class Meta:
        model = OverduePayment

    account = factory.SubFactory(AccountFactory)
    due_on = date(2024, 5, 1)


class ChurnEventFactory(DjangoModelFactory):
    class Meta:
        model = ChurnEvent

    account = factory.SubFactory(AccountFactory)
    churned_on = date(2024, 5, 1)
