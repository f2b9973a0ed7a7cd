"""The SLA preview: JSON in, JSON out, every bad field named."""

import json
from pathlib import Path

import pytest

from core.working_time_preview import InvalidField, preview

CASES = Path(__file__).parents[2].parent / "shared" / "conformance" / "sla_cases.json"
REQUEST_FIELDS = {
    "calendar",
    "start",
    "target_minutes",
    "warn_percent",
    "pauses",
    "done_at",
}
WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
CALENDAR = {"timezone": "Europe/Berlin", "weekly": WEEK}


def body(**changes):
    return {
        "calendar": CALENDAR,
        "start": "2026-01-16T17:30:00+01:00",
        "target_minutes": 240,
    } | changes


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
def test_every_shared_case_is_met():
    for case in json.loads(CASES.read_text()):
        answer = preview({k: v for k, v in case.items() if k in REQUEST_FIELDS})
        for name in case.keys() & answer.keys():
            assert answer[name] == case[name], (case["id"], name)


def test_without_done_at_the_verdict_is_open():
    answer = preview(body())
    assert answer["due_at"] == "2026-01-19T11:30:00Z"
    assert answer["warn_at"] == "2026-01-19T10:30:00Z"
    assert answer["paused_minutes"] == 0
    for name in ("open_minutes_until_done", "met", "late_by_seconds"):
        assert answer[name] is None


def test_the_segments_run_from_start_to_due():
    assert [(s["kind"], s["seconds"]) for s in preview(body())["segments"]] == [
        ("running", 1800),
        ("outside_hours", 63 * 3600),
        ("running", 12600),
    ]


def test_done_at_the_due_instant_is_met():
    answer = preview(body(done_at="2026-01-19T12:30:00+01:00"))
    assert (answer["met"], answer["late_by_seconds"]) == (True, 0)
    assert answer["open_minutes_until_done"] == 240


def test_done_after_the_due_instant_is_late():
    answer = preview(body(done_at="2026-01-19T12:30:00.5+01:00"))
    assert (answer["met"], answer["late_by_seconds"]) == (False, 0.5)
    assert answer["open_minutes_until_done"] == pytest.approx(240 + 1 / 120)


def test_pauses_count_up_to_done():
    answer = preview(
        body(
            start="2026-01-19T10:00:00+01:00",
            pauses=[["2026-01-19T12:00:00+01:00", "2026-01-19T16:00:00+01:00"]],
            done_at="2026-01-19T13:00:00+01:00",
        )
    )
    assert answer["open_minutes_until_done"] == 120
    assert answer["paused_minutes"] == 60
    assert answer["due_at"] == "2026-01-19T17:00:00Z"
    assert [s["kind"] for s in answer["segments"]] == ["running", "paused"]


def test_a_running_pause_leaves_the_due_time_open():
    start = "2026-01-19T10:00:00+01:00"
    pause = ["2026-01-19T12:00:00+01:00", None]
    answer = preview(body(start=start, pauses=[pause]))
    assert answer["due_at"] is None
    assert answer["warn_at"] is None
    assert answer["paused_minutes"] is None
    assert answer["segments"][-1] == {
        "kind": "paused",
        "start": "2026-01-19T11:00:00Z",
        "end": None,
        "seconds": None,
    }
    done = preview(body(start=start, pauses=[pause], done_at="2026-01-20T12:00:00Z"))
    assert (done["met"], done["late_by_seconds"]) == (True, 0)
    assert done["open_minutes_until_done"] == 120
    assert done["paused_minutes"] == 6 * 60 + 4 * 60


def test_a_pause_that_starts_after_the_due_time_does_not_hide_it():
    answer = preview(body(pauses=[["2026-01-20T12:00:00+01:00", None]]))
    assert answer["due_at"] == "2026-01-19T11:30:00Z"


def test_a_clock_that_starts_paused_has_one_open_segment():
    answer = preview(body(pauses=[["2026-01-12T12:00:00+01:00", None]]))
    assert answer["segments"] == [
        {
            "kind": "paused",
            "start": "2026-01-16T16:30:00Z",
            "end": None,
            "seconds": None,
        }
    ]


def test_the_warning_follows_its_percentage():
    assert preview(body(warn_percent=50))["warn_at"] == "2026-01-19T09:30:00Z"


