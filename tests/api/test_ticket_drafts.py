"""Drafts of the caller on a ticket, over the API."""

import pytest

from organisation.models import Organisation
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory
from tests.factories.tickets import DraftFactory, TicketFactory
from tickets.models import Draft


def drafts_of(ticket, kind=""):
    base = f"/api/v1/tickets/{ticket.public_id}/drafts/"
    return f"{base}{kind}/" if kind else base


def test_a_draft_is_kept_read_and_forgotten(api, admin):
    ticket = TicketFactory()
    answer = api.put(drafts_of(ticket, "note"), {"text": "Ask Ada \n"})

    assert answer.status_code == 200, answer.content
    kept = answer.json()
    assert (kept["kind"], kept["text"]) == ("note", "Ask Ada \n")
    assert api.get(drafts_of(ticket)).json() == {"drafts": [kept]}
    again = api.put(drafts_of(ticket, "note"), {"text": "Ask Bob"}).json()
    assert again["text"] == "Ask Bob"
    assert Draft.objects.get(ticket=ticket, author=admin).text == "Ask Bob"
    assert api.delete(drafts_of(ticket, "note")).status_code == 204
    assert api.delete(drafts_of(ticket, "note")).status_code == 204
    assert api.get(drafts_of(ticket)).json() == {"drafts": []}


def test_a_reply_and_a_note_are_kept_side_by_side(api):
    ticket = TicketFactory()
    for kind in ("public", "note"):
        api.put(drafts_of(ticket, kind), {"text": kind})

    kinds = {row["kind"] for row in api.get(drafts_of(ticket)).json()["drafts"]}
    assert kinds == {"public", "note"}


def test_nobody_reads_or_forgets_the_draft_of_somebody_else(api):
    draft = DraftFactory(kind="note")

    assert api.get(drafts_of(draft.ticket)).json() == {"drafts": []}
    assert api.delete(drafts_of(draft.ticket, "note")).status_code == 204
    assert Draft.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("text", ["", "  \n ", None, 5, "x" * 100_001])
def test_a_draft_without_words_or_with_too_many_is_refused(api, text):
    if text == 5:
        text = ["x"]
    answer = api.put(drafts_of(TicketFactory(), "note"), {"text": text})

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/text"]


def test_there_is_no_other_kind_of_draft(api):
    ticket = TicketFactory()

    assert api.put(drafts_of(ticket, "poem"), {"text": "Roses"}).status_code == 404
    assert api.delete(drafts_of(ticket, "poem")).status_code == 404


def test_who_only_reads_tickets_keeps_no_draft():
    ticket = TicketFactory()
    leader = program_of(UserFactory(role="leader"))
    reader = program_of(UserFactory(role="agent"), scopes=("tickets:read",))

    assert leader.get(drafts_of(ticket)).status_code == 200
    assert leader.put(drafts_of(ticket, "note"), {"text": "x"}).status_code == 403
    assert reader.put(drafts_of(ticket, "note"), {"text": "x"}).status_code == 403
    assert reader.delete(drafts_of(ticket, "note")).status_code == 403
    assert reader.get(drafts_of(ticket)).status_code == 200


def test_a_ticket_one_may_not_see_has_no_drafts():
    Organisation.objects.update(row_scope="book")
    ticket = TicketFactory(account=AccountFactory())
    agent = program_of(UserFactory(role="agent"))

    assert agent.get(drafts_of(ticket)).status_code == 404
    assert agent.put(drafts_of(ticket, "note"), {"text": "x"}).status_code == 404
