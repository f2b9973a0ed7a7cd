"""On call over the API: how it is set up, pages, acknowledging."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from health.models import OnCallPage
from tests.api.conftest import program_of
from tests.factories.health import AlertChannelFactory, OnCallPageFactory
from tests.factories.organisation import UserFactory
from tests.factories.tickets import TicketFactory
from tests.health.on_call_world import START, Desk

ON_CALL, PAGES = "/api/v1/on-call/", "/api/v1/on-call/pages/"


def test_who_is_on_call_is_read_and_changed(api):
    agent, channel = UserFactory(role="agent", name="Ada"), AlertChannelFactory()
    before = api.get(ON_CALL)
    assert before.json()["is_on"] is False
    assert before.json()["priorities"] == ["critical"]

    body = {"people": [agent.public_id], "channels": [channel.public_id],
            "priorities": ["critical", "high"], "repeat_minutes": 5}  # fmt: skip
    answer = api.patch(ON_CALL, body, headers={"If-Match": before["ETag"]})

    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["is_on"] is True
    assert [each["name"] for each in found["people"]] == ["Ada"]
    assert "url" not in found["channels"][0]
    assert found["repeat_minutes"] == 5
    assert found["most_pages"] == 12
    assert found["joined_at"] == {}
    later = api.patch(ON_CALL, {"priorities": ["critical", "high", "low"]}).json()
    assert list(later["joined_at"]) == ["low"]
    stale = api.patch(ON_CALL, {"people": []}, headers={"If-Match": before["ETag"]})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"priorities": []}, "/priorities"),
        ({"priorities": ["urgent"]}, "/priorities/0"),
        ({"repeat_minutes": 0}, "/repeat_minutes"),
        ({"most_pages": "often"}, "/most_pages"),
        ({"second_after_minutes": 5}, "/second_people"),
        ({"people": ["00000000-0000-0000-0000-000000000000"]}, "/people"),
    ],
)
def test_what_cannot_be_names_the_field(api, body, pointer):
    answer = api.patch(ON_CALL, body)

    assert answer.status_code == 400
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}


def test_a_program_cannot_be_on_call(api):
    program = UserFactory(role="integration")
    answer = api.patch(ON_CALL, {"people": [program.public_id]})

    assert answer.status_code == 400
    assert "may not see tickets" in answer.content.decode()


def test_a_page_is_listed_read_and_acknowledged(api, admin):
    desk = Desk()
    desk.call()
    ticket = desk.open()
    desk.tick()
    (listed,) = api.get(PAGES, {"is_open": "true"}).json()["results"]
    assert listed["ticket"] == str(ticket.public_id)
    assert listed["calls"][0]["person"]["name"] == "Ada Agent"
    assert listed["calls"][0]["sent"] == 1

    address = f"{PAGES}{listed['id']}/"
    answer = api.post(f"{address}acknowledge/")

    assert answer.status_code == 200, answer.content
    assert answer.json()["end_reason"] == "acknowledged"
    assert api.get(address).json()["ended_by"] == str(admin.public_id)
    again = program_of(desk.agent).post(f"{address}acknowledge/")
    assert again.json()["ended_by"] == str(admin.public_id)
    assert api.get(PAGES, {"is_open": "true"}).json()["results"] == []
    (found,) = api.get(PAGES, {"end_reason": "acknowledged"}).json()["results"]
    assert found["id"] == listed["id"]


def test_who_neither_works_on_tickets_nor_is_on_call_is_refused():
    page = OnCallPageFactory()
    answer = program_of(UserFactory(role="leader")).post(
        f"{PAGES}{page.public_id}/acknowledge/"
    )

    assert answer.status_code == 409
    assert OnCallPage.objects.open().exists()


def test_pages_are_filtered_by_ticket_and_chosen_fields(api):
    wanted = TicketFactory()
    OnCallPageFactory()
    OnCallPageFactory(ticket=wanted)
    rows = api.get(PAGES, {"ticket": wanted.public_id, "fields": "number"}).json()

    assert rows["results"] == [{"number": wanted.number}]


def test_a_long_list_of_pages_takes_as_many_queries_as_a_short_one(api):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert api.get(PAGES).status_code == 200
        return len(found)

    OnCallPageFactory()
    queries()
    few = queries()
    for number in range(10):
        OnCallPageFactory(started_at=START + timedelta(minutes=number))

    assert queries() == few
