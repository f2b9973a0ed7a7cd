"""How the desk is set up, over the API: settings, recomputing, counts, columns."""

import pytest

from events.models import Event
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory, CustomFieldFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import ClockRebuildFactory, TicketFactory
from tests.tickets.clock_world import Desk
from tickets.models import ClockRebuild, QueueColumns, SupportSettings
from tickets.services.rebuild import continue_rebuilds

SUPPORT = "/api/v1/support/settings/"
REBUILDS = "/api/v1/sla/rebuilds/"
COUNTS = "/api/v1/tickets/counts/"
COLUMNS = "/api/v1/tickets/columns/"


# --- how support works ----------------------------------------------------------------


def test_how_support_works_is_read_and_changed(api):
    team = TeamFactory(name="Second line")
    before = api.get(SUPPORT).json()
    assert before["auto_close_days"] == 7
    assert [level["level"] for level in before["levels"]] == [1, 2, 3, 4]

    level = {"level": 2, "response_minutes": 45, "team": str(team.public_id)}
    answer = api.patch(SUPPORT, {"warn_percent": 60, "levels": [level]})

    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["warn_percent"] == 60
    assert found["auto_close_days"] == 7
    assert found["levels"][1] == {"name": before["levels"][1]["name"], **level}
    assert found["levels"][0] == before["levels"][0]
    assert api.get(SUPPORT).json() == found
    told = Event.objects.get(kind="support_settings_changed").data
    assert told["warn_percent"] == [75, 60]
    assert "level_2_response_minutes" in told


def test_the_team_of_a_level_is_taken_off_by_name_only(api):
    team = TeamFactory()
    level = {"level": 1, "team": str(team.public_id)}
    api.patch(SUPPORT, {"levels": [level]})

    kept = api.patch(SUPPORT, {"levels": [{"level": 1, "response_minutes": 9}]})
    assert kept.json()["levels"][0]["team"] == str(team.public_id)
    gone = api.patch(SUPPORT, {"levels": [{"level": 1, "team": None}]})
    assert gone.json()["levels"][0]["team"] is None
    assert gone.json()["levels"][0]["response_minutes"] == 9


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"warn_percent": 100}, "/warn_percent"),
        ({"auto_close_days": 0}, "/auto_close_days"),
        ({"retarget_from": "yesterday"}, "/retarget_from"),
        ({"levels": [{"level": 5}]}, "/levels/0/level"),
        ({"levels": [{"response_minutes": 5}]}, "/levels/0/level"),
        ({"levels": [{"level": 1, "response_minutes": 0}]},
            "/levels/0/response_minutes"),
        ({"levels": [{"level": 1, "team": "x"}]}, "/levels/0/team"),
        ({"levels": [{"level": 1}, {"level": 1}]}, "/levels"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_name_the_field(api, body, pointer):
    answer = api.patch(SUPPORT, body)

    assert answer.status_code == 400
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}
    assert not SupportSettings.objects.exclude(auto_close_days=7).exists()


def test_who_works_on_tickets_reads_how_support_works_and_changes_nothing():
    agent = program_of(UserFactory(role="agent"))
    reader = program_of(UserFactory(role="admin"), scopes=("tickets:read",))

    assert agent.get(SUPPORT).status_code == 200
    assert agent.patch(SUPPORT, {"warn_percent": 60}).status_code == 403
    assert reader.patch(SUPPORT, {"warn_percent": 60}).status_code == 403
    other = program_of(UserFactory(role="admin"), scopes=("accounts:read",))
    assert other.get(SUPPORT).status_code == 403


# --- recomputing ----------------------------------------------------------------------


def test_open_tickets_of_a_calendar_are_recomputed_and_watched(api):
    desk = Desk()
    desk.ticket()
    address = f"/api/v1/calendars/{desk.calendar.public_id}/rebuild/"
    size = api.get(address).json()

    answer = api.post(address)

    assert answer.status_code == 202, answer.content
    begun = answer.json()
    assert begun["ticket_count"] == size["ticket_count"]
    assert begun["calendar"] == str(desk.calendar.public_id)
    assert (begun["tier"], begun["status"]) == (None, "waiting")
    assert api.post(address).json()["id"] == begun["id"]
    continue_rebuilds()
    done = api.get(f"{REBUILDS}{begun['id']}/").json()
    assert done["status"] == "finished"
    assert done["done_count"] == size["ticket_count"]


def test_how_many_tickets_follow_a_tier_is_told_before(api):
    desk = Desk()
    desk.ticket()
    address = f"/api/v1/sla/tiers/{desk.tier.public_id}/rebuild/"

    assert api.get(address).json() == {"ticket_count": 1}
    assert not ClockRebuild.objects.exists()
    begun = api.post(address).json()
    assert begun["tier"] == str(desk.tier.public_id)
    assert api.get(f"{REBUILDS}{begun['id']}/").json() == begun


