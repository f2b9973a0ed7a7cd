"""Whatever people write on tickets stays text: on every page, in every answer and file.

Every address of this room is in one of the lists below; a new one fails here until
somebody says where it shows what.
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from organisation.models import User
from organisation.notification_mail import send_notification_mail
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.tickets.hostile import FORMULAS, PAYLOADS, TOGETHER, harm_in
from tests.tickets.hostile_world import HostileDesk, formula_ticket, hostile_desk
from tickets import api_urls, sla_api_urls, urls
from tickets.addresses import public_token
from tickets.asks import ASKS
from tickets.queries.queues import BY_KEY
from tickets.services.presence import note_presence

pytestmark = pytest.mark.django_db

#: Pages drawn once for all payloads: name and what stands behind the address.
LISTS = {
    "queue": [f"?view={key}" for key in BY_KEY],
    "queue_counts": ["?view=all"],
    "canned_replies": [""],
    "canned_reply_create": [""],
    "ticket_create": [""],
    "support_form": [""],
    "sla_tiers": [""],
    "sla_tier_create": [""],
    "support_settings": [""],
    "queue_columns": ["?view=all"],
    "queue_matching": ["?view=all"],
    "contact_options": ["?contact=pwned"],
}
#: Other rooms that show texts of tickets.
ELSEWHERE = (
    "/settings/audit/", "/settings/notifications/", "/settings/notifications/bell/",
    "/search/?q=x", "/search/?q=pwned", "/views/", "/settings/calendars/",
    "/tickets/?view=all&q=pwned", "/settings/custom-fields/", "/portfolio/",
)  # fmt: skip
#: Pages of one object, and whose id they take.
OF_ONE = {
    "ticket": "ticket", "ticket_presence": "ticket", "canned_reply": "reply",
    "sla_tier": "tier", "sla_calendar": "calendar",
}  # fmt: skip
#: Answers that are JSON; what they say is put into the page as text.
JSON = {"people", "canned_search"}
FILES = {"attachment", "public_attachment", "queue_export"}
#: What is sent: the answer, or the page it leads to, is looked at.
SENT = {
    "queue_bulk", "queue_close", "queue_undo", "ticket_write", "ticket_draft",
    "ticket_act", "ticket_unlink", "canned_reply_delete", "public_answer",
    "public_close", "public_reopen", "public_rate", "sla_targets", "sla_tier_default",
    "sla_tier_delete", "sla_tier_rebuild",
    "ticket_leave", "watcher_remove",
}  # fmt: skip
#: Pages of one object that are asked for in a way of their own below.
APART = {"watcher_options", "ticket_ask", "account_tickets", "public_ticket"}
API_LISTS = {
    "api_tickets", "api_canned_replies", "api_sla_tiers", "api_ticket_counts",
    "api_ticket_columns", "api_sla_rebuilds", "api_support_settings",
}  # fmt: skip
API_OF_ONE = {
    "api_ticket": "ticket", "api_ticket_clocks": "ticket",
    "api_ticket_messages": "ticket", "api_canned_reply": "reply",
    "api_ticket_history": "ticket", "api_ticket_drafts": "ticket",
    "api_sla_tier": "tier", "api_sla_tier_versions": "tier",
    "api_sla_tier_rebuild": "tier", "api_calendar_rebuild": "calendar",
}  # fmt: skip


World = tuple[User, list[HostileDesk]]


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _own_media(settings, media) -> None:
    settings.MEDIA_ROOT = media


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, media) -> Iterator[World]:
    """Made once for all tests of this module; each one takes back what it changes."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media),
        transaction.atomic(),
    ):
        OrganisationFactory()
        reader = UserFactory(role="admin", name="Rita Reader", email="rita@a.test")
        desks = [
            hostile_desk(payload, number, reader=reader)
            for number, payload in enumerate(TOGETHER)
        ]
        for number, formula in enumerate(FORMULAS, len(desks)):
            formula_ticket(formula, number)
        yield reader, desks
        transaction.set_rollback(True)


@pytest.fixture
def desks(world, client) -> list[HostileDesk]:
    reader, made = world
    client.force_login(reader)
    return made


