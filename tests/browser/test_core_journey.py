"""A CSM's morning: who needs me, why, and what did I do about it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accounts.models import Account, Touchpoint


def morning(page: Page) -> None:
    """Sign in happened; find an account by band, read why, log a call."""
    page.goto("/portfolio/")
    expect(page.get_by_role("heading", name="Portfolio")).to_be_visible()
    page.goto("/portfolio/?sort=score")
    row = page.locator("table tbody tr").first
    name = row.locator("a").first.inner_text()
    row.locator("a").first.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_text(re.compile("What changed")).first).to_be_visible()
    page.get_by_role("link", name="Log touchpoint").first.click()
    page.get_by_label("Subject").first.fill("Called about the drop in usage")
    page.get_by_role("button", name=re.compile("(Log|Save)")).last.click()
    expect(page.get_by_text("Called about the drop in usage").first).to_be_visible()
    account = Account.objects.get(name=name)
    assert Touchpoint.objects.filter(
        account=account, subject="Called about the drop in usage"
    ).exists()


def test_a_csm_finds_an_account_reads_why_and_logs_a_call(open_as):
    morning(open_as("csm"))


def test_the_same_works_without_javascript(open_as):
    morning(open_as("csm2", script=False))


def test_every_tile_opens_as_many_accounts_as_it_says(open_as):
    page = open_as("leader")
    page.goto("/portfolio/")
    for band, count in _counts().items():
        page.goto(f"/portfolio/?band={band}")
        expect(page.locator("table tbody tr")).to_have_count(min(count, 50))


def _counts() -> dict[str, int]:
    bands = Account.objects.live().values_list("health_band", flat=True)
    return {band: list(bands).count(band) for band in set(bands)}


def test_the_keyboard_alone_reaches_an_account(open_as):
    page = open_as("csm")
    page.goto("/portfolio/")
    name = Account.objects.live().order_by("name").first().name
    page.keyboard.press("Control+k")
    page.keyboard.type(name.split()[0])
    expect(page.get_by_role("option", name=re.compile(name)).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name.split()[0])
