"""Keyset pages: nothing skipped, nothing repeated, whatever the order."""

import base64
import json

import pytest
from django.db import connection
from django.db.models.functions import Lower, Upper
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Account
from core.paging import CursorRefused, Order, capped_count, keyset_page

SCORE = Order("score", "health_score")
SCORE_DOWN = Order("score", "health_score", is_descending=True)


def make_accounts(scores):
    return Account.objects.bulk_create(
        Account(
            name=f"Account {index}",
            first_seen_on="2025-01-01",
            health_score=score,
        )
        for index, score in enumerate(scores)
    )


def flat(pages):
    return [pk for page in pages for pk in page]


def walk(order, size, queryset=None):
    """Every page forwards, then every page backwards from the last."""
    queryset = Account.objects.all() if queryset is None else queryset
    forwards, page = [], keyset_page(queryset, order=order, size=size)
    while True:
        forwards.append([row.pk for row in page.rows])
        if not page.next:
            break
        page = keyset_page(queryset, order=order, size=size, after=page.next)
    backwards = [[row.pk for row in page.rows]]
    while page.previous:
        page = keyset_page(queryset, order=order, size=size, before=page.previous)
        backwards.insert(0, [row.pk for row in page.rows])
    return forwards, backwards


class PagesOfAnything(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        scores=st.lists(st.none() | st.integers(0, 3), max_size=14),
        size=st.integers(1, 5),
        order=st.sampled_from([SCORE, SCORE_DOWN]),
    )
    def test_every_row_stands_on_exactly_one_page_in_order(self, scores, size, order):
        Account.objects.all().delete()
        accounts = make_accounts(scores)
        sign = -1 if order.is_descending else 1
        expected = sorted(
            accounts,
            key=lambda row: (
                row.health_score is None,
                sign * (row.health_score or 0),
                sign * row.pk,
            ),
        )

        forwards, backwards = walk(order, size)

        assert flat(forwards) == [row.pk for row in expected]
        assert flat(backwards) == flat(forwards)


@pytest.mark.django_db
def test_rows_without_a_value_come_last_in_both_directions():
    make_accounts([None, 50, 10])

    rising, _ = walk(SCORE, 10)
    falling, _ = walk(SCORE_DOWN, 10)

    names = dict(Account.objects.values_list("pk", "name"))
    assert [names[pk] for pk in rising[0]] == ["Account 2", "Account 1", "Account 0"]
    assert [names[pk] for pk in falling[0]] == ["Account 1", "Account 2", "Account 0"]


@pytest.mark.django_db
def test_a_row_added_before_the_page_neither_skips_nor_repeats():
    make_accounts([10, 20, 30, 40])
    first = keyset_page(Account.objects.all(), order=SCORE, size=2)
    make_accounts([5])

    second = keyset_page(Account.objects.all(), order=SCORE, size=2, after=first.next)

    assert [row.health_score for row in second.rows] == [30, 40]


@pytest.mark.django_db
def test_going_back_to_the_beginning_has_no_page_before_it():
    make_accounts([10, 20, 30, 40])
    first = keyset_page(Account.objects.all(), order=SCORE, size=2)
    second = keyset_page(Account.objects.all(), order=SCORE, size=2, after=first.next)

    back = keyset_page(
        Account.objects.all(), order=SCORE, size=2, before=second.previous
    )

    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert back.previous == ""
    assert back.next


@pytest.mark.django_db
def test_when_everything_before_a_page_is_gone_the_first_page_is_shown():
    make_accounts([10, 20, 30])
    first = keyset_page(Account.objects.all(), order=SCORE, size=1)
    second = keyset_page(Account.objects.all(), order=SCORE, size=1, after=first.next)
    Account.objects.filter(health_score=10).delete()

    back = keyset_page(
        Account.objects.all(), order=SCORE, size=1, before=second.previous
    )

    assert [row.health_score for row in back.rows] == [20]
    assert back.previous == ""


@pytest.mark.django_db
def test_text_and_joined_columns_are_paged_too():
    make_accounts([1, 2, 3])

    by_name, back_by_name = walk(Order("name", Lower("name"), is_nullable=False), 1)
    by_owner, _ = walk(Order("owner", "owner__name"), 2)

    assert len(by_name) == 3
    assert by_name == back_by_name
    assert len(flat(by_owner)) == 3


@pytest.mark.django_db
def test_a_long_name_with_accents_survives_the_cursor():
    Account.objects.create(name="🜁ü" * 100, first_seen_on="2025-01-01")
    Account.objects.create(name="🜂" * 200, first_seen_on="2025-01-01")

    pages, _ = walk(Order("name", Lower("name"), is_nullable=False), 1)

    assert len(pages) == 2


def packed(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        "é",
        "A",
        "AAAA",
        packed("score", "12"),
        packed("-score", "12", 5),
        packed("score", "twelve", 5),
        packed("score", "NaN", 5),
        packed("score", "1e99999999", 5),
        packed("score", "12\0", 5),
        packed("score", 12, 5),
        packed("score", "12", "5"),
        packed("score", "12", True),
        packed("score", "12", -1),
        packed("score", "12", 2**63),
        packed({"score": 1}, "12", 5),
        packed("score", "1" * 2000, 5),
        "9" * 5000,
    ],
)
def test_a_forged_cursor_is_refused(cursor):
    with pytest.raises(CursorRefused):
        keyset_page(Account.objects.all(), order=SCORE, after=cursor)
    with pytest.raises(CursorRefused):
        keyset_page(Account.objects.all(), order=SCORE, before=cursor)


@pytest.mark.django_db
def test_a_time_without_its_zone_is_refused():
    order = Order("touch", "last_touch_at")

    with pytest.raises(CursorRefused):
        keyset_page(
            Account.objects.all(),
            order=order,
            after=packed("touch", "2026-01-01 10:00:00", 5),
        )


@pytest.mark.django_db
def test_a_cursor_without_value_is_refused_where_every_row_has_one():
    order = Order("name", Lower("name"), is_nullable=False)

    with pytest.raises(CursorRefused):
        keyset_page(Account.objects.all(), order=order, after=packed("name", None, 5))


@pytest.mark.django_db
def test_a_page_takes_at_most_three_queries():
    make_accounts([None, 1, 2, None])

    with CaptureQueriesContext(connection) as queries:
        keyset_page(Account.objects.all(), order=SCORE, size=3)

    assert len(queries) == 3


@pytest.mark.django_db
def test_rows_may_be_read_with_more_than_decides_which_they_are():
    make_accounts([30, 10, 20])
    drawn = Account.objects.annotate(loud=Upper("name")).only("name")

    page = keyset_page(
        Account.objects.filter(health_score__lt=30), order=SCORE, drawn=drawn
    )

    assert [row.loud for row in page.rows] == ["ACCOUNT 1", "ACCOUNT 2"]


@pytest.mark.django_db
def test_an_empty_page_reads_no_rows():
    with CaptureQueriesContext(connection) as queries:
        page = keyset_page(Account.objects.all(), order=SCORE)

    assert list(page.rows) == []
    assert len(queries) == 2


@pytest.mark.django_db
def test_counting_stops_at_the_cap():
    make_accounts([1, 2, 3])

    exact = capped_count(Account.objects.order_by("name"), cap=3)
    capped = capped_count(Account.objects.all(), cap=2)

    assert (exact.value, exact.is_capped) == (3, False)
    assert (capped.value, capped.is_capped) == (2, True)
