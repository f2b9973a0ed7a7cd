"""The SLA preview, tiers and calendars over the API."""

import json
from pathlib import Path

import pytest

from organisation.models import Organisation, WorkingCalendar
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory, PlanFactory, SegmentFactory
from tests.factories.organisation import UserFactory
from tickets.models import ClockRebuild, SlaTier

CASES = Path(__file__).parents[2].parent / "shared" / "conformance" / "sla_cases.json"
PREVIEW = "/api/v1/sla/preview/"
TIERS = "/api/v1/sla/tiers/"
CALENDARS = "/api/v1/calendars/"
WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
REQUEST_FIELDS = {
    "calendar", "start", "target_minutes", "warn_percent", "pauses", "done_at",
}  # fmt: skip
TARGETS = {"high": {"resolution": {"minutes": 240, "clock": "calendar"}}}


def body(**changes):
    return {
        "calendar": {"timezone": "Europe/Berlin", "weekly": WEEK},
        "start": "2026-01-16T17:30:00+01:00",
        "target_minutes": 240,
    } | changes


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
def test_every_shared_case_is_met(api):
    for case in json.loads(CASES.read_text()):
        asked = {name: case[name] for name in case.keys() & REQUEST_FIELDS}
        answer = api.post(PREVIEW, asked)
        assert answer.status_code == 200, case["id"]
        told = answer.json()
        for name in told.keys() & case.keys():
            assert told[name] == case[name], (case["id"], name)


def test_the_preview_answers_due_verdict_and_segments(api):
    told = api.post(
        PREVIEW,
        body(
            pauses=[["2026-01-19T09:00:00+01:00", "2026-01-19T10:00:00+01:00"]],
            done_at="2026-01-19T14:00:00+01:00",
        ),
    ).json()

    assert told["due_at"] == "2026-01-19T12:30:00Z"
    assert told["paused_minutes"] == 60
    assert told["open_minutes_until_done"] == 270
    assert (told["met"], told["late_by_seconds"]) == (False, 1800)
    assert sum(segment["seconds"] for segment in told["segments"]) == (
        2 * 24 * 3600 + 20.5 * 3600
    )


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"start": "2026-01-16T17:30:00"}, "/start"),
        ({"done_at": "2026-01-19T17:30:00"}, "/done_at"),
        ({"pauses": [["2026-01-19T09:00:00", None]]}, "/pauses/0"),
        ({"target_minutes": 0}, "/target_minutes"),
        ({"target_minutes": None}, "/target_minutes"),
        ({"calendar": {"timezone": "Mars/Base", "weekly": WEEK}}, "/calendar/timezone"),
        ({"calendar": {"timezone": "UTC", "weekly": {}}}, "/calendar"),
        (
            {"calendar": {"timezone": "UTC", "weekly": {"mon": [["9", "10:00"]]}}},
            "/calendar/weekly/mon/0",
        ),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_what_cannot_be_read_is_named(api, changes, pointer):
    answer = api.post(PREVIEW, body(**changes))

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_body_that_is_no_object_is_refused(api):
    assert api.post(PREVIEW, [1]).status_code == 400


def test_the_preview_needs_the_reading_scope_and_ignores_the_idempotency_key(admin):
    reader = program_of(admin, scopes=["tickets:read"])
    other = program_of(admin, scopes=["accounts:read"])

    assert other.post(PREVIEW, body()).status_code == 403
    for minutes in (60, 120):
        answer = reader.post(
            PREVIEW,
            body(target_minutes=minutes),
            headers={"Idempotency-Key": "same"},
        )
        assert answer.status_code == 200