class Looker:
    """Asks for pages and collects what went wrong on them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.found: list[str] = []
        self.seen: set[str] = set()

    def page(self, address: str, **headers: str) -> str:
        return self.look(address, self.client.get(address, headers=headers))

    def send(self, address: str, data: dict, *, client: Client | None = None) -> str:
        answer = (client or self.client).post(address, data)
        if answer.status_code == 302:
            # The page it leads to tells of it in a toast.
            answer = (client or self.client).get(answer["Location"])
        return self.look(f"POST {address}", answer)

    def look(self, address: str, answer) -> str:
        html = answer.content.decode()
        if answer.status_code >= 500 or answer.status_code == 404:
            self.found.append(f"{address}: {answer.status_code}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            policy = answer.headers.get("Content-Security-Policy", "")
            script = re.search(r"script-src ([^;]*)", policy)
            if script is None or "unsafe" in script[1]:
                self.found.append(f"{address}: policy {policy!r}")
        self.found += [f"{address}: {harm}" for harm in harm_in(html)]
        return html


def at(name: str, *values) -> str:
    return reverse(f"tickets:{name}", args=values)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_the_look_sees_what_runs_and_no_more(payload):
    raw = f"<p title=\"{payload}\" data-x='{payload}'>{payload}</p>"
    is_markup = "<" in payload or '"' in payload or "'" in payload

    assert bool(harm_in(raw)) == is_markup
    assert harm_in(f'<a href="{PAYLOADS["address"]}">x</a>')
    assert harm_in("<script>pwned()</script>")
    assert harm_in(f"<p>{7191 * 7}</p>")


def test_every_address_of_tickets_is_looked_at():
    pages = {pattern.name for pattern in urls.urlpatterns}
    listed = LISTS.keys() | OF_ONE.keys() | JSON | FILES | SENT | APART
    assert pages == listed, "say where this address shows what people wrote"

    programs = {
        pattern.name
        for pattern in (*api_urls.urlpatterns, *sla_api_urls.urlpatterns)
        if "get" in getattr(pattern.callback, "actions", {"get": ""})
    }
    named = API_LISTS | API_OF_ONE.keys()
    # Of one recomputation there are only numbers.
    apart = {"api_ticket_attachment", "api_canned_reply_fill", "api_sla_rebuild"}
    assert programs == named | apart


def test_hostile_strings_are_inert_on_every_page(client, desks):
    looker = Looker(client)
    lists = [at(name) + query for name, more in LISTS.items() for query in more]
    for address in (*lists, *ELSEWHERE):
        looker.page(address)
    for desk in desks:
        # What stands around a ticket is looked at with each one merged into it.
        pane = {"HX-Request": "true"} if desk is not desks[0] else {}
        note_presence(desk.ticket, person=desk.view.owner, is_typing=True)
        for name, owner in OF_ONE.items():
            html = looker.page(at(name, getattr(desk, owner).public_id), **pane)
            assert "pwned" in html, f"{name} shows nothing of it"
        ticket = desk.ticket
        looker.page(at("ticket", desk.merged.public_id) + "?stay=1")
        looker.page(at("watcher_options", ticket.public_id) + "?person=pwned")
        looker.page(at("ticket_ask", ticket.public_id, "details"))
        looker.page(at("ticket_ask", ticket.public_id, "split"))
        looker.page(at("account_tickets", ticket.account.public_id))
        looker.page(reverse("reports:account", args=[ticket.account.public_id]))
        looker.page(reverse("organisation:calendar", args=[desk.calendar.public_id]))
        looker.page(at("queue") + f"?view=spam&q={quote(ticket.tags[0])}")
    looker.page(at("ticket", desks[0].ticket.public_id), **{"HX-Request": "true"})
    for what in ASKS:
        looker.page(at("ticket_ask", desks[0].ticket.public_id, what))

    assert looker.found == []
    shown = looker.page(at("queue") + "?view=all")
    assert "&lt;script&gt;pwned()&lt;/script&gt;" in shown


def test_hostile_strings_are_inert_on_the_customers_page(desks):
    stranger = Looker(Client())
    for desk in desks:
        address = at("public_ticket", public_token(desk.ticket))
        html = stranger.page(address)
        assert "x " in html
    payload = PAYLOADS["closing tags"]
    token = public_token(desks[0].ticket)
    stranger.send(at("public_answer", token), {"text": payload})
    stranger.send(at("public_rate", token), {"score": "9", "comment": payload})
    stranger.send(at("public_close", token), {})
    stranger.send(at("public_reopen", token), {"text": payload})
    asked = {"name": payload, "email": payload, "subject": payload, "text": payload}
    stranger.send(at("support_form"), asked)
    stranger.send(at("support_form"), asked | {"email": "a@b.test"})

    assert stranger.found == []


def test_hostile_strings_are_inert_when_they_are_refused_or_taken(client, desks):
    looker = Looker(client)
    payload = PAYLOADS["closing tags"]
    desk, other = desks[0], desks[1]
    ids = [str(one.ticket.public_id) for one in desks[:3]]
    one = desk.ticket.public_id
    every_field = dict.fromkeys(
        ("subject", "text", "requester_email", "account", "name", "body", "reason",
         "number", "tags", "note", "description", "q", "add_account", "messages"),
        payload,
    )  # fmt: skip
    for name in ("ticket_create", "canned_reply_create", "sla_tier_create"):
        looker.send(at(name), every_field)
    looker.send(at("canned_reply", desk.reply.public_id), every_field)
    looker.send(at("sla_tier", desk.tier.public_id), every_field)
    looker.send(at("sla_targets", desk.tier.public_id), every_field)
    looker.send(at("support_settings"), every_field)
    for what in ASKS:
        looker.send(at("ticket_ask", one, what), every_field)
    for kind in ("public", "note"):
        written = {"kind": kind, "text": payload, "key": str(uuid.uuid4())}
        looker.send(at("ticket_write", one), written | {"cc": payload})
        upload = SimpleUploadedFile(f"{payload}.svg", payload.encode())
        looker.send(at("ticket_write", one), written | {"uploads": [upload]})
        looker.send(at("ticket_draft", one), written)
    for what in ("claim", "wait", "resume", "spam", "unspam", "resolve", "reopen"):
        looker.send(at("ticket_act", one, what), {})
    looker.send(at("ticket_unlink", one, desk.link_pk), {})
    for watcher in desk.ticket.watchers.all():
        looker.send(at("watcher_remove", one, watcher.pk), {})
    looker.send(at("ticket_leave", one), {})
    looker.send(at("queue_close"), {"chosen": ids, "text": payload, "sure": "1"})
    looker.send(at("queue_close"), {"chosen": ids})
    for verb in ("tag", "assign", "status", "priority", "merge"):
        changes = {"chosen": ids, "verb": verb, "tag": payload[:20], "back": payload}
        looker.send(at("queue_bulk"), changes)
    looker.send(at("queue_undo", uuid.UUID(int=0)), {})
    looker.found = [each for each in looker.found if f"{uuid.UUID(int=0)}" not in each]
    looker.send(at("sla_tier_default", other.tier.public_id), {})
    looker.send(at("sla_tier_rebuild", other.tier.public_id), {})
    looker.send(at("sla_tier_delete", desk.tier.public_id), {})
    looker.send(at("canned_reply_delete", desk.reply.public_id), {})
    for address in (
        "/settings/audit/",
        "/settings/notifications/",
        at("queue") + "?view=everything",
    ):
        looker.page(address)

    assert looker.found == []


def test_files_are_handed_out_as_downloads_and_never_as_pages(client, desks):
    for desk in desks:
        mine, token = desk.files[0], public_token(desk.ticket)
        answers = [
            client.get(at("attachment", mine.public_id)),
            client.get(reverse("api_ticket_attachment", args=[mine.public_id])),
            Client().get(at("public_attachment", token, mine.public_id)),
        ]
        for answer in answers:
            assert b"pwned" in b"".join(answer.streaming_content)
            assert answer.status_code == 200
            disposition = answer["Content-Disposition"]
            assert disposition.startswith("attachment")
            assert not re.search(r"[\r\n\u202e]|%E2%80%AE|%0D|%0A", disposition)
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer["Content-Security-Policy"]
            assert answer["Content-Type"] in (
                "application/octet-stream",
                "text/plain",
            )


def test_programs_get_json_that_no_browser_takes_for_a_page(client, desks):
    answers = [client.get(reverse(name)) for name in sorted(API_LISTS)]
    for desk in desks:
        answers += [
            client.get(reverse(name, args=[getattr(desk, owner).public_id]))
            for name, owner in API_OF_ONE.items()
        ]
        one = desk.ticket.public_id
        filled = reverse("api_canned_reply_fill", args=[desk.reply.public_id])
        answers += [
            client.get(f"{filled}?ticket={one}"),
            client.get(at("canned_search", one) + "?q="),
            client.get(at("people") + "?q="),
        ]

    for answer in answers:
        assert answer.status_code == 200, answer.request["PATH_INFO"]
        assert answer["Content-Type"].startswith("application/json")
        assert answer["X-Content-Type-Options"] == "nosniff"
        answer.json()
    assert any("<script>pwned()" in str(answer.json()) for answer in answers)


def test_mail_about_them_is_plain_text_with_one_subject_line(desks):
    while send_notification_mail():
        pass

    assert len(mail.outbox) >= len(desks)
    for message in mail.outbox:
        assert message.content_subtype == "plain"
        assert not getattr(message, "alternatives", [])
        assert not re.search(r"[\r\n]", message.subject)
        raw = message.message()
        assert {"To", "Subject", "From"} <= set(raw.keys())
        assert "Bcc" not in raw


def test_files_of_the_queue_hold_no_formula(client, desks):
    answer = client.get(at("queue_export") + "?view=everything")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > len(desks)
    assert "pwned" in text
    assert "'=HYPERLINK" in text
    for cell in (cell for row in rows for cell in row):
        is_number = re.fullmatch(r"-?\d+([.,]\d+)?", cell)
        assert is_number or not re.match("[=+\\-@\t\r\n＝＋－＠]", cell), cell
