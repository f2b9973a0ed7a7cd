"""What programs write on tickets: replies, notes, files, changes of many at once."""

import base64
import uuid

import pytest

from tests.api.conftest import program_of
from tests.api.ticket_desk import TICKETS, of, problems
from tests.factories.organisation import UserFactory
from tests.factories.tickets import (
    CannedReplyFactory,
)
from tickets.models import Attachment, Ticket
from tickets.services import create_ticket

# --- the conversation -----------------------------------------------------------------


def test_a_reply_answers_and_a_note_does_not(api, ticket, admin):
    note = api.post(
        of(ticket, "notes/"), {"text": "Hm", "mentions": [str(admin.public_id)]}
    )
    assert note.status_code == 201
    assert api.get(of(ticket)).json()["first_responded_at"] is None

    answer = api.post(
        of(ticket, "messages/"),
        {"text": "Try <b>again</b>", "status": "waiting", "cc": ["a@acme.test"]},
    )

    assert answer.status_code == 201
    assert answer.json()["html"] == "<p>Try &lt;b&gt;again&lt;/b&gt;</p>\n"
    body = api.get(of(ticket)).json()
    assert body["first_responded_at"]
    assert body["status"] == "waiting"
    texts = [row["kind"] for row in api.get(of(ticket, "messages/")).json()["results"]]
    assert texts == ["public", "note", "public"]


def test_a_customer_message_to_a_closed_ticket_answers_with_the_new_one(api, ticket):
    api.post(of(ticket, "close/"))

    answer = api.post(of(ticket, "messages/"), {
        "text": "Again", "side": "customer", "author_email": "c@acme.test",
    })  # fmt: skip

    assert answer.status_code == 201
    assert answer.json()["ticket"] != str(ticket.public_id)


def test_a_file_is_sent_with_a_message_and_downloaded_as_what_it_is(api, ticket):
    page = b"<html><script>alert(1)</script></html>"
    sent = {"name": "../x/page.html", "content": base64.b64encode(page).decode()}
    row = api.post(of(ticket, "attachments/"), sent)
    assert row.status_code == 201
    assert (row.json()["name"], row.json()["content_type"]) == (
        "page.html", "application/octet-stream",
    )  # fmt: skip
    message = api.post(
        of(ticket, "messages/"), {"text": "See", "attachments": [row.json()["id"]]}
    )
    (shown,) = message.json()["attachments"]

    answer = api.get(shown["address"])

    assert b"".join(answer.streaming_content) == page
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = api.post(
        of(ticket, "messages/"), {"text": "x", "attachments": [row.json()["id"]]}
    )
    assert again.status_code == 400
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(("name", "content", "field"), [
    ("a.exe", b"MZ\0\0", "/file"), ("a.txt", b"", "/content"),
    ("a.txt", b"\x7fELF", "/file"),
])  # fmt: skip
def test_files_that_are_not_taken(api, ticket, name, content, field):
    sent = {"name": name, "content": base64.b64encode(content).decode()}

    answer = api.post(of(ticket, "attachments/"), sent)

    assert answer.status_code == 400
    assert field in problems(answer)


def test_a_file_that_is_too_large_is_refused(api, ticket, settings):
    settings.ATTACHMENT_MAX_BYTES = 100
    sent = {"name": "a.txt", "content": base64.b64encode(b"x" * 101).decode()}

    assert api.post(of(ticket, "attachments/"), sent).status_code == 400
    sent["content"] = "not base64!"
    assert api.post(of(ticket, "attachments/"), sent).status_code == 400


# --- many at once ---------------------------------------------------------------------


def test_many_tickets_change_and_change_back(api, ticket, account):
    other = create_ticket(by=None, subject="Two", text="x", account=account)
    nobody = str(uuid.UUID(int=9))
    ids = [str(ticket.public_id), nobody, str(other.public_id)]

    answer = api.post(
        f"{TICKETS}bulk/", {"tickets": ids, "change": "close", "message": "Fixed."}
    )

    body = answer.json()
    assert (answer.status_code, body["changed"]) == (200, 2)
    assert [row["is_found"] for row in body["results"]] == [True, False, True]
    assert Ticket.objects.filter(status="closed").count() == 2
    undone = api.post(f"{TICKETS}bulk/{body['id']}/undo/")
    assert undone.json() == {"undone": 2}
    assert api.post(f"{TICKETS}bulk/{body['id']}/undo/").status_code == 409


def test_a_bulk_change_needs_its_value(api, ticket):
    for change in ("status", "priority", "add_tag", "merge", "assign"):
        answer = api.post(
            f"{TICKETS}bulk/", {"tickets": [str(ticket.public_id)], "change": change}
        )
        assert answer.status_code == 400


# --- canned replies -------------------------------------------------------------------


def test_canned_replies_are_kept_filled_and_deleted(api, ticket):
    made = api.post("/api/v1/canned-replies/", {
        "name": "Hello", "body": "Dear {{contact.first_name|you}}", "is_shared": True,
    })  # fmt: skip
    address = f"/api/v1/canned-replies/{made.json()['id']}/"
    assert made.status_code == 201

    filled = api.get(f"{address}fill/", {"ticket": str(ticket.public_id)})

    assert filled.json() == {"text": "Dear Cleo"}
    wrong = api.patch(address, {"body": "{{ticket.__class__}}"})
    assert wrong.status_code == 400
    assert "no field" in problems(wrong)["/body"]
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_an_agent_changes_own_replies_only(api):
    shared = CannedReplyFactory()
    agent = program_of(UserFactory(role="agent"))
    address = f"/api/v1/canned-replies/{shared.public_id}/"

    assert agent.get(address).status_code == 200
    assert agent.patch(address, {"name": "Mine"}).status_code == 404
    body = {"name": "Shared", "body": "x", "is_shared": True}
    assert agent.post("/api/v1/canned-replies/", body).status_code == 403
    own = agent.post("/api/v1/canned-replies/", body | {"is_shared": False})
    assert own.status_code == 201
    assert api.get(f"/api/v1/canned-replies/{own.json()['id']}/").status_code == 404
