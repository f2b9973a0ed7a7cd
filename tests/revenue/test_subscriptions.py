"""Subscriptions by hand: amounts hold from a day on, and what held before is known."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.segments import reassign_segments
from events.models import Event
from organisation.clock import today
from revenue.models import Subscription
from revenue.queries import subscription_lines
from revenue.services import change_subscription, create_subscription
from tests.factories.accounts import AccountFactory, PlanFactory
from tests.factories.organisation import UserFactory
from tests.factories.revenue import (
    ChurnEventFactory,
    OverduePaymentFactory,
    SubscriptionFactory,
    SubscriptionTermsFactory,
)
from tests.health.world import read

pytestmark = pytest.mark.django_db
START = date(2024, 1, 1)


def subscribe(account, **values):
    given = {"currency": "EUR", "mrr_amount": Decimal(100), "start_on": START}
    return create_subscription(account=account, by=None, **given | values)


def intervals(subscription):
    return sorted(
        (
            (row.mrr_amount, row.valid_from, row.valid_to)
            for row in subscription.terms.all()
        ),
        key=lambda row: row[1] or date.min,
    )


def test_a_new_subscription_counts_at_once():
    account = AccountFactory()

    subscription = subscribe(account, seats=5)

    account.refresh_from_db()
    assert (account.mrr_amount, account.arr_amount) == (100, 1200)
    assert (account.licensed_seats, account.has_subscription) == (5, True)
    assert intervals(subscription) == [(100, None, None)]
    assert Event.objects.get(kind="subscription_created").account_id == account.pk


def test_a_change_holds_from_its_day_and_the_past_stays():
    account = AccountFactory()
    subscription = subscribe(account)
    day = today() - timedelta(days=10)

    change_subscription(subscription, by=None, on=day, mrr_amount=Decimal(150))

    assert intervals(subscription) == [(100, None, day), (150, day, None)]
    account.refresh_from_db()
    assert account.mrr_amount == 150
    event = Event.objects.get(kind="subscription_updated")
    assert event.data["mrr_amount"] == ["100.00", "150"]
    assert event.data["on"] == day.isoformat()


def days(subscription):
    return sorted(
        (
            (row.mrr_amount, row.renews_on, row.end_on, row.valid_from, row.valid_to)
            for row in subscription.terms.all()
        ),
        key=lambda row: row[3] or date.min,
    )


def test_a_renewal_moved_on_is_known_from_the_day_it_moved():
    subscription = subscribe(AccountFactory(), renews_on=date(2025, 1, 1))
    earlier = today() - timedelta(days=10)

    change_subscription(
        subscription,
        by=None,
        on=earlier,
        mrr_amount=Decimal(150),
        renews_on=date(2026, 1, 1),
    )

    assert days(subscription) == [
        (100, date(2025, 1, 1), None, None, earlier),
        (150, date(2025, 1, 1), None, earlier, today()),
        (150, date(2026, 1, 1), None, today(), None),
    ]
    [line] = subscription_lines(subscription.account)
    assert [row.mrr_amount for row in line.terms] == [150, 100]


@pytest.mark.parametrize("has_terms", [True, False])
def test_neither_a_later_end_nor_a_later_renewal_is_seen_before(has_terms):
    account = AccountFactory()
    subscription = SubscriptionFactory(account=account, renews_on=date(2024, 8, 1))
    if has_terms:
        SubscriptionTermsFactory(subscription=subscription, renews_on=date(2024, 8, 1))
    day, later = date(2024, 6, 1), date(2024, 7, 1)
    before = read("days_to_renewal", account, day=day)

    with time_machine.travel(datetime(2024, 7, 1, 12, tzinfo=UTC), tick=False):
        change_subscription(
            subscription, by=None, on=later, renews_on=None, end_on=date(2024, 7, 9)
        )

    assert read("days_to_renewal", account, day=day) == before == 61
    assert read("days_to_renewal", account, day=later) == 8


def test_an_amount_from_an_earlier_day_replaces_later_ones_and_keeps_their_days():
    subscription = subscribe(AccountFactory())
    change_subscription(subscription, by=None, on=today(), end_on=today())
    earlier = today() - timedelta(days=10)

    change_subscription(subscription, by=None, on=earlier, mrr_amount=Decimal(150))

    assert [row[0] for row in days(subscription)] == [100, 150, 150]
    assert [row[2] for row in days(subscription)] == [None, None, today()]


def test_an_account_is_known_from_its_first_subscription_on():
    account = AccountFactory(first_seen_on=date(2024, 6, 1))

    subscribe(account)

    account.refresh_from_db()
    assert account.first_seen_on == START


def test_the_segment_follows_the_amount_at_once():
    account = AccountFactory(employees=50)
    reassign_segments()

    subscription = subscribe(account, mrr_amount=Decimal(20000))
    account.refresh_from_db()
    assert account.segment.name == "Enterprise"

    change_subscription(subscription, by=None, on=today(), mrr_amount=Decimal(10))
    account.refresh_from_db()
    assert account.segment.name == "SMB"


def test_a_correction_from_the_first_day_replaces_what_stood():
    subscription = subscribe(AccountFactory())

    change_subscription(subscription, by=None, on=START, mrr_amount=Decimal(90))

    assert intervals(subscription) == [(90, None, None)]


def test_a_day_before_the_start_or_ahead_is_refused():
    subscription = subscribe(AccountFactory())

    for day in (START - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(ValidationError) as refused:
            change_subscription(subscription, by=None, on=day, mrr_amount=1)
        assert "on" in refused.value.message_dict


def test_an_ended_subscription_churns_the_account():
    account = AccountFactory()
    subscription = subscribe(account)

    change_subscription(subscription, by=None, on=today(), end_on=today())

    account.refresh_from_db()
    assert (account.has_subscription, account.is_churned) == (False, True)
    assert Event.objects.filter(kind="subscription_ended").count() == 1


def test_nothing_happens_when_nothing_differs():
    subscription = subscribe(AccountFactory())

    change_subscription(subscription, by=None, on=today(), mrr_amount=Decimal("100.00"))

    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mrr_amount": Decimal(-1)}, "__all__"),
        ({"end_on": START - timedelta(days=1)}, "__all__"),
        ({"currency": "euro"}, "currency"),
        ({"is_trial": True}, "__all__"),
    ],
)
def test_what_cannot_be_is_refused(values, field):
    with pytest.raises(ValidationError) as refused:
        subscribe(AccountFactory(), **values)

    assert field in refused.value.message_dict
    assert not Subscription.objects.exists()


def test_columns_of_other_meaning_cannot_be_set():
    with pytest.raises(TypeError):
        subscribe(AccountFactory(), public_id="x")
    with pytest.raises(TypeError):
        change_subscription(
            subscribe(AccountFactory()), by=None, on=START, currency="USD"
        )


def test_running_lines_stand_first():
    account = AccountFactory()
    ended = SubscriptionFactory(account=account, end_on=date(2024, 2, 1))
    coming = SubscriptionFactory(account=account, start_on=today() + timedelta(days=9))
    trial = SubscriptionFactory(account=account, is_trial=True, mrr_amount=0)

    assert [
        (line.subscription, line.state) for line in subscription_lines(account)
    ] == [
        (trial, "trial"),
        (coming, "coming"),
        (ended, "ended"),
    ]


def test_the_tab_and_its_forms_work_from_end_to_end(client):
    account = AccountFactory(plan=PlanFactory(name="Growth"))
    ChurnEventFactory(account=account, reasons=["price"])
    OverduePaymentFactory(account=account, amount=10, currency="EUR")
    client.force_login(UserFactory(role="operations"))
    tab = reverse("revenue:account_revenue", args=[account.public_id])
    new = reverse("revenue:subscription_create", args=[account.public_id])

    assert client.post(new, {"currency": "e"}).status_code == 422
    made = client.post(
        new,
        {
            "plan": account.plan_id,
            "currency": "EUR",
            "mrr_amount": "50",
            "start_on": "2024-01-01",
        },
    )
    assert made["Location"] == tab
    subscription = Subscription.objects.get()
    edit = reverse("revenue:subscription_edit", args=[subscription.public_id])
    values = {"mrr_amount": "60", "plan": account.plan_id}
    assert client.post(edit, values | {"on": "2020-01-01"}).status_code == 422
    assert client.post(edit, values | {"on": "2024-05-01"})["Location"] == tab
    content = client.get(tab).content.decode()
    for words in ("Growth", "€60", "at first", "price", "Late payments"):
        assert words in content


def refused(name, make):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


def test_constraints_hold_without_the_services():
    subscription = SubscriptionFactory(source="crm", external_id="S")
    later, earlier = date(2024, 2, 1), date(2024, 1, 1)
    SubscriptionTermsFactory(subscription=subscription)
    for name, make in {
        "subscription_source_id_unique": lambda: SubscriptionFactory(
            source="crm", external_id="S"
        ),
        "subscription_mrr_positive": lambda: SubscriptionFactory(mrr_amount=-1),
        "subscription_ends_after_start": lambda: SubscriptionFactory(
            start_on=later, end_on=earlier
        ),
        "subscription_currency_iso": lambda: SubscriptionFactory(currency="eu"),
        "subscription_trial_is_free": lambda: SubscriptionFactory(is_trial=True),
        "subscription_terms_one_current": lambda: SubscriptionTermsFactory(
            subscription=subscription
        ),
        "subscription_terms_interval": lambda: SubscriptionTermsFactory(
            valid_from=later, valid_to=earlier
        ),
        "overdue_source_id_unique": lambda: [
            OverduePaymentFactory(source="crm", external_id="O") for _ in range(2)
        ],
        "overdue_settled_after_due": lambda: OverduePaymentFactory(
            due_on=later, settled_on=earlier
        ),
        "churn_source_id_unique": lambda: [
            ChurnEventFactory(source="crm", external_id="C") for _ in range(2)
        ],
        "churn_kind_known": lambda: ChurnEventFactory(kind="asleep"),
    }.items():
        refused(name, make)
