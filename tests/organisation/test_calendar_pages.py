"""Pages of calendars: the week, days that differ, files, and promises tried."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from organisation.calendar_services import (
    create_calendar,
    current_version,
    set_day,
    update_calendar,
)
from organisation.models import WorkingCalendar
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def lead(client):
    OrganisationFactory()
    user = UserFactory(role="lead")
    client.force_login(user)
    return user


@pytest.fixture
def berlin():
    return create_calendar(
        by=None,
        name="Berlin",
        timezone="Europe/Berlin",
        weekly=WEEK,
        holiday_country="DE",
        holiday_region="BE",
    )


def page(name, calendar, *rest):
    return reverse(f"organisation:{name}", args=[calendar.public_id, *rest])


def form_of(**changes):
    values = {"name": "Munich", "timezone": "Europe/Berlin", "holiday_country": "DE"}
    for day in WEEK:
        values |= {f"{day}_0_from": "09:00", f"{day}_0_to": "12:00"}
        values |= {f"{day}_1_from": "13:00", f"{day}_1_to": "18:00"}
    return values | changes


def test_a_calendar_is_made_with_split_shifts_and_a_night(client, lead):
    answer = client.post(
        reverse("organisation:calendar_create"),
        form_of(sat_0_from="22:00", sat_0_to="06:00"),
    )

    made = WorkingCalendar.objects.get(name="Munich")
    assert answer.status_code == 302
    assert made.weekly["mon"] == [["09:00", "12:00"], ["13:00", "18:00"]]
    assert made.weekly["sat"] == [["22:00", "06:00"]]
    assert made.versions.count() == 1


def test_a_calendar_that_is_never_open_is_refused(client, lead):
    answer = client.post(
        reverse("organisation:calendar_create"), {"name": "X", "timezone": "UTC"}
    )

    assert answer.status_code == 422
    assert "never open" in answer.content.decode()


def test_half_a_pair_of_hours_is_named(client, lead):
    answer = client.post(reverse("organisation:calendar_create"), form_of(mon_0_to=""))

    assert answer.status_code == 422
    assert "Give both times." in answer.content.decode()


def test_the_page_shows_the_week_and_the_public_holidays(client, lead, berlin):
    text = client.get(page("calendar", berlin)).content.decode()

    assert "09:00–17:00" in text
    assert "New Year" in text or "Neujahr" in text


def test_only_a_definition_that_differs_makes_a_version(client, lead, berlin):
    first = current_version(berlin)

    update_calendar(berlin, by=lead, name="Berlin office")
    berlin.refresh_from_db()
    assert current_version(berlin) == first
    update_calendar(berlin, by=lead, weekly={"mon": [["10:00", "12:00"]]})
    berlin.refresh_from_db()

    assert current_version(berlin).number == 2
    assert first.definition["weekly"]["mon"] == [["09:00", "17:00"]]


def test_a_day_that_differs_is_set_switched_off_and_removed(client, lead, berlin):
    client.post(
        page("calendar_day_set", berlin),
        {"day": "2026-12-24", "label": "Eve", "opens": "09:00", "closes": "12:00"},
    )
    version = current_version(berlin)
    assert version.definition["overrides"] == {"2026-12-24": [["09:00", "12:00"]]}

    day = page("calendar_day_remove", berlin, "2026-12-24")
    client.post(day, {"active": "0"})
    assert current_version(berlin).definition["overrides"] == {}
    assert berlin.days.count() == 1
    client.post(day)

    assert berlin.days.count() == 0


def test_a_file_with_days_off_is_imported_once(client, lead, berlin):
    set_day(berlin, by=lead, day=date(2030, 3, 4), label="Kept", intervals=[])
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x",
        "BEGIN:VEVENT", "SUMMARY:Party", "DTSTART;VALUE=DATE:20300304", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Trip", "DTSTART;VALUE=DATE:20300305", "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip

    for _ in range(2):
        upload = SimpleUploadedFile("x.ics", "\r\n".join(lines).encode())
        assert client.post(page("calendar_import", berlin), {"file": upload}).url

    assert list(berlin.days.values_list("label", flat=True)) == ["Kept", "Trip"]


def test_a_file_that_is_no_calendar_is_refused(client, lead, berlin):
    upload = SimpleUploadedFile("x.ics", b"hello")

    answer = client.post(page("calendar_import", berlin), {"file": upload})

    assert answer.status_code == 422
    assert "iCal" in answer.content.decode()


def test_a_promise_tried_is_due_in_the_calendars_own_time(client, lead, berlin):
    answer = client.get(
        page("calendar", berlin),
        {
            "start": "2026-06-01T16:00",
            "target": "4 h",
            "pauses": "2026-06-02 09:00 – 2026-06-02 10:00",
            "done_at": "2026-06-02T14:00",
        },
    )

    text = answer.content.decode()
    assert "Due Tue 2 Jun 2026, 13:00" in text
    assert "Late by 1" in text
    assert "paused" in text


@pytest.mark.parametrize(
    "changes", [{"target": "soon"}, {"pauses": "noon"}, {"start": ""}]
)
def test_what_cannot_be_tried_is_named(client, lead, berlin, changes):
    asked = {"start": "2026-06-01T16:00", "target": "4 h"} | changes

    assert client.get(page("calendar", berlin), asked).status_code == 422


def test_a_calendar_nothing_runs_by_is_removed_and_others_stay(client, lead, berlin):
    office = WorkingCalendar.objects.get(name="Office hours")

    client.post(page("calendar_delete", berlin))
    client.post(page("calendar_delete", office))

    assert list(WorkingCalendar.objects.all()) == [office]


def test_stored_names_appear_inert(client, lead, berlin):
    update_calendar(berlin, by=lead, name="<script>alert(1)</script>")
    set_day(berlin, by=lead, day=date(2030, 1, 1), label="<img src=x onerror=alert(1)>")

    for path in (reverse("organisation:calendars"), page("calendar", berlin)):
        text = client.get(path).content.decode()
        assert "<script>alert(1)" not in text
        assert "<img src=x" not in text
