"""Many events are recorded at once, and say what one by one would have said."""

from datetime import UTC, datetime

import pytest

from accounts.models import Account
from events.models import Event
from events.services import (
    Subject,
    build_event,
    origin,
    record_alike,
    record_event,
    record_events,
)
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
FACTS = {"name": ['Ünïcode "quoted"', "100 %"], "seats": [None, 3.5], "on": True}


def recorded():
    fields = [f.name for f in Event._meta.fields if f.name not in {"id", "recorded_at"}]
    return list(Event.objects.order_by("pk").values(*fields))


def test_many_at_once_say_the_same_as_one_by_one():
    account = AccountFactory()
    told = {"subject": account, "account_id": account.pk, "happened_at": AT}
    with origin("request-1", "203.0.113.7"):
        for number in range(3):
            record_event(
                "account_updated", by=None, data={**FACTS, "n": number}, **told
            )
        one_by_one = recorded()[-3:]
        count = record_events(
            build_event("account_updated", by=None, data={**FACTS, "n": number}, **told)
            for number in range(3)
        )

    assert count == 3
    assert recorded()[-3:] == one_by_one
    assert one_by_one[0]["address"] == "203.0.113.7"


def test_the_same_for_many_says_the_same_as_one_by_one():
    accounts = [AccountFactory(name=f"Øre {number}") for number in range(3)]
    with origin("request-1", "203.0.113.7"):
        for number, account in enumerate(accounts):
            record_event(
                "account_updated",
                by=None,
                subject=account,
                account_id=account.pk,
                happened_at=AT,
                data={**FACTS, "n": number},
            )
        one_by_one = recorded()[-3:]
        record_alike(
            "account_updated",
            [
                Subject(account.pk, str(account), account.pk, {**FACTS, "n": number})
                for number, account in enumerate(accounts)
            ],
            by=None,
            model=Account,
            happened_at=AT,
        )

    assert recorded()[-3:] == one_by_one
    assert len(recorded()) >= 6


def test_what_has_no_time_of_its_own_happens_now():
    record_events([build_event("demo_seeded", by=None)])

    event = Event.objects.get(kind="demo_seeded")
    assert event.happened_at == event.recorded_at
    assert (event.account_id, event.data, event.address) == (None, {}, None)


def test_nothing_to_record_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_events([]) == 0
        record_alike("demo_seeded", [], by=None, model=Account, happened_at=AT)
