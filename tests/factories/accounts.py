"""Accounts, contacts and what surrounds them, for tests."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from accounts.models import (
    Account,
    AccountExternalId,
    AccountTerms,
    Contact,
    ContactRole,
    CustomField,
    Plan,
    PlanFeature,
    Segment,
    Touchpoint,
)


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = Plan

    name = factory.Sequence(lambda number: f"Plan {number}")


class PlanFeatureFactory(DjangoModelFactory):
    class Meta:
        model = PlanFeature

    plan = factory.SubFactory(PlanFactory)
    feature = factory.Sequence(lambda number: f"feature-{number}")


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = Segment

    name = factory.Sequence(lambda number: f"Segment {number}")
    slug = factory.Sequence(lambda number: f"segment-{number}")
    priority = factory.Sequence(lambda number: 1000 + number)


class CustomFieldFactory(DjangoModelFactory):
    class Meta:
        model = CustomField

    key = factory.Sequence(lambda number: f"field-{number}")
    label = factory.Sequence(lambda number: f"Field {number}")


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda number: f"Account {number}")
    first_seen_on = date(2024, 1, 1)


class AccountExternalIdFactory(DjangoModelFactory):
    class Meta:
        model = AccountExternalId

    account = factory.SubFactory(AccountFactory)
    source = "crm"
    external_id = factory.Sequence(lambda number: f"A-{number}")


class AccountTermsFactory(DjangoModelFactory):
    class Meta:
        model = AccountTerms

    account = factory.SubFactory(AccountFactory)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda number: f"Contact {number}")


class ContactRoleFactory(DjangoModelFactory):
    class Meta:
        model = ContactRole

    contact = factory.SubFactory(ContactFactory)
    role = ContactRole.Role.KEY_CONTACT


class TouchpointFactory(DjangoModelFactory):
    class Meta:
        model = Touchpoint

    account = factory.SubFactory(AccountFactory)
    kind = Touchpoint.Kind.MEETING
    happened_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
