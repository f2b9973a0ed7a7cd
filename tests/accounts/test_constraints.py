"""What the database itself refuses, whatever the code above it does."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    AccountTermsFactory,
    ContactFactory,
    ContactRoleFactory,
    CustomFieldFactory,
    PlanFactory,
    PlanFeatureFactory,
    SegmentFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db

LATER, EARLIER = date(2024, 2, 1), date(2024, 1, 1)


def refused(name, make):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


def test_plan_name_unique():
    PlanFactory(name="Growth")
    refused("plan_name_unique", lambda: PlanFactory(name="GROWTH"))


def test_plan_source_id_unique():
    PlanFactory(source="crm", external_id="P")
    refused("plan_source_id_unique", lambda: PlanFactory(source="crm", external_id="P"))


def test_plan_feature_once():
    plan = PlanFactory()
    PlanFeatureFactory(plan=plan, feature="x")
    PlanFeatureFactory(plan=plan, feature="x", valid_to=LATER)
    refused("plan_feature_once", lambda: PlanFeatureFactory(plan=plan, feature="x"))


def test_plan_feature_interval():
    refused(
        "plan_feature_interval",
        lambda: PlanFeatureFactory(valid_from=LATER, valid_to=EARLIER),
    )


def test_segment_name_unique():
    refused("segment_name_unique", lambda: SegmentFactory(name="ENTERPRISE"))


def test_segment_coverage_known():
    refused("segment_coverage_known", lambda: SegmentFactory(coverage_model="none"))


def test_segment_cadence_positive():
    refused("segment_cadence_positive", lambda: SegmentFactory(touch_cadence_days=0))


def test_custom_field_key_unique():
    CustomFieldFactory(key="tier")
    CustomFieldFactory(key="tier", target="contact")
    refused("custom_field_key_unique", lambda: CustomFieldFactory(key="tier"))


def test_account_stage_known():
    refused("account_stage_known", lambda: AccountFactory(stage="asleep"))


def test_account_band_known():
    refused("account_band_known", lambda: AccountFactory(health_band="blue"))


def test_account_score_range():
    refused("account_score_range", lambda: AccountFactory(health_score=100.1))


def test_account_revenue_not_negative():
    refused("account_revenue_not_negative", lambda: AccountFactory(mrr_amount=-1))


def test_account_not_own_parent():
    account = AccountFactory()
    refused(
        "account_not_own_parent",
        lambda: Account.objects.filter(pk=account.pk).update(parent=account),
    )


def test_account_name_not_empty():
    refused("account_name_not_empty", lambda: AccountFactory(name=""))


def test_account_external_id_unique():
    AccountExternalIdFactory(source="crm", external_id="A")
    refused(
        "account_external_id_unique",
        lambda: AccountExternalIdFactory(source="crm", external_id="A"),
    )


def test_account_terms_one_current():
    account = AccountFactory()
    AccountTermsFactory(account=account)
    AccountTermsFactory(account=account, valid_to=LATER)
    refused("account_terms_one_current", lambda: AccountTermsFactory(account=account))


def test_account_terms_interval():
    refused(
        "account_terms_interval",
        lambda: AccountTermsFactory(valid_from=LATER, valid_to=EARLIER),
    )


def test_contact_source_id_unique():
    ContactFactory(source="crm", external_id="C")
    ContactFactory(source="", external_id="")
    refused(
        "contact_source_id_unique",
        lambda: ContactFactory(source="crm", external_id="C"),
    )


def test_contact_sentiment_known():
    refused("contact_sentiment_known", lambda: ContactFactory(sentiment="great"))


def test_contact_name_not_empty():
    refused("contact_name_not_empty", lambda: ContactFactory(name=""))


def test_contact_role_once():
    contact = ContactFactory()
    ContactRoleFactory(contact=contact)
    ContactRoleFactory(contact=contact, valid_to=LATER)
    refused("contact_role_once", lambda: ContactRoleFactory(contact=contact))


def test_contact_role_interval():
    refused(
        "contact_role_interval",
        lambda: ContactRoleFactory(valid_from=LATER, valid_to=EARLIER),
    )


def test_contact_role_known():
    refused("contact_role_known", lambda: ContactRoleFactory(role="king"))


def test_touchpoint_source_id_unique():
    TouchpointFactory(source="crm", external_id="T")
    refused(
        "touchpoint_source_id_unique",
        lambda: TouchpointFactory(source="crm", external_id="T"),
    )


def test_touchpoint_kind_known():
    refused("touchpoint_kind_known", lambda: TouchpointFactory(kind="fax"))
