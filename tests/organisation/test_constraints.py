"""What the database itself refuses in this room."""

import pytest
from django.db import IntegrityError

from organisation.models import (
    CalendarDay,
    IdempotencyKey,
    Organisation,
    WorkingCalendar,
)


def test_there_is_one_organisation():
    with pytest.raises(IntegrityError):
        Organisation.objects.create(id=2)


@pytest.mark.parametrize(
    "values", [{"run_hour": 24}, {"currency": "eur"}, {"row_scope": "region"}]
)
def test_an_organisation_has_hour_currency_and_row_scope_that_exist(values):
    with pytest.raises(IntegrityError):
        Organisation.objects.update(**values)


def test_two_calendars_do_not_share_a_name_whatever_its_case():
    WorkingCalendar.objects.create(name="Office")

    with pytest.raises(IntegrityError):
        WorkingCalendar.objects.create(name="OFFICE")


def test_a_calendar_says_one_thing_about_a_day():
    calendar = WorkingCalendar.objects.create(name="Office")
    CalendarDay.objects.create(calendar=calendar, day="2026-03-03")

    with pytest.raises(IntegrityError):
        CalendarDay.objects.create(calendar=calendar, day="2026-03-03")


def test_a_key_stands_for_one_answer():
    values = {
        "owner": "t1", "method": "POST", "path": "/", "key": "k", "fingerprint": "f",
        "status": 201,
    }  # fmt: skip
    IdempotencyKey.objects.create(**values)

    with pytest.raises(IntegrityError):
        IdempotencyKey.objects.create(**values)
