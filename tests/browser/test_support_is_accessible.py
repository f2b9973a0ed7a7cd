"""Tickets and their settings in every theme and width, with what opens on them open:
axe finds nothing, nothing scrolls sideways, the console stays silent."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.examining import crossed, opened, show_in, violations
from tests.browser.waiting import until_settled
from tickets.addresses import public_path
from tickets.models import CannedReply, SlaTier, Ticket

DIALOG = "dialog[open]"


@pytest.fixture
def ticket(site: str) -> Ticket:
    """An open one with a note, which may still be escalated."""
    found = Ticket.objects.filter(messages__kind="note", merged_into=None, spam_at=None)
    at_work = found.filter(status="in_progress", snoozed_until=None)
    return at_work.order_by("level", "pk")[0]


def address_of(ticket: Ticket, name: str = "ticket", *more: str) -> str:
    return reverse(f"tickets:{name}", args=[ticket.public_id, *more])


def in_every_crossing(page: Page, *addresses: str) -> list[str]:
    return [
        problem
        for address in addresses
        for problem in opened(page, address) or crossed(page, address)
    ]


def test_pages_of_agents(open_as, ticket):
    reply = CannedReply.objects.order_by("pk")[0]
    done = Ticket.objects.filter(status="closed", merged_into=None).order_by("pk")[0]
    addresses = [
        "/tickets/?view=unassigned",
        "/tickets/?view=everything&q=nothing-is-called-so",
        "/tickets/new/",
        "/tickets/replies/",
        reverse("tickets:canned_reply", args=[reply.public_id]),
        address_of(ticket) + "?view=unassigned",
        address_of(done),
        address_of(ticket, "ticket_ask", "details"),
    ]
    assert in_every_crossing(open_as("agent"), *addresses) == []


def test_pages_of_support_settings(open_as):
    tier = SlaTier.objects.order_by("-is_default", "pk")[0]
    addresses = [
        "/settings/sla/",
        "/settings/sla/support/",
        reverse("tickets:sla_tier", args=[tier.public_id]),
        "/settings/on-call/",
        "/on-call/",
    ]
    assert in_every_crossing(open_as("admin"), *addresses) == []


def test_pages_of_customers(browser, site, ticket):
    resolved = Ticket.objects.filter(status="resolved", merged_into=None, csat=None)
    context = browser.new_context(base_url=site)
    addresses = ["/support/", public_path(ticket), public_path(resolved[0])]
    assert in_every_crossing(context.new_page(), *addresses) == []
    context.close()


def test_what_opens_on_a_ticket(open_as, ticket):
    page = open_as("admin")
    assert opened(page, address_of(ticket)) == []
    found = []
    for key, title in (
        ("e", "Escalate the ticket"),
        ("m", "Merge into another"),
        ("s", "Snooze the ticket"),
        ("a", "Assign the ticket"),
    ):
        page.keyboard.press(key)
        expect(page.locator(DIALOG).get_by_role("heading", name=title)).to_be_visible()
        until_settled(page)
        found += crossed(page, title, within=DIALOG)
        page.keyboard.press("Escape")
        expect(page.locator(DIALOG)).to_have_count(0)

    page.get_by_label("More actions").click()
    found += crossed(page, "menu", within=".ticket-actions")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Does @a")
    expect(page.get_by_role("option").first).to_be_visible()
    found += crossed(page, "note with suggestions", within="#composer")
    assert found == []


def test_what_opens_on_the_queue(open_as):
    page = open_as("admin")
    assert opened(page, "/tickets/?view=unassigned") == []
    page.get_by_role("link", name="Columns").click()
    expect(page.locator(DIALOG)).to_be_visible()
    until_settled(page)
    found = crossed(page, "columns", within=DIALOG)
    page.keyboard.press("Escape")
    page.get_by_label("Choose all on this page").check()
    found += crossed(page, "bulk bar", within="[data-bulk-bar]")
    assert found == []


def test_details_are_a_screen_of_a_phone(open_as, ticket):
    page = open_as("admin", phone=True)
    assert opened(page, address_of(ticket) + "#details") == []
    page.get_by_text("How the time was counted").click()
    found = []
    show_in(page, "light")
    found += violations(page, "details, light")
    show_in(page, "dark")
    found += violations(page, "details, dark")
    assert found == []
