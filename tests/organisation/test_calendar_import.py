"""iCal files become closed days and short days."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from organisation import calendar_import
from organisation.calendar_import import read_days

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
TODAY = date(2026, 6, 1)


def ical(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def days(*events, weekly=WEEK, timezone="Europe/Berlin"):
    rows = read_days(ical(*events), weekly=weekly, timezone=timezone, today=TODAY)
    return {row["day"].isoformat(): row["intervals"] for row in rows}


def test_an_all_day_event_closes_each_of_its_days():
    found = days(
        ("SUMMARY:Trip", "DTSTART;VALUE=DATE:20260706", "DTEND;VALUE=DATE:20260708")
    )

    assert found == {"2026-07-06": [], "2026-07-07": []}


def test_what_lies_outside_the_opening_hours_changes_nothing():
    trip = ("DTSTART;VALUE=DATE:20260706", "DTEND;VALUE=DATE:20260707")
    party = ("DTSTART:20260710T180000", "DTEND:20260710T230000")
    sunday = ("DTSTART;VALUE=DATE:20260712",)

    assert days(trip, party, sunday) == {"2026-07-06": []}


def test_a_timed_event_takes_its_hours_out_of_the_day():
    assert days(("DTSTART:20260706T120000", "DTEND:20260706T130000")) == {
        "2026-07-06": [["09:00", "12:00"], ["13:00", "17:00"]]
    }
    assert days(("DTSTART:20261224T100000Z", "DTEND:20261224T230000Z")) == {
        "2026-12-24": [["09:00", "11:00"]],
    }


def test_a_yearly_event_is_spelt_out_ten_years_ahead_without_its_exceptions():
    found = days(
        (
            "SUMMARY:Founding day",
            "DTSTART;VALUE=DATE:20200302",
            "RRULE:FREQ=YEARLY",
            "EXDATE;VALUE=DATE:20270302",
        ),
        weekly=WEEK | {"sat": [["09:00", "12:00"]], "sun": [["09:00", "12:00"]]},
    )

    assert min(found) == "2025-03-02"
    assert max(found) == "2036-03-02"
    assert "2027-03-02" not in found
    assert len(found) == 11


def test_a_repetition_ends_where_it_says():
    found = days(
        (
            "DTSTART:20260601T120000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY;UNTIL=20260615T120000Z",
        )
    )

    assert list(found) == ["2026-06-01", "2026-06-08", "2026-06-15"]


def test_two_events_on_one_day_both_count():
    found = days(
        ("SUMMARY:A", "DTSTART:20260706T090000", "DTEND:20260706T100000"),
        ("SUMMARY:B", "DTSTART:20260706T160000", "DTEND:20260706T170000"),
    )

    assert found == {"2026-07-06": [["10:00", "16:00"]]}


def test_cancelled_events_do_not_count():
    with pytest.raises(ValidationError):
        days(("STATUS:CANCELLED", "DTSTART;VALUE=DATE:20260706"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        ical(),
        ical(("SUMMARY:No start",)),
        ical(("DTSTART;VALUE=DATE:20260706", "DTEND:20260707T100000Z")),
        ical(("DTSTART:20260706T100000", "DTEND:20260706T110000Z")),
        ical(("DTSTART;VALUE=DATE:19990101",)),
        ical(("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20280101")),
        ical(("DTSTART;VALUE=DATE:20260102", "DTEND;VALUE=DATE:20260101")),
        ical(("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=DAILY")),
        ical(("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=NEVER")),
        ical(("DTSTART:20250101T000000", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")),
        ical(("DTSTART:20250101T000000", "DURATION:PT1M", "RRULE:FREQ=MINUTELY")),
        ical(("DTSTART:20250101T000000", "DURATION:PT1H", "RRULE:FREQ=HOURLY")),
        ical(("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=DAILY;INTERVAL=0")),
        ical(("DTSTART:20250101T000000", "RRULE:FREQ=YEARLY;BYMINUTE=1,2,3,4,5")),
        b"x" * (calendar_import.MOST_BYTES + 1),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_plain_words(data):
    with pytest.raises(ValidationError) as refused:
        read_days(data, weekly=WEEK, timezone="UTC", today=TODAY)

    assert "file" in refused.value.message_dict


def test_a_file_that_takes_too_long_to_spell_out_is_refused(monkeypatch):
    monkeypatch.setattr(calendar_import, "MOST_SECONDS", 0.2)
    never = ("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")

    with pytest.raises(ValidationError, match="take too long"):
        days(*[never] * 50, ("DTSTART;VALUE=DATE:20260706",))
