"""Tickets over the API: opening, answering, moving along, many at once, files."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from tests.api.conftest import program_of
from tests.api.ticket_desk import TICKETS, of, problems
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
)
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import (
    CannedReplyFactory,
    SlaTierFactory,
    SlaTierVersionFactory,
)
from tickets.models import Ticket
from tickets.services import add_note, create_ticket, reopen, resolve, watch

# --- opening and reading --------------------------------------------------------------


def test_custom_values_are_those_of_the_declared_fields(api, ticket):
    CustomFieldFactory(target="ticket", key="build", kind="number")

    wrong = api.patch(of(ticket), {"custom": {"build": "many", "nothing": 1}})
    given = api.patch(of(ticket), {"custom": {"build": "7"}})
    taken = api.patch(of(ticket), {"custom": {"build": None}})

    assert set(problems(wrong)) == {"/custom_build", "/custom_nothing"}
    assert given.json()["custom"] == {"build": 7}
    assert taken.json()["custom"] == {}
    fields = api.get("/api/v1/custom-fields/").json()["results"]
    assert [each["target"] for each in fields] == ["ticket"]


def test_a_ticket_is_opened_with_its_clocks(api, account):
    answer = api.post(TICKETS, {
        "subject": "Slow", "text": "Since **today**", "priority": "high",
        "account": str(account.public_id), "category": "performance",
        "requester_email": "eve@acme.test", "tags": ["EU"],
    })  # fmt: skip

    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == f"{TICKETS}{body['id']}/"
    assert answer["ETag"]
    assert (body["status"], body["channel"], body["level"]) == ("new", "api", 2)
    assert {clock["metric"] for clock in body["clocks"]} == {
        "first_response", "resolution",
    }  # fmt: skip
    assert body["next_due_at"]
    assert Ticket.objects.get().messages.get().side == "customer"


def test_the_same_ticket_sent_twice_is_opened_once(api):
    body = {"subject": "Slow", "text": "x"}
    first = api.post(TICKETS, body, headers={"Idempotency-Key": "k1"})
    second = api.post(TICKETS, body, headers={"Idempotency-Key": "k1"})

    assert first.json() == second.json()
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("body", "pointer"), [
    ({"text": "x"}, "/subject"), ({"subject": "x"}, "/text"),
    ({"subject": "x", "text": "x", "priority": "huge"}, "/priority"),
    ({"subject": "x", "text": "x", "account": str(uuid.UUID(int=1))}, "/account"),
    ({"subject": "x", "text": "x", "level": 5}, "/level"),
])  # fmt: skip
def test_what_cannot_be_a_ticket_is_refused_by_field(api, body, pointer):
    answer = api.post(TICKETS, body)

    assert answer.status_code == 400
    assert pointer in problems(answer)


def test_one_ticket_comes_with_conversation_links_and_what_may_follow(api, ticket):
    other = create_ticket(by=None, subject="Other", text="x", account=ticket.account)
    api.post(of(ticket, "link/"), {"other": str(other.public_id), "kind": "related"})

    body = api.get(of(ticket)).json()

    assert [message["text"] for message in body["messages"]] == ["Help"]
    assert body["links"][0]["number"] == other.number
    assert "resolved" in body["transitions"]
    assert body["account_name"] == "Acme"
    clocks = api.get(of(ticket, "clocks/")).json()
    assert clocks[0]["segments"]
    assert set(api.get(of(ticket) + "?fields=id,messages").json()) == {"id", "messages"}


def test_the_list_is_filtered(api, account, ticket, admin):
    team = TeamFactory()
    mine = create_ticket(
        by=None, subject="Other words", text="Zebra", account=account, team=team,
        assignee=admin, priority="critical", tags=["eu", "vip"],
    )  # fmt: skip
    api.post(of(ticket, "spam/"))

    for query in (
        {"q": "zebra"}, {"assignee": "me"}, {"team": str(team.public_id)},
        {"priority": "critical"}, {"tag": "vip,eu"}, {"state": "open"},
        {"account": str(account.public_id)}, {"number": mine.number}, {},
        {"queue": "mine"}, {"status": "assigned"},
    ):  # fmt: skip
        found = api.get(TICKETS, query).json()["results"]
        assert [row["id"] for row in found] == [str(mine.public_id)], query
    assert len(api.get(TICKETS, {"updated_since": "2020-01-01T00:00Z"}).json()[
        "results"]) == 2  # fmt: skip
    assert api.get(TICKETS, {"is_spam": "true"}).json()["results"][0]["id"] == str(
        ticket.public_id
    )
    assert api.get(TICKETS, {"assignee": "x"}).status_code == 400
    assert api.get(TICKETS, {"asignee": "me"}).status_code == 400


@pytest.mark.parametrize("ordering", ["opened", "-updated", "due", "priority"])
def test_pages_neither_skip_nor_repeat(api, account, ordering):
    made = {
        str(create_ticket(
            by=None, subject=f"No {number}", text="x", account=account,
            priority=("low", "high")[number % 2],
        ).public_id)
        for number in range(7)
    }  # fmt: skip
    seen, address = [], f"{TICKETS}?limit=3&ordering={ordering}"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]

    assert len(seen) == 7
    assert set(seen) == made


def test_a_longer_list_takes_no_more_queries(api, account):
    def queries(address):
        with CaptureQueriesContext(connection) as found:
            assert api.get(address).status_code == 200
        return len(found)

    def open_some(count):
        for _ in range(count):
            create_ticket(by=None, subject="x", text="y", account=account)

    def grow(count):
        for _ in range(count):
            create_ticket(by=None, subject="x", text="y", account=AccountFactory())
            CannedReplyFactory(owner=None)
            SlaTierVersionFactory(tier=SlaTierFactory())
            person = UserFactory(role="agent")
            add_note(one, by=person, text="n")
            watch(one, by=person, person=person)
            resolve(one, by=person)
            reopen(one, by=person)

    one = create_ticket(by=None, subject="x", text="y", account=account)
    addresses = (
        TICKETS, of(one), of(one, "messages/"), of(one, "clocks/"),
        "/api/v1/canned-replies/", "/api/v1/sla/tiers/",
    )  # fmt: skip
    grow(1)
    before = {address: queries(address) for address in addresses}
    grow(4)
    for address in addresses:
        assert queries(address) <= before[address], address


def test_tickets_of_unseen_accounts_do_not_exist(api, ticket, organisation):
    organisation.row_scope = "book"
    organisation.save()
    stranger = program_of(UserFactory(role="agent"))

    assert stranger.get(of(ticket)).status_code == 404
    assert stranger.post(of(ticket, "claim/")).status_code == 404
    assert stranger.get(TICKETS).json()["results"] == []
    answer = stranger.post(
        f"{TICKETS}bulk/", {"tickets": [str(ticket.public_id)], "change": "close"}
    )
    assert answer.json()["results"][0]["is_found"] is False


# --- changing -------------------------------------------------------------------------


def test_a_change_names_fields_people_and_status_at_once(api, ticket, admin):
    answer = api.patch(of(ticket), {
        "subject": "Very slow", "assignee": str(admin.public_id),
        "status": "in_progress", "tags": ["A"],
    })  # fmt: skip

    body = answer.json()
    assert answer.status_code == 200
    assert (body["subject"], body["status"], body["tags"]) == (
        "Very slow", "in_progress", ["a"],
    )  # fmt: skip
    assert body["assignee"] == str(admin.public_id)


def test_a_stale_change_is_412(api, ticket):
    tag = api.get(of(ticket))["ETag"]
    api.patch(of(ticket), {"subject": "One"}, headers={"If-Match": tag})

    answer = api.patch(of(ticket), {"subject": "Two"}, headers={"If-Match": tag})

    assert answer.status_code == 412
    assert answer["ETag"] != tag


def test_an_impossible_step_is_409_and_changes_nothing(api, ticket):
    answer = api.patch(of(ticket), {"subject": "New", "status": "closed"})

    assert answer.status_code == 409
    assert "cannot become closed" in answer.json()["detail"]
    assert Ticket.objects.get().subject == "Slow"


def test_claiming_says_who_was_faster(api, ticket):
    other = program_of(UserFactory(role="agent", name="Ben Bell"))
    assert other.post(of(ticket, "claim/")).json()["status"] == "assigned"

    answer = api.post(of(ticket, "claim/"))

    assert answer.status_code == 409
    assert "Ben Bell" in answer.json()["detail"]
    assert other.post(of(ticket, "release/")).json()["assignee"] is None


def test_a_ticket_goes_its_whole_way(api, ticket, admin):
    steps = [
        ("assign/", {"assignee": str(admin.public_id)}, "assigned"),
        ("status/", {"status": "in_progress"}, "in_progress"),
        ("escalate/", {"reason": "Too hard"}, "in_progress"),
        ("snooze/", {"until": "2099-01-01T00:00Z"}, "in_progress"),
        ("wake/", None, "in_progress"),
        ("resolve/", {"note": "Restarted"}, "resolved"),
        ("reopen/", None, "in_progress"),
        ("close/", None, "closed"),
        ("watch/", {"email": "boss@acme.test"}, "closed"),
        ("unwatch/", {"email": "boss@acme.test"}, "closed"),
        ("spam/", None, "closed"),
        ("unspam/", None, "closed"),
    ]
    for address, body, status in steps:
        answer = api.post(of(ticket, address), body if body is not None else {})
        assert answer.status_code == 200, (address, answer.content)
        assert answer.json()["status"] == status
    last = api.get(of(ticket)).json()
    assert (last["level"], last["escalation_count"]) == (2, 1)
    assert (last["cycle"], last["resolution_note"]) == (2, "Restarted")
    assert api.post(of(ticket, "escalate/"), {"reason": "x"}).status_code == 409


def test_the_customer_of_a_ticket_is_changed(api, ticket):
    hanna = ContactFactory(account=AccountFactory(name="Globex"), name="Hanna Hill")
    customer = of(ticket, "customer/")

    answer = api.post(customer, {"contact": str(hanna.public_id)})

    body = answer.json()
    assert answer.status_code == 200
    assert (body["account_name"], body["contact"]) == ("Globex", str(hanna.public_id))
    assert (body["requester_name"], body["requester_email"]) == (
        "Hanna Hill", hanna.email,
    )  # fmt: skip
    stale = api.post(customer, {}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    wrong = {"contact": str(hanna.public_id), "account": str(ticket.account.public_id)}
    assert api.post(customer, wrong).status_code == 400
    assert api.post(customer, {}).json()["account"] is None


def test_only_an_integration_passes_on_a_rating_and_is_named(api, ticket):
    survey = UserFactory(role="integration", name="Survey")
    rate = of(ticket, "rate/")
    api.post(of(ticket, "resolve/"), {})

    assert api.post(rate, {"score": 4}).status_code == 403
    assert program_of(survey).post(rate, {"score": 9}).status_code == 400
    assert program_of(survey).post(rate, {"score": 4}).json()["csat"] == 4
    assert Event.objects.get(kind="ticket_rated").actor_id == survey.pk


def test_tickets_merge_and_split(api, ticket):
    other = create_ticket(by=None, subject="Two", text="More", account=ticket.account)
    answer = api.post(of(ticket, "merge/"), {"sources": [str(other.public_id)]})
    assert answer.json()["id"] == str(ticket.public_id)
    again = api.post(of(ticket, "merge/"), {"sources": [str(other.public_id)]})
    assert again.status_code == 409
    moved = ticket.messages.get(text="More")

    split = api.post(
        of(ticket, "split/"), {"messages": [str(moved.public_id)], "subject": "Three"}
    )

    assert split.status_code == 201
    assert split.json()["subject"] == "Three"
    gone = api.get(of(other)).json()
    assert (gone["merged_into"], gone["transitions"]) == (str(ticket.public_id), [])
