"""Roll-ups depend on the facts alone, not on how or when they came."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Account, AccountExternalId
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from usage.models import AccountDay, FeatureWeek, UsageFeed, UserWeek
from usage.rollups import rebuild_for
from usage.services import ingest_events

ZONE = "America/New_York"


@pytest.fixture
def two_accounts(db) -> list[Account]:
    Organisation.objects.update_or_create(pk=1, defaults={"timezone": ZONE})
    accounts = [AccountFactory(), AccountFactory()]
    for number, account in enumerate(accounts):
        AccountExternalId.objects.create(
            account=account, source="app", external_id=f"A{number}"
        )
    return accounts


def random_events(seed: int, size: int) -> list[dict]:
    chance = random.Random(seed)
    start = datetime(2024, 2, 26, tzinfo=UTC)
    return [
        {
            "key": f"e{number}",
            "account_external_id": f"A{chance.randrange(2)}",
            "occurred_at": start + timedelta(minutes=chance.randrange(60 * 24 * 40)),
            "name": "click",
            "product_user": chance.choice(["u1", "u2", "u3", None]),
            "feature": chance.choice(["f1", "f2", None]),
            "is_session_start": chance.random() < 0.2,
            "quantity": chance.randrange(1, 4),
        }
        for number in range(size)
    ]


def rolled_up() -> dict[str, list]:
    return {
        "days": list(
            AccountDay.objects.order_by("account_id", "day").values_list(
                "account_id", "day", "events", "sessions", "active_users"
            )
        ),
        "users": list(
            UserWeek.objects.order_by(
                "account_id", "product_user__key", "week"
            ).values_list("account_id", "product_user__key", "week", "days", "events")
        ),
        "features": list(
            FeatureWeek.objects.order_by(
                "account_id", "feature__name", "week"
            ).values_list(
                "account_id", "feature__name", "week", "days", "events_by_day"
            )
        ),
        "feeds": list(UsageFeed.objects.order_by("account_id").values_list()),
    }


@pytest.mark.parametrize("seed", range(4))
def test_late_repeated_and_shuffled_events_equal_one_ordered_load(two_accounts, seed):
    events = random_events(seed, 300)
    chance = random.Random(seed)
    messy = [*events, *chance.sample(events, 60)]
    chance.shuffle(messy)
    while messy:
        size = chance.randrange(1, 90)
        ingest_events(source="app", events=messy[:size])
        del messy[:size]
    in_pieces = rolled_up()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM usage_usageevent; DELETE FROM usage_usageeventkey")
    for model in (AccountDay, UserWeek, FeatureWeek, UsageFeed):
        model.objects.all().delete()
    ordered = sorted(events, key=lambda event: event["occurred_at"])
    assert ingest_events(source="app", events=ordered).created == 300
    assert rolled_up() == in_pieces


def test_roll_ups_agree_with_plain_counting(two_accounts):
    events = random_events(9, 200)
    ingest_events(source="app", events=events)
    expected: dict = defaultdict(lambda: [0, 0, set()])
    for event in events:
        day = event["occurred_at"] - timedelta(hours=5)  # New York in winter
        if day.replace(tzinfo=None) >= datetime(2024, 3, 10, 2):
            day += timedelta(hours=1)  # and in summer
        account = two_accounts[int(event["account_external_id"][1])]
        entry = expected[account.pk, day.date()]
        entry[0] += event["quantity"]
        entry[1] += event["is_session_start"]
        entry[2] |= {event["product_user"]} - {None}
    found = {
        (row.account_id, row.day): [row.events, row.sessions, row.active_users]
        for row in AccountDay.objects.all()
    }
    assert found == {key: [n, s, len(u)] for key, (n, s, u) in expected.items()}


def test_bit_zero_is_monday_and_days_are_in_order(two_accounts):
    monday = datetime(2024, 3, 4, 17, tzinfo=UTC)
    ingest_events(
        source="app",
        events=[
            {"key": str(day), "account_external_id": "A0", "product_user": "u",
             "feature": "f", "name": "x", "occurred_at": monday + timedelta(days=day)}
            for day in (0, 2, 6)
        ],
    )  # fmt: skip
    assert UserWeek.objects.get().days == 0b1000101
    week = FeatureWeek.objects.get()
    assert (week.week, week.events_by_day) == (date(2024, 3, 4), [1, 0, 1, 0, 0, 0, 1])


def test_rebuilding_again_changes_nothing(two_accounts):
    ingest_events(source="app", events=random_events(3, 100))
    before = rolled_up()
    ids = [account.pk for account in two_accounts]
    assert rebuild_for(ids, date(2024, 2, 28), date(2024, 4, 10)) == 14
    assert rolled_up() == before


def test_a_batch_names_the_events_whose_account_is_unknown(two_accounts):
    events = random_events(1, 3)
    events[1]["account_external_id"] = "nobody"
    result = ingest_events(source="app", events=events)
    assert (result.created, result.unknown) == (2, [1])


def test_a_repeat_inside_a_batch_counts_once(two_accounts):
    (event,) = random_events(1, 1)
    result = ingest_events(source="app", events=[event, dict(event)])
    assert (result.created, result.unchanged) == (1, 1)


def test_the_last_active_day_of_accounts_follows(two_accounts):
    ingest_events(source="app", events=random_events(5, 100))
    for account in two_accounts:
        account.refresh_from_db()
        assert account.last_active_on == max(
            account.usage_days.values_list("day", flat=True)
        )
