"""An agent's day without touching the mouse: take, answer, note, wait, go on, escalate,
resolve, reopen, merge, close many, undo."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Contact
from organisation.models import Notification, User
from tests.browser.waiting import until_ready, until_settled
from tests.factories.tickets import CannedReplyFactory
from tickets import services
from tickets.models import SupportLevel, Ticket

_NUMBERS = itertools.count(1)


@dataclass
class Morning:
    """Tickets of one customer that nobody has taken yet."""

    word: str
    agent: User
    colleague: User
    first: Ticket
    second: Ticket
    third: Ticket

    def now(self) -> Ticket:
        """The first ticket as the database has it."""
        return Ticket.objects.get(pk=self.first.pk)


@pytest.fixture
def morning(site: str) -> Morning:
    contact = Contact.objects.filter(account__archived_at=None).first()
    word = f"zebra{next(_NUMBERS)}"
    subjects = [f"{word} {what}" for what in ("export stops", "import stops", "report")]
    tickets = [
        services.create_ticket(
            by=None,
            subject=subject,
            text="It does not work since this morning.",
            contact=contact,
            priority="critical",
            is_from_customer=True,
        )
        for subject in subjects
    ]
    return Morning(
        word,
        User.objects.get(email="agent@example.com"),
        User.objects.get(email="agent2@example.com"),
        *tickets,
    )


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def toast(page: Page, words: str) -> None:
    """It is said, last, and the page is at rest again."""
    expect(page.locator("#toasts .toast-item").last).to_contain_text(words)
    until_settled(page)


def sent(page: Page, words: str) -> None:
    """What was written is sent, and keys are no longer typed into the composer."""
    toast(page, words)
    expect(page.locator("#composer-text")).not_to_be_focused()


def asked(page: Page, heading: str) -> None:
    """The dialog is open and its fields wait."""
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    until_settled(page)


def test_a_day_with_the_keyboard_alone(open_as, morning):
    CannedReplyFactory(
        name="Zebra thanks", body="Thank you, {{contact.first_name}}. We look at it."
    )
    page = open_as("agent")
    page.goto(f"/tickets/?view=unassigned&q={morning.word}")
    press(page, "j", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(morning.first.subject)
    until_ready(page)

    press(page, "t")
    toast(page, "It is yours.")
    assert morning.now().assignee == morning.agent

    press(page, "r")
    page.keyboard.type("/zebra")
    expect(page.get_by_role("option", name=re.compile("Zebra thanks"))).to_be_visible()
    press(page, "Enter")
    expect(page.locator("#composer-text")).to_have_value(
        re.compile("Thank you, .*We look at it")
    )
    press(page, "Control+Enter")
    sent(page, "Sent.")
    expect(page.locator(".message.agent").last).to_contain_text("We look at it.")
    assert morning.now().status == "in_progress"

    press(page, "n")
    page.keyboard.type("@Lena")
    option = page.get_by_role("option", name="Lena Fischer")
    expect(option).to_be_visible()
    press(page, "Enter")
    page.keyboard.type("have you seen this before?")
    press(page, "Control+Enter")
    sent(page, "Note added.")
    assert Notification.objects.filter(person=morning.colleague).exists()

    press(page, "w")
    toast(page, "Waiting for the customer.")
    press(page, "w")
    toast(page, "In progress again.")

    press(page, "e")
    asked(page, "Escalate the ticket")
    page.get_by_label("Why").focus()
    page.keyboard.type("Needs the database")
    press(page, "Tab", "Tab", "Enter")
    toast(page, "Escalated.")
    assert morning.now().level > morning.first.level
    assert SupportLevel.objects.filter(level=morning.now().level).exists()

    press(page, "o")
    toast(page, "Resolved.")
    press(page, "o")
    toast(page, "Reopened.")
    assert morning.now().reopen_count == 1

    press(page, "m")
    asked(page, "Merge into another")
    page.get_by_label("Number of the other ticket").focus()
    page.keyboard.type(morning.second.number)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(morning.second.subject)
    until_settled(page)
    assert morning.now().merged_into == morning.second

    press(page, "u")
    page.wait_for_url(re.compile(r"/tickets/\?"))


def test_many_tickets_are_closed_with_a_message_and_given_back(open_as, morning):
    page = open_as("agent")
    page.goto(f"/tickets/?view=all&q={morning.word}")
    numbers = [morning.first.number, morning.second.number, morning.third.number]
    rows = page.locator("tbody tr")
    for _ in range(rows.count()):
        press(page, "j")
        row = page.locator("tr.here")
        if any(number in row.inner_text() for number in numbers):
            press(page, "x")
    press(page, "#")
    page.get_by_label("Message to the customers").focus()
    page.keyboard.type("The fix is out.")
    press(page, "Tab", "Tab", "Enter")
    toast(page, "3 tickets changed.")
    assert Ticket.objects.filter(number__in=numbers, status="closed").count() == 3

    page.locator("#toasts").get_by_role("button", name="Undo").focus()
    press(page, "Enter")
    toast(page, "3 tickets as before.")
    assert not Ticket.objects.filter(number__in=numbers, status="closed").exists()


def test_j_and_k_walk_the_queue_beside_the_ticket(open_as, morning):
    page = open_as("agent")
    page.goto(f"/tickets/{morning.first.public_id}/?view=unassigned&q={morning.word}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(morning.first.subject)
    press(page, "j")
    expect(heading).not_to_have_text(morning.first.subject)
    until_settled(page)
    press(page, "k")
    expect(heading).to_have_text(morning.first.subject)


def test_on_a_phone_details_are_a_screen_of_their_own(open_as, morning):
    page = open_as("agent", phone=True)
    page.goto(f"/tickets/{morning.first.public_id}/")
    expect(page.locator("#composer-text")).to_be_visible()
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.get_by_role("heading", name="Clocks")).to_be_visible()
    expect(page.locator("#composer-text")).to_be_hidden()
    page.get_by_role("link", name="Conversation").click()
    expect(page.locator("#composer-text")).to_be_visible()
