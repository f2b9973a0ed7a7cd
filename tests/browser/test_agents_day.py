"""An agent's day without touching the mouse: take, answer, note, wait, snooze, spam,
escalate, resolve, reopen, split, link, merge, close many, and taking things back."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

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


def from_menu(page: Page, words: str) -> None:
    """What has no key of its own is reached through the menu."""
    page.get_by_label("More actions").focus()
    press(page, "Enter")
    page.locator(".menu-panel").get_by_text(words, exact=True).focus()
    press(page, "Enter")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def test_a_day_with_the_keyboard_alone(open_as, morning):
    CannedReplyFactory(
        name="Zebra thanks", body="Thank you, {{contact.first_name}}. We look at it."
    )
    page = open_as("agent")
    page.goto(f"/tickets/?view=unassigned&q={morning.word}")
    press(page, "j", "Enter")
    expect(heading(page)).to_have_text(morning.first.subject)
    until_ready(page)

    takes_and_answers(page, morning)
    adds_a_note(page, morning)
    waits_and_goes_on(page)
    snoozes_and_wakes(page, morning)
    marks_as_spam_and_not(page, morning)
    escalates(page, morning)
    resolves_and_reopens(page, morning)
    splits_and_links(page, morning)
    merges_takes_back_and_merges(page, morning)
    press(page, "u")
    page.wait_for_url(re.compile(r"/tickets/\?"))


def takes_and_answers(page: Page, morning: Morning) -> None:
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


def adds_a_note(page: Page, morning: Morning) -> None:
    press(page, "n")
    page.keyboard.type("@Lena")
    expect(page.get_by_role("option", name="Lena Fischer")).to_be_visible()
    press(page, "Enter")
    page.keyboard.type("have you seen this before?")
    press(page, "Control+Enter")
    sent(page, "Note added.")
    assert Notification.objects.filter(person=morning.colleague).exists()


def waits_and_goes_on(page: Page) -> None:
    press(page, "w")
    toast(page, "Waiting for the customer.")
    press(page, "w")
    toast(page, "In progress again.")


def snoozes_and_wakes(page: Page, morning: Morning) -> None:
    press(page, "s")
    asked(page, "Snooze the ticket")
    page.get_by_label("In an hour").focus()
    press(page, "Space", "Enter")
    toast(page, "Snoozed.")
    assert morning.now().snoozed_until is not None
    press(page, "s")
    toast(page, "Awake again.")
    assert morning.now().snoozed_until is None


def marks_as_spam_and_not(page: Page, morning: Morning) -> None:
    from_menu(page, "Mark as spam")
    toast(page, "Marked as spam.")
    assert morning.now().spam_at is not None
    page.get_by_role("button", name="Not spam").focus()
    press(page, "Enter")
    toast(page, "Back in the queue.")
    assert morning.now().spam_at is None


def escalates(page: Page, morning: Morning) -> None:
    press(page, "e")
    asked(page, "Escalate the ticket")
    page.get_by_label("Why").focus()
    page.keyboard.type("Needs the database")
    press(page, "Tab", "Tab", "Enter")
    toast(page, "Escalated.")
    assert morning.now().level > morning.first.level
    assert SupportLevel.objects.filter(level=morning.now().level).exists()


def resolves_and_reopens(page: Page, morning: Morning) -> None:
    press(page, "o")
    toast(page, "Resolved.")
    press(page, "o")
    toast(page, "Reopened.")
    assert morning.now().reopen_count == 1


def splits_and_links(page: Page, morning: Morning) -> None:
    from_menu(page, "Split off messages")
    asked(page, "Split off messages")
    page.get_by_label("Subject of the new ticket").focus()
    page.keyboard.type(f"{morning.word} split")
    page.get_by_label(re.compile("We look at it")).focus()
    press(page, "Space", "Enter")
    toast(page, "Split.")
    new = Ticket.objects.get(subject=f"{morning.word} split")
    from_menu(page, "Link to another ticket")
    asked(page, "Link to another ticket")
    page.get_by_label("Number of the other ticket").focus()
    page.keyboard.type(morning.third.number)
    press(page, "Enter")
    toast(page, "Linked.")
    for other in (new, morning.third):
        expect(page.locator("#details").get_by_text(other.number)).to_be_visible()


def merges_takes_back_and_merges(page: Page, morning: Morning) -> None:
    merges(page, morning)
    page.locator("#toasts").get_by_role("button", name="Undo").last.focus()
    press(page, "Enter")
    expect(heading(page)).to_have_text(morning.first.subject)
    until_ready(page)
    toast(page, "1 ticket as before.")
    assert morning.now().merged_into is None
    merges(page, morning)


def merges(page: Page, morning: Morning) -> None:
    press(page, "m")
    asked(page, "Merge into another")
    page.get_by_label("Number of the other ticket").focus()
    page.keyboard.type(morning.second.number)
    press(page, "Enter")
    expect(heading(page)).to_have_text(morning.second.subject)
    until_settled(page)
    assert morning.now().merged_into == morning.second


def test_text_is_kept_when_it_changes_sides(open_as, morning):
    page = open_as("agent")
    page.goto(f"/tickets/{morning.second.public_id}/")
    area = page.locator("#composer-text")
    press(page, "r")
    page.keyboard.type("I think the index")
    press(page, "Escape", "n")
    expect(area).to_have_value("I think the index")
    page.keyboard.type(" is gone.")
    expect(page.get_by_role("button", name="Add note")).to_be_visible()
    expect(page.get_by_role("button", name="Send and wait")).to_be_hidden()
    press(page, "Escape", "r")
    expect(area).to_be_focused()
    page.keyboard.type(" We rebuild it.")
    expect(area).to_have_value("I think the index is gone. We rebuild it.")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    until_settled(page)

    page.reload()
    expect(area).to_have_value("I think the index is gone. We rebuild it.")
    expect(page.get_by_role("radio", name="Reply")).to_be_checked()


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
    subject = heading(page)
    expect(subject).to_have_text(morning.first.subject)
    press(page, "j")
    expect(subject).not_to_have_text(morning.first.subject)
    until_settled(page)
    press(page, "k")
    expect(subject).to_have_text(morning.first.subject)


def test_on_a_phone_details_are_a_screen_of_their_own(open_as, morning):
    page = open_as("agent", phone=True)
    page.goto(f"/tickets/{morning.first.public_id}/")
    expect(page.locator("#composer-text")).to_be_visible()
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.get_by_role("heading", name="Clocks")).to_be_visible()
    expect(page.locator("#composer-text")).to_be_hidden()
    page.get_by_role("link", name="Conversation").click()
    expect(page.locator("#composer-text")).to_be_visible()


def test_focus_stays_with_what_one_does(open_as, morning):
    page = open_as("agent")
    page.goto(f"/tickets/{morning.first.public_id}/")
    press(page, "e")
    asked(page, "Escalate the ticket")
    expect(page.get_by_label("Level")).to_be_focused()
    press(page, "Escape", "t")
    toast(page, "It is yours.")
    expect(heading(page)).to_be_focused()

    from_menu(page, "Link to another ticket")
    asked(page, "Link to another ticket")
    expect(page.get_by_label("This ticket is")).to_be_focused()
    press(page, "Escape")
    expect(page.get_by_label("More actions")).to_be_focused()
    expect(page.locator(".ticket-actions .menu-panel")).to_be_hidden()


def test_canned_replies_open_by_a_button_too(open_as, morning):
    CannedReplyFactory(name="Quagga hello", body="Hello, what can we do?")
    page = open_as("agent")
    page.goto(f"/tickets/{morning.third.public_id}/")
    page.get_by_role("button", name="Canned replies").click()
    page.keyboard.type("quagga h")
    page.get_by_role("option", name=re.compile("Quagga hello")).click()
    expect(page.locator("#composer-text")).to_have_value("Hello, what can we do?")
    until_settled(page)
