"""Two accounts become one; nothing is lost and nothing is counted twice."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.models import Account, AccountTerms, Contact, Touchpoint
from accounts.services import merge_accounts
from core.merging import Merger, MergeRule, relations_to
from events.models import Event
from health.models import Alert, Snapshot
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    AccountTermsFactory,
    ContactFactory,
    TouchpointFactory,
)
from tests.factories.health import AlertFactory, AlertRuleFactory, SnapshotFactory
from tests.factories.revenue import SubscriptionFactory
from tests.factories.surveys import SurveyResponseFactory
from tests.factories.tickets import TicketFactory
from tests.factories.usage import (
    AccountDayFactory,
    FeatureFactory,
    FeatureWeekFactory,
    MetricFactory,
    MetricValueFactory,
    ProductUserFactory,
    UsageEventFactory,
    UsageFeedFactory,
    UserWeekFactory,
)
from usage.models import (
    AccountDay,
    FeatureWeek,
    MetricValue,
    ProductUser,
    UsageEvent,
    UsageFeed,
    UserWeek,
)

pytestmark = pytest.mark.django_db

#: Every key that leads to something mergeable. A new one must say what happens to it.
EXPECTED = {
    Account: {
        "accounts.account.merged_into",
        "accounts.account.parent",
        "accounts.accountexternalid.account",
        "accounts.accountterms.account",
        "accounts.contact.account",
        "accounts.touchpoint.account",
        "health.alert.account",
        "health.alertledgerentry.account",
        "health.healthoverride.account",
        "health.healthrunerror.account",
        "health.recommendationdecision.account",
        "health.recomputerequest.account",
        "health.snapshot.account",
        "playbooks.task.account",
        "revenue.churnevent.account",
        "revenue.overduepayment.account",
        "revenue.subscription.account",
        "surveys.surveyinvitation.account",
        "surveys.surveyresponse.account",
        "tickets.slatier_accounts.account",
        "tickets.ticket.account",
        "usage.accountday.account",
        "usage.dailyusage.account",
        "usage.featureweek.account",
        "usage.metricvalue.account",
        "usage.productuser.account",
        "usage.usageevent.account",
        "usage.usagefeed.account",
        "usage.userweek.account",
    },
    Contact: {
        "accounts.contactrole.contact",
        "accounts.touchpoint_contacts.contact",
        "surveys.surveyinvitation.contact",
        "surveys.surveyresponse.contact",
        "tickets.message.contact",
        "tickets.ticket.contact",
        "usage.productuser.contact",
    },
    ProductUser: {
        "usage.dailyusage.product_user",
        "usage.usageevent.product_user",
        "usage.userweek.product_user",
    },
}


@pytest.mark.parametrize("model", EXPECTED, ids=lambda model: model.__name__)
def test_every_relation_has_a_rule_and_is_known_here(model):
    relations = relations_to(model)

    assert {relation.label for relation in relations} == EXPECTED[model]
    for relation in relations:
        assert isinstance(relation.rule, MergeRule), relation.label


def test_rules_name_real_fields():
    models = {each.model for model in EXPECTED for each in relations_to(model)}
    for model in models:
        for name, rule in getattr(model, "MERGE", {}).items():
            model._meta.get_field(name)
            for column in (*getattr(rule, "by", ()), *getattr(rule, "columns", ())):
                model._meta.get_field(column)


def test_a_relation_without_a_rule_stops_the_merge(monkeypatch):
    monkeypatch.delattr(Touchpoint, "MERGE")

    with pytest.raises(ImproperlyConfigured, match="touchpoint"):
        Merger().merge(Account, {1: 2})


def test_what_belongs_to_the_duplicate_belongs_to_the_survivor():
    kept, other = AccountFactory(), AccountFactory()
    AccountExternalIdFactory(account=other, source="crm", external_id="A-2")
    rows = [
        ContactFactory(account=other),
        TicketFactory(account=other),
        SurveyResponseFactory(account=other),
        SubscriptionFactory(account=other),
        AccountFactory(parent=other),
    ]

    merge_accounts(survivor=kept, duplicate=other, by=None)

    for row in rows:
        row.refresh_from_db()
        owner = row.parent if isinstance(row, Account) else row.account
        assert owner == kept
    assert Account.objects.by_external_id("crm", "A-2").get() == kept
    other.refresh_from_db()
    assert other.merged_into == kept
    assert other not in Account.objects.live()


def test_the_survivor_wins_and_its_gaps_are_filled():
    kept = AccountFactory(
        name="Kept",
        industry="",
        country="Spain",
        tags=["a"],
        custom={"x": 1},
        first_seen_on=date(2024, 5, 1),
    )
    other = AccountFactory(
        name="Other",
        industry="Retail",
        country="France",
        tags=["b"],
        custom={"x": 2, "y": 3},
        first_seen_on=date(2023, 5, 1),
    )

    merged = merge_accounts(survivor=kept, duplicate=other, by=None)

    assert (merged.name, merged.industry, merged.country) == (
        "Kept",
        "Retail",
        "Spain",
    )
    assert merged.tags == ["a", "b"]
    assert merged.custom == {"x": 1, "y": 3}
    assert merged.first_seen_on == date(2023, 5, 1)
    event = Event.objects.get(kind="account_merged")
    assert event.account_id == kept.pk
    assert event.data["duplicate"]["name"] == "Other"
    assert event.data["changes"]["industry"] == ["", "Retail"]


def test_values_may_be_taken_from_the_duplicate():
    kept, other = AccountFactory(name="Kept"), AccountFactory(name="Better name")

    merged = merge_accounts(survivor=kept, duplicate=other, by=None, take=["name"])

    assert merged.name == "Better name"


def test_usage_adds_up_day_by_day():
    kept, other = AccountFactory(), AccountFactory()
    for account in (kept, other):
        AccountDayFactory(account=account, day=date(2024, 6, 1), events=10)
    AccountDayFactory(account=other, day=date(2024, 6, 2), events=7)
    UsageFeedFactory(account=kept, first_day=date(2024, 3, 1))
    UsageFeedFactory(account=other, first_day=date(2024, 1, 1))

    merge_accounts(survivor=kept, duplicate=other, by=None)

    days = AccountDay.objects.filter(account=kept).order_by("day")
    assert [(row.day.day, row.events) for row in days] == [(1, 20), (2, 7)]
    assert UsageFeed.objects.get().first_day == date(2024, 1, 1)
    assert not AccountDay.objects.filter(account=other).exists()


def test_who_was_active_in_both_counts_once_a_day():
    kept, other = AccountFactory(), AccountFactory()
    monday = date(2024, 5, 27)
    for account in (kept, other):
        for day, users in ((monday, 2), (date(2024, 5, 28), 1)):
            AccountDayFactory(account=account, day=day, active_users=users)
        ann = ProductUserFactory(account=account, key="ann")
        UserWeekFactory(product_user=ann, week=monday, days=0b0000001)
        alone = ProductUserFactory(account=account)
        UserWeekFactory(product_user=alone, week=monday, days=0b0000011)

    merge_accounts(survivor=kept, duplicate=other, by=None)

    days = AccountDay.objects.filter(account=kept).order_by("day")
    assert [row.active_users for row in days] == [3, 2]


def test_one_product_user_known_to_both_becomes_one():
    kept, other = AccountFactory(), AccountFactory()
    ours = ProductUserFactory(account=kept, key="ann")
    theirs = ProductUserFactory(account=other, key="ann")
    alone = ProductUserFactory(account=other, key="bob")
    week = date(2024, 5, 27)
    UserWeekFactory(product_user=ours, week=week, days=0b0000001, events=10)
    UserWeekFactory(product_user=theirs, week=week, days=0b0000011, events=5)
    UserWeekFactory(product_user=alone, week=week, days=0b1000000, events=1)
    event = UsageEventFactory(account=other, product_user=theirs)

    merge_accounts(survivor=kept, duplicate=other, by=None)

    assert set(ProductUser.objects.values_list("key", "account_id")) == {
        ("ann", kept.pk),
        ("bob", kept.pk),
    }
    joined = UserWeek.objects.get(product_user=ours)
    assert (joined.account_id, joined.days, joined.events) == (kept.pk, 0b11, 15)
    assert UserWeek.objects.get(product_user=alone).account_id == kept.pk
    stored = UsageEvent.objects.get(id=event.id)
    assert (stored.account_id, stored.product_user_id) == (kept.pk, ours.pk)


def test_feature_weeks_add_up_per_day():
    kept, other = AccountFactory(), AccountFactory()
    feature = FeatureFactory()
    FeatureWeekFactory(account=kept, feature=feature)
    FeatureWeekFactory(
        account=other,
        feature=feature,
        days=0b0000010,
        events=3,
        events_by_day=[0, 3, 0, 0, 0, 0, 0],
    )

    merge_accounts(survivor=kept, duplicate=other, by=None)

    row = FeatureWeek.objects.get()
    assert (row.account_id, row.days, row.events) == (kept.pk, 0b11, 13)
    assert row.events_by_day == [10, 3, 0, 0, 0, 0, 0]


def test_of_two_equal_metric_values_the_survivors_stands():
    kept, other = AccountFactory(), AccountFactory()
    metric = MetricFactory()
    MetricValueFactory(account=kept, metric=metric, value=1)
    MetricValueFactory(account=other, metric=metric, value=2)

    merge_accounts(survivor=kept, duplicate=other, by=None)

    assert MetricValue.objects.get().value == 1


def test_snapshots_stay_with_the_account_they_are_about():
    kept, other = AccountFactory(), AccountFactory()
    SnapshotFactory(account=kept)
    SnapshotFactory(account=other)

    merge_accounts(survivor=kept, duplicate=other, by=None)

    assert set(Snapshot.objects.values_list("account_id", flat=True)) == {
        kept.pk,
        other.pk,
    }


def test_one_open_alert_per_rule_remains():
    kept, other = AccountFactory(), AccountFactory()
    rule, other_rule = AlertRuleFactory(), AlertRuleFactory()
    ours = AlertFactory(account=kept, rule=rule)
    AlertFactory(account=other, rule=rule)
    moved = AlertFactory(account=other, rule=other_rule)

    merge_accounts(survivor=kept, duplicate=other, by=None)

    assert set(Alert.objects.filter(account=kept)) == {ours, moved}
    assert not Alert.objects.filter(account=other).exists()


def test_the_survivors_terms_stand_as_a_whole():
    kept, other = AccountFactory(seats=10), AccountFactory(seats=99)
    AccountTermsFactory(account=kept, seats=10)
    AccountTermsFactory(account=other, seats=99)

    merge_accounts(survivor=kept, duplicate=other, by=None)

    assert AccountTerms.objects.get().seats == 10


def test_subscriptions_count_for_the_survivor_at_once():
    kept, other = AccountFactory(), AccountFactory()
    SubscriptionFactory(account=kept, mrr_amount=100)
    SubscriptionFactory(account=other, mrr_amount=200)

    merged = merge_accounts(survivor=kept, duplicate=other, by=None)

    assert merged.mrr_amount == 300


def test_the_last_touch_is_the_later_of_both():
    kept, other = AccountFactory(), AccountFactory()
    late = datetime(2024, 7, 1, tzinfo=UTC)
    TouchpointFactory(account=kept)
    TouchpointFactory(account=other, happened_at=late)

    assert merge_accounts(survivor=kept, duplicate=other, by=None).last_touch_at == late
