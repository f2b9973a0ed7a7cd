"""Segment rules: the first that holds takes the account."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Account, Segment
from accounts.segments import clean_rules, matching, reassign_segments
from accounts.services import delete_segment
from events.models import Event
from tests.factories.accounts import (
    AccountFactory,
    CustomFieldFactory,
    PlanFactory,
    SegmentFactory,
)

pytestmark = pytest.mark.django_db


def test_the_default_segments_sort_accounts_by_size_and_revenue():
    accounts = {
        "enterprise": [
            AccountFactory(employees=1001),
            AccountFactory(employees=5, arr_amount=100_000),
        ],
        "mid-market": [AccountFactory(employees=100), AccountFactory(employees=1000)],
        "smb": [AccountFactory(employees=99), AccountFactory(arr_amount=20_000)],
        "tech-touch": [AccountFactory()],
    }

    changed = reassign_segments()

    assert changed == 7
    for slug, members in accounts.items():
        for account in members:
            account.refresh_from_db()
            assert account.segment.slug == slug


def test_a_second_evaluation_changes_nothing(django_assert_num_queries):
    AccountFactory(employees=5)
    reassign_segments()

    # Segments and the accounts that differ, in one transaction; nothing to write.
    with django_assert_num_queries(4):
        assert reassign_segments() == 0


def test_evaluation_costs_the_same_for_one_account_and_for_many(
    django_assert_max_num_queries,
):
    for _ in range(30):
        AccountFactory(employees=5)

    with django_assert_max_num_queries(6):
        assert reassign_segments() == 30


def test_a_move_between_segments_is_an_event_and_a_first_segment_is_none():
    account = AccountFactory(employees=5)
    reassign_segments()
    assert not Event.objects.exists()

    Account.objects.filter(pk=account.pk).update(employees=500)
    reassign_segments([account.pk])

    assert Event.objects.get().data == {"segment": ["SMB", "Mid-market"]}


def test_a_segment_after_a_day_without_one_is_an_event_and_so_is_one_that_goes():
    account = AccountFactory(employees=5)
    long_ago = timezone.now() - timedelta(days=2)
    Account.objects.filter(pk=account.pk).update(created_at=long_ago)
    reassign_segments()
    assert Event.objects.get().data == {"segment": ["", "SMB"]}

    delete_segment(Segment.objects.get(slug="smb"), by=None)

    moved = Event.objects.filter(kind="segment_changed").latest("id")
    assert moved.data == {"segment": ["SMB", "Tech-touch"]}
    account.refresh_from_db()
    assert account.segment.slug == "tech-touch"


def test_only_the_named_accounts_are_evaluated():
    one, other = AccountFactory(employees=5), AccountFactory(employees=5)

    assert reassign_segments([one.pk]) == 1

    other.refresh_from_db()
    assert other.segment is None


def test_archived_and_merged_accounts_keep_their_segment():
    kept = AccountFactory(employees=5)
    AccountFactory(employees=5, merged_into=kept)

    assert reassign_segments() == 1


def test_an_account_that_fits_nowhere_leaves_its_segment():
    Segment.objects.all().delete()
    segment = SegmentFactory(rules=[{"field": "employees", "op": "gt", "value": 5}])
    account = AccountFactory(employees=5, segment=segment)

    assert reassign_segments() == 1

    account.refresh_from_db()
    assert account.segment is None


def test_without_any_segment_nothing_fails():
    Segment.objects.all().delete()
    AccountFactory()

    assert reassign_segments() == 0


@pytest.mark.parametrize(
    ("field", "op", "value", "fits"),
    [
        ("employees", "eq", 50, True),
        ("employees", "eq", 51, False),
        ("employees", "ne", 51, True),
        ("employees", "gt", 49, True),
        ("employees", "gt", 50, False),
        ("employees", "gte", 50, True),
        ("employees", "lt", 50, False),
        ("employees", "lte", 50, True),
        ("employees", "in", [1, 50], True),
        ("employees", "in", [1, 2], False),
        ("employees", "is_empty", None, False),
        ("arr", "gte", 1000, True),
        ("seats", "eq", 7, True),
        ("industry", "eq", "retail", True),
        ("industry", "ne", "retail", False),
        ("industry", "contains", "TAI", True),
        ("industry", "in", ["Banking", "retail"], True),
        ("country", "is_empty", None, True),
        ("country", "is_empty", False, False),
        ("plan", "eq", "growth", True),
        ("plan", "in", ["Other"], False),
        ("plan", "is_empty", None, False),
        ("custom.tier", "eq", "GOLD", True),
        ("custom.tier", "ne", "gold", False),
        ("custom.tier", "contains", "ol", True),
        ("custom.tier", "is_empty", None, False),
        ("custom.tier", "in", ["silver", "gold"], True),
        ("custom.size", "gte", 10, True),
        ("custom.size", "lt", 10, False),
        ("custom.size", "eq", 10.5, True),
        ("custom.size", "in", [10.5], True),
        ("custom.since", "gte", "2024-01-01", True),
        ("custom.since", "lt", "2024-01-01", False),
        ("custom.live", "eq", True, True),
        ("custom.live", "eq", False, False),
        ("custom.in", "is_empty", None, True),
    ],
)
def test_each_operator_means_what_it_says(field, op, value, fits):
    for key, kind in (
        ("tier", "text"), ("size", "number"), ("since", "date"), ("live", "yes_no"),
        ("in", "text"),
    ):  # fmt: skip
        CustomFieldFactory(key=key, kind=kind)
    account = AccountFactory(
        employees=50,
        arr_amount=1000,
        licensed_seats=7,
        industry="Retail",
        plan=PlanFactory(name="Growth"),
        custom={"tier": "gold", "size": 10.5, "since": "2024-06-01", "live": True},
    )

    rules = clean_rules([{"field": field, "op": op, "value": value}])

    assert matching(rules).filter(pk=account.pk).exists() is fits


def test_all_entries_must_hold_and_one_of_an_any():
    account = AccountFactory(employees=50, industry="Retail")
    small = {"field": "employees", "op": "lt", "value": 100}
    banking = {"field": "industry", "op": "eq", "value": "Banking"}
    retail = {"field": "industry", "op": "eq", "value": "Retail"}

    assert matching([small, {"any": [banking, retail]}]).get() == account
    assert not matching([small, banking]).exists()
    assert matching([]).get() == account


def test_a_number_in_a_text_column_of_custom_values_is_no_error():
    CustomFieldFactory(key="size", kind="number")
    AccountFactory(custom={"size": "many"})

    assert not matching([{"field": "custom.size", "op": "gt", "value": 1}]).exists()


@pytest.mark.parametrize(
    "rule",
    [
        "employees > 5",
        {"field": "owner__password", "op": "eq", "value": "x"},
        {"field": "employees", "op": "startswith", "value": "x"},
        {"field": "employees", "op": "eq", "value": "many"},
        {"field": "employees", "op": "eq", "value": "nan"},
        {"field": "industry", "op": "gt", "value": "A"},
        {"field": "arr", "op": "contains", "value": "1"},
        {"field": "industry", "op": "eq", "value": ""},
        {"field": "custom.nothing", "op": "eq", "value": "1"},
        {"any": []},
    ],
)
def test_a_rule_that_means_nothing_is_refused_by_its_number(rule):
    good = {"field": "employees", "op": "eq", "value": 1}

    with pytest.raises(ValidationError, match="Rule 2"):
        clean_rules([good, rule])
