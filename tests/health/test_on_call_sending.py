"""Pages as they arrive: in a mailbox, in a chat, at a program."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from health.models import OnCallPage, PageDelivery
from health.services.channels import create_channel
from health.services.on_call import follow_tickets, send_pages
from tests import sinks
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.health.on_call_world import Desk
from tickets.services import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    OrganisationFactory(timezone="Europe/Berlin")
    return Desk()


@pytest.fixture
def box(settings):
    sink, stop = sinks.start_mail_sink(settings)
    yield sink
    stop()


@pytest.fixture
def chat(settings):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    server = sinks.PostSink()
    yield server
    server.stop()


def channel(desk, chat, kind):
    return create_channel(name=f"Our {kind}", kind=kind, url=chat.url, by=desk.admin)


def body(post) -> dict:
    return json.loads(post.body)


def test_the_mail_says_what_one_needs_to_know_on_the_readers_clock(desk, box, settings):
    settings.PUBLIC_URL = "https://desk.example"
    desk.agent.timezone = "America/New_York"
    desk.agent.save()
    desk.call()
    ticket = desk.open(text="Since this morning.\n\n\nAll of us.\n" + "More.\n" * 20)
    desk.tick()

    (mail,) = box.messages
    assert mail["To"] == desk.agent.email
    assert mail["Subject"] == f"Critical: {ticket.number} Nothing works"
    assert mail["Importance"] == "high"
    text = box.text().replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")
    assert "Priority: Critical, since Mon 2 Mar 2026, 05:00 (America/New York)" in text
    assert "Account: Acme" in text
    assert "From: Cleo Crane" in text
    assert "First response due: Mon 2 Mar 2026, 06:00 (America/New York)" in text
    assert "Since this morning.\nAll of us.\nMore.\n" in text
    assert text.count("More.") == 4
    assert f"https://desk.example/tickets/{ticket.public_id}/" in text
    assert "The next one comes at 05:10," in text


def test_the_second_mail_says_that_still_nobody_came_in_the_same_thread(desk, box):
    desk.call(most_pages=2)
    ticket = desk.open()
    desk.tick()
    desk.tick(10)

    first, second = box.messages
    assert (
        second["Subject"] == f"Still nobody: {ticket.number} Nothing works (Critical)"
    )
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert "and the last one" in box.text(1)


def test_what_a_customer_writes_stands_in_the_mail_as_text(desk, box):
    desk.call()
    desk.open(subject="<script>x</script>\r\nBcc: a@b.co", text="<img src=x>")
    desk.tick()

    (mail,) = box.messages
    assert mail["Bcc"] is None
    assert "<script>" not in box.html()
    assert "<img" not in box.html()


def test_a_chat_gets_a_short_text_in_which_nothing_is_a_command(desk, chat):
    desk.call(people=[], channels=[channel(desk, chat, "slack")])
    desk.open(subject="<!channel> evil.example | " + "x" * 250, text="A long story.")
    desk.tick()

    (post,) = chat.posts
    payload = body(post)
    assert payload["text"].startswith("Critical: T-")
    assert "<!channel>" not in post.body.decode()
    title = payload["blocks"][1]["text"]["text"]
    assert title.startswith("<http")
    assert title.count("|") == 1
    assert len(title) < 300
    assert "long story" not in post.body.decode()
    texts = [block.get("text") or block["elements"][0] for block in payload["blocks"]]
    assert all(text["verbatim"] for text in texts), "bare addresses are no links"


def test_teams_gets_a_card(desk, chat):
    desk.call(people=[], channels=[channel(desk, chat, "teams")])
    desk.open(subject="[Down](https://evil.example)")
    desk.tick()

    card = body(chat.posts[0])["attachments"][0]["content"]
    assert "\\[Down\\](https://evil.example)" in card["body"][0]["text"]
    assert card["actions"][0]["url"].endswith("/")


def test_a_program_hears_of_each_page_alone_and_signed(desk, chat):
    desk.call(people=[], channels=[channel(desk, chat, "webhook")])
    tickets = [desk.open(subject=f"Down {number}") for number in range(2)]
    assert desk.tick() == 2

    found = [body(post) for post in chat.posts]
    assert {each["type"] for each in found} == {"ticket.paged"}
    assert [each["data"]["number"] for each in found] == [t.number for t in tickets]
    assert found[0]["data"]["account_name"] == "Acme"
    assert found[0]["data"]["due_metric"] == "first_response"
    assert all("webhook-signature" in post.headers for post in chat.posts)


def test_what_comes_at_once_is_one_mail_and_one_message(desk, box, chat):
    desk.call(channels=[channel(desk, chat, "slack")])
    for number in range(12):
        desk.open(subject=f"Down {number}")
    assert desk.tick() == 2

    assert box.messages[0]["Subject"] == "12 tickets need you"
    assert box.text().count("/tickets/") == 12
    payload = body(chat.posts[0])
    assert payload["text"] == "12 tickets need somebody"
    assert "and 2 more" in json.dumps(payload)


def test_a_mail_server_that_is_down_is_asked_again_and_others_are_called(
    desk, chat, settings
):
    sink, stop = sinks.start_mail_sink(settings)
    stop()
    desk.call(channels=[channel(desk, chat, "slack")])
    desk.open()
    assert desk.tick() == 1
    waiting = PageDelivery.objects.get(person=desk.agent)
    assert (waiting.status, waiting.attempts) == ("waiting", 1)
    assert waiting.error == "The mail server could not be reached."

    sink, stop = sinks.start_mail_sink(settings)
    try:
        assert desk.tick(1) == 1
        assert desk.tick(1) == 0
    finally:
        stop()
    assert len(sink.messages) == 1


def test_a_page_that_could_not_be_sent_gives_way_to_the_next_one(desk, chat, settings):
    _sink, stop = sinks.start_mail_sink(settings)
    stop()
    desk.call(channels=[channel(desk, chat, "slack")])
    desk.open()
    for _minute in range(12):
        desk.tick(1)

    rows = PageDelivery.objects.filter(person=desk.agent).order_by("round")
    assert list(rows.values_list("round", "status")) == [(1, "dropped"), (2, "waiting")]


def test_a_channel_that_is_gone_is_switched_off_and_says_so(desk, chat):
    desk.call(channels=[channel(desk, chat, "slack")], people=[])
    chat.status = 410
    desk.open()
    desk.tick()

    row = PageDelivery.objects.get()
    assert row.status == "failed"
    assert not row.channel.is_on
    assert "410" in row.channel.last_error


def test_who_takes_the_ticket_a_moment_before_is_not_called(desk, box):
    desk.call()
    ticket = desk.open()
    follow_tickets(desk.now)
    claim(ticket, by=desk.agent, now=desk.now)

    assert send_pages(desk.now) == 0
    assert PageDelivery.objects.get().status == "dropped"


def test_a_worker_that_dies_after_sending_sends_the_same_message_id(desk, box):
    desk.call()
    desk.open()
    follow_tickets(desk.now)
    row = PageDelivery.objects.get()
    send_pages(desk.now)
    # The mark of the dead worker was rolled back.
    PageDelivery.objects.update(status="waiting", sent_at=None, attempts=0)
    send_pages(desk.now)

    assert len(set(box.ids)) == 1
    assert str(row.public_id) in box.ids[0]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_page_per_round(desk, box):
    colleague = UserFactory(role="agent")
    desk.call(people=[desk.agent, colleague])
    for number in range(3):
        desk.open(subject=f"Down {number}")
    gate = threading.Barrier(3)

    def work() -> None:
        try:
            gate.wait()
            follow_tickets(desk.now)
            send_pages(desk.now)
        finally:
            connections.close_all()

    for _round in range(2):
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _number: work(), range(3)))
        # Whatever one worker had locked while another one looked.
        follow_tickets(desk.now)
        send_pages(desk.now)
        desk.wait(10)

    assert list(OnCallPage.objects.values_list("rounds", flat=True)) == [2, 2, 2]
    rows = PageDelivery.objects.values_list("status", "attempts")
    assert list(rows) == [("sent", 1)] * 12
    links = [box.text(number).count("/tickets/") for number in range(len(box.messages))]
    assert sum(links) == 12
