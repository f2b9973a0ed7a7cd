"""Counts per day and band: the same as asking account by account, and written once."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.models import Account
from health.models import BandCount, BandMembers
from health.queries.standings import live_band_rows
from health.services.band_counts import (
    count_missing_days,
    counted_days,
    recount,
    write_band_counts,
)
from health.tasks import count_missing_days as count_missing_days_now
from tests.factories.health import HealthRunFactory
from tests.reports.book import FIRST, LAST, make_book, plan_on, standing

pytestmark = pytest.mark.django_db


def slowly(day, key):
    accounts, arr = Counter(), Counter()
    for account in Account.objects.all():
        found = standing(account, day)
        if found is not None:
            band, currency, amount = found
            place = (band, currency, key(account))
            accounts[place] += 1
            arr[place] += amount
    return accounts, arr


@pytest.mark.parametrize("day", [FIRST, LAST])
@pytest.mark.parametrize("group", ["segment_id", "owner_id", "team_id", "plan_id"])
def test_counts_are_those_of_every_account(day, group):
    make_book()
    write_band_counts(day)

    def key(account):
        if group == "plan_id":
            return plan_on(account, day)
        return getattr(account, group)

    rows = (
        BandCount.objects.filter(day=day)
        .values_list("band", "currency", group)
        .annotate(n=Sum("accounts"), money=Sum("arr"))
    )
    accounts, arr = slowly(day, key)
    assert {(b, c, g): n for b, c, g, n, _ in rows} == accounts
    assert {(b, c, g): money for b, c, g, _, money in rows} == arr


def test_counting_a_day_again_replaces_it():
    make_book()
    first = write_band_counts(LAST)
    assert write_band_counts(LAST) == first == BandCount.objects.count()


def test_live_counts_are_the_stored_ones():
    make_book()
    for day in (FIRST, LAST):
        write_band_counts(day)
    live = {
        (row.day, row.band, row.currency, row.group): (
            row.accounts, row.arr, row.score_sum, row.scored
        )
        for row in live_band_rows([FIRST, LAST], Account.objects.all(), by="segment")
    }  # fmt: skip
    stored = BandCount.objects.values_list("day", "band", "currency", "segment_id")
    rows = stored.annotate(
        n=Sum("accounts"), m=Sum("arr"), s=Sum("score_sum"), k=Sum("scored")
    )
    assert {row[:4]: row[4:] for row in rows} == live


def test_nobody_means_no_counts():
    assert live_band_rows([LAST], Account.objects.none()) == []


def test_past_days_are_counted_by_the_command(capsys):
    make_book()
    assert counted_days() == [FIRST, LAST]
    call_command("rebuild_band_counts", since=LAST)
    assert set(BandCount.objects.values_list("day", flat=True)) == {LAST}
    call_command("rebuild_band_counts")
    assert set(BandCount.objects.values_list("day", flat=True)) == {FIRST, LAST}
    assert "Counted 2 days." in capsys.readouterr().out


def test_days_nobody_counted_are_counted_by_themselves_the_newest_first():
    make_book()
    assert count_missing_days(1) == 1
    assert set(BandMembers.objects.values_list("day", flat=True)) == {LAST}
    count_missing_days_now()
    assert set(BandMembers.objects.values_list("day", flat=True)) == {FIRST, LAST}
    assert count_missing_days() == 0


def test_without_accounts_no_day_is_missing():
    HealthRunFactory(day=LAST, status="finished", finished_at=f"{LAST}T23:00Z")
    assert count_missing_days() == 0


def test_what_is_gone_for_good_counts_nowhere():
    make_book()
    for day in (FIRST, LAST):
        write_band_counts(day)
    Account.objects.exclude(segment=None).delete()
    assert recount() == 2
    rows = BandCount.objects.values_list("segment").distinct()
    assert list(rows) == [(None,)]
    Account.objects.all().delete()
    recount()
    assert not BandCount.objects.exists()


def test_an_account_stands_in_one_row_only():
    make_book()
    write_band_counts(LAST)
    present = sum(
        standing(account, LAST) is not None for account in Account.objects.all()
    )
    assert BandCount.objects.aggregate(n=Sum("accounts"))["n"] == present


def test_the_members_of_a_band_are_those_counted_in_it():
    make_book()
    for _ in range(2):
        write_band_counts(LAST)
    counted = BandCount.objects.values_list("band", "currency")
    for band, currency, accounts, money in counted.annotate(
        n=Sum("accounts"), money=Sum("arr")
    ):
        members = BandMembers.objects.get(day=LAST, band=band, currency=currency)
        assert len(set(members.account_ids)) == len(members.arr) == accounts
        assert sum(members.arr) == money
    everybody = [
        account.pk for account in Account.objects.all() if standing(account, LAST)
    ]
    rows = BandMembers.objects.values_list("account_ids", flat=True)
    assert sorted(pk for ids in rows for pk in ids) == sorted(everybody)