def test_a_calendar_is_made_changed_and_removed(api):
    made = api.post(
        CALENDARS,
        {
            "name": "Munich",
            "timezone": "Europe/Berlin",
            "weekly": WEEK,
            "holiday_country": "de",
            "holiday_region": "BY",
            "days": [{"day": "2026-12-24", "intervals": [["09:00", "12:00"]]}],
        },
    )
    assert made.status_code == 201
    place = f"{CALENDARS}{made.json()['id']}/"

    changed = api.patch(place, {"weekly": {"mon": [["22:00", "06:00"]]}})

    assert changed.status_code == 200
    assert changed.json()["weekly"] == {"mon": [["22:00", "06:00"]]}
    assert changed.json()["days"][0]["day"] == "2026-12-24"
    assert api.get(place).json()["holiday_country"] == "DE"
    assert api.delete(place).status_code == 204
    assert not WorkingCalendar.objects.filter(name="Munich").exists()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"weekly": {}}, "/weekly"),
        ({"weekly": {"monday": [["09:00", "10:00"]]}}, "/weekly/monday"),
        ({"weekly": {"mon": [["9:00", "noon"]]}}, "/weekly"),
        ({"timezone": "Mars/Base"}, "/timezone"),
        ({"holiday_country": "XX"}, "/holiday_region"),
        ({"days": [{"day": "2026-12-24", "intervals": [["a", "b"]]}]}, "/days"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_beside_its_field(
    api, changes, pointer
):
    answer = api.post(
        CALENDARS, {"name": "X", "timezone": "UTC", "weekly": WEEK} | changes
    )

    assert answer.status_code == 400, answer.json()
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_calendar_that_tiers_run_by_stays(api):
    calendar = WorkingCalendar.objects.get(name="Office hours")

    answer = api.delete(f"{CALENDARS}{calendar.public_id}/")

    assert answer.status_code == 400


def test_a_tier_is_made_published_and_recomputed(api):
    calendar = WorkingCalendar.objects.get(name="Office hours")
    plan, segment = PlanFactory(), SegmentFactory()
    made = api.post(
        TIERS,
        {
            "name": "Gold",
            "priority": 5,
            "plans": [str(plan.public_id)],
            "targets": TARGETS,
            "calendar": str(calendar.public_id),
        },
    )
    assert made.status_code == 201, made.json()
    place = f"{TIERS}{made.json()['id']}/"
    assert made.json()["version"]["targets"] == TARGETS

    api.patch(place, {"plans": [], "segments": [str(segment.public_id)]})
    published = api.post(
        f"{place}publish/",
        {
            "targets": {"low": {"resolution": {"minutes": 60, "clock": "always"}}},
            "calendar": str(calendar.public_id),
            "note": "Sooner",
            "recompute_open_tickets": True,
        },
    )

    told = published.json()
    assert told["version"]["number"] == 2
    assert (told["plans"], told["segments"]) == ([], [str(segment.public_id)])
    assert ClockRebuild.objects.count() == 1
    assert api.post(f"{place}rebuild/").status_code == 202
    assert api.post(f"{place}default/").json()["is_default"] is True
    assert SlaTier.objects.get(is_default=True).name == "Gold"
    assert api.delete(place).status_code == 400


def test_targets_that_make_no_sense_are_refused(api):
    tier = SlaTier.objects.get(slug="shared")
    calendar = WorkingCalendar.objects.get(name="Office hours")

    answer = api.post(
        f"{TIERS}{tier.public_id}/publish/",
        {
            "targets": {"urgent": {"resolution": {"minutes": 5, "clock": "always"}}},
            "calendar": str(calendar.public_id),
        },
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/targets"


def test_an_agent_reads_tiers_and_calendars_and_changes_none():
    agent = program_of(UserFactory(role="agent"))

    assert agent.get(TIERS).status_code == 200
    assert agent.get(CALENDARS).status_code == 200
    assert agent.post(TIERS, {}).status_code == 403
    assert agent.post(CALENDARS, {}).status_code == 403


def test_lists_ask_the_same_number_of_queries_for_more_rows(
    api, django_assert_max_num_queries
):
    for path in (TIERS, CALENDARS):
        with django_assert_max_num_queries(12):
            assert len(api.get(path).json()["results"]) >= 1


def test_whoever_sees_some_accounts_neither_reads_nor_moves_the_others_of_a_tier():
    lead = UserFactory(role="lead")
    Organisation.objects.update_or_create(pk=1, defaults={"row_scope": "book"})
    mine, hidden = AccountFactory(owner=lead), AccountFactory()
    tier = SlaTier.objects.get(slug="shared")
    tier.accounts.set([mine, hidden])
    api, address = program_of(lead), f"{TIERS}{tier.public_id}/"

    assert api.get(address).json()["accounts"] == [str(mine.public_id)]
    refused = api.patch(address, {"accounts": [str(hidden.public_id)]})
    assert refused.status_code == 400
    assert api.patch(address, {"accounts": []}).json()["accounts"] == []
    assert list(tier.accounts.all()) == [hidden]