def test_recomputations_are_listed_by_what_was_edited(api):
    wanted = ClockRebuildFactory()
    ClockRebuildFactory()
    rows = api.get(REBUILDS, {"tier": wanted.tier.public_id, "fields": "id"}).json()

    assert rows["results"] == [{"id": str(wanted.public_id)}]
    assert len(api.get(REBUILDS, {"status": "waiting"}).json()["results"]) == 2
    assert api.get(REBUILDS, {"status": "late"}).status_code == 400


def test_recomputing_is_for_who_edits_support():
    row, calendar = ClockRebuildFactory(), Desk().calendar
    address = f"/api/v1/calendars/{calendar.public_id}/rebuild/"
    agent = program_of(UserFactory(role="agent"))
    reader = program_of(UserFactory(role="admin"), scopes=("tickets:read",))

    assert agent.post(address).status_code == 403
    assert agent.get(f"{REBUILDS}{row.public_id}/").status_code == 403
    assert reader.post(address).status_code == 403
    assert reader.get(address).status_code == 200
    assert not ClockRebuild.objects.filter(calendar=calendar).exists()
    missing = "00000000-0000-0000-0000-000000000000"
    assert reader.get(f"{REBUILDS}{missing}/").status_code == 404


def test_every_version_of_a_tier_is_listed_with_who_published_it(api, admin):
    desk = Desk()
    tier = f"/api/v1/sla/tiers/{desk.tier.public_id}/"
    body = {
        "targets": {"high": {"resolution": {"minutes": 30, "clock": "always"}}},
        "calendar": str(desk.calendar.public_id),
        "note": "Sooner",
    }
    newest = api.post(f"{tier}publish/", body).json()["version"]

    rows = api.get(f"{tier}versions/", {"ordering": "-number"}).json()["results"]

    assert [row["number"] for row in rows] == [2, 1]
    assert rows[0] == newest
    assert rows[0]["published_by"] == str(admin.public_id)
    assert rows[1]["published_by"] is None
    agent = program_of(UserFactory(role="agent"))
    assert agent.get(f"{tier}versions/", {"fields": "note"}).json()["results"] == [
        {"note": ""},
        {"note": "Sooner"},
    ]
    outside = program_of(UserFactory(role="agent"), scopes=("accounts:read",))
    assert outside.get(f"{tier}versions/").status_code == 403
    missing = "00000000-0000-0000-0000-000000000000"
    assert api.get(f"/api/v1/sla/tiers/{missing}/versions/").status_code == 404


# --- counts and columns ---------------------------------------------------------------


def test_queues_are_counted_as_the_list_shows_them(api, admin):
    TicketFactory(assignee=admin)
    TicketFactory.create_batch(2)
    found = {row["queue"]: row for row in api.get(COUNTS).json()["queues"]}

    assert found["mine"] == {"queue": "mine", "count": 1, "is_capped": False}
    assert found["unassigned"]["count"] == 2
    for key, row in found.items():
        listed = api.get("/api/v1/tickets/", {"queue": key}).json()["results"]
        assert len(listed) == row["count"], key


def test_queues_are_counted_for_the_caller(organisation):
    organisation.row_scope = "book"
    organisation.save()
    agent = UserFactory(role="agent")
    TicketFactory(account=AccountFactory())
    TicketFactory(account=AccountFactory(owner=agent))
    rows = program_of(agent).get(COUNTS).json()["queues"]

    assert {row["queue"]: row["count"] for row in rows}["all"] == 1
    other = program_of(agent, scopes=("accounts:read",))
    assert other.get(COUNTS).status_code == 403
    assert program_of(agent).get(COUNTS, {"view": "mine"}).status_code == 400


def test_columns_of_the_queue_are_chosen_and_given_back(api, admin):
    CustomFieldFactory(target="ticket", key="shop", label="Shop")
    usual = api.get(COLUMNS).json()
    fixed = [row["key"] for row in usual["available"] if row["is_fixed"]]
    assert "custom.shop" in {row["key"] for row in usual["available"]}

    answer = api.put(COLUMNS, {"columns": ["custom.shop", *fixed]})

    assert answer.status_code == 200, answer.content
    assert answer.json()["columns"] == ["custom.shop", *fixed]
    assert api.get(COLUMNS).json() == answer.json()
    assert QueueColumns.objects.get(person=admin).keys == ["custom.shop", *fixed]
    assert api.put(COLUMNS, {"columns": []}).json() == usual


def test_a_column_that_does_not_exist_is_refused(api):
    answer = api.put(COLUMNS, {"columns": ["number", "shoe size"]})

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/columns/1"]
    assert not QueueColumns.objects.exists()


def test_who_only_reads_tickets_has_columns_too():
    leader = UserFactory(role="leader")
    assert program_of(leader).put(COLUMNS, {"columns": []}).status_code == 200
    reader = program_of(leader, scopes=("tickets:read",))
    assert reader.put(COLUMNS, {"columns": []}).status_code == 403