def test_hours_may_end_at_midnight_or_run_over_it():
    calendar = {
        "timezone": "UTC",
        "weekly": {"mon": [["20:00", "24:00"]], "tue": [["22:00", "06:00"]]},
    }
    answer = preview(
        body(calendar=calendar, start="2026-01-19T00:00:00Z", target_minutes=600)
    )
    assert answer["due_at"] == "2026-01-21T04:00:00Z"


def test_overrides_and_holidays_are_read():
    calendar = {
        "timezone": "UTC",
        "always_open": True,
        "holidays": ["2026-12-24", "2026-12-25"],
        "overrides": {"2026-12-24": [["09:00", "12:00"]]},
    }
    answer = preview(
        body(calendar=calendar, start="2026-12-24T00:00:00Z", target_minutes=240)
    )
    assert answer["due_at"] == "2026-12-26T01:00:00Z"


def test_optional_fields_may_be_null():
    calendar = CALENDAR | {"always_open": None, "holidays": None, "overrides": None}
    answer = preview(
        body(calendar=calendar, pauses=None, warn_percent=None, done_at=None)
    )
    assert answer == preview(body())


def calendar(**changes):
    return {"calendar": CALENDAR | changes}


START = "2026-01-16T17:30:00+01:00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "blue"}, "colour"),
        ({"start": None}, "start"),
        ({"start": "2026-01-16T17:30:00"}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"start": 5}, "start"),
        ({"start": "1801-01-01T00:00:00Z"}, "start"),
        ({"target_minutes": None}, "target_minutes"),
        ({"target_minutes": "240"}, "target_minutes"),
        ({"target_minutes": True}, "target_minutes"),
        ({"target_minutes": 0}, "target_minutes"),
        ({"target_minutes": float("nan")}, "target_minutes"),
        ({"target_minutes": 1e9}, "target_minutes"),
        ({"target_minutes": 5_000_000}, "target_minutes"),
        ({"warn_percent": 101}, "warn_percent"),
        ({"done_at": "2026-01-16T16:29:59Z"}, "done_at"),
        ({"done_at": "2126-01-16T16:29:59Z"}, "done_at"),
        ({"pauses": "none"}, "pauses"),
        ({"pauses": [START]}, "pauses[0]"),
        ({"pauses": [[START]]}, "pauses[0]"),
        ({"pauses": [[None, START]]}, "pauses[0]"),
        ({"pauses": [[START, "2026-01-16T16:29:00Z"]]}, "pauses[0]"),
        ({"pauses": [[START, "2126-01-16T16:29:00Z"]]}, "pauses[0]"),
        ({"calendar": None}, "calendar"),
        ({"calendar": []}, "calendar"),
        (calendar(weekly={}), "calendar"),
        (calendar(weekly=[]), "calendar.weekly"),
        (calendar(weekly={"monday": []}), "calendar.weekly.monday"),
        (calendar(weekly={"mon": [["9", "18:00"]]}), "calendar.weekly.mon[0]"),
        (calendar(weekly={"mon": [["24:00", "18:00"]]}), "calendar.weekly.mon[0]"),
        (calendar(weekly={"mon": [["09:00", 18]]}), "calendar.weekly.mon[0]"),
        (calendar(weekly={"mon": [["09:00"]]}), "calendar.weekly.mon[0]"),
        (calendar(weekly={"mon": None}), "calendar.weekly.mon"),
        (calendar(timezone=None), "calendar.timezone"),
        (calendar(timezone="Mars/Olympus"), "calendar.timezone"),
        (calendar(timezone="../etc/passwd"), "calendar.timezone"),
        (calendar(timezone="Europe"), "calendar.timezone"),
        (calendar(always_open="yes"), "calendar.always_open"),
        (calendar(holidays=["25.12.2026"]), "calendar.holidays[0]"),
        (calendar(holidays=[20261225]), "calendar.holidays[0]"),
        (calendar(overrides={"soon": []}), "calendar.overrides.soon"),
        (calendar(breaks=[]), "calendar.breaks"),
    ],
)
def test_a_bad_field_is_named(changes, field):
    with pytest.raises(InvalidField) as caught:
        preview(body(**changes))
    assert caught.value.field == field
    assert caught.value.message
