"""Every page, in both themes, wide and on a phone: axe finds nothing, nothing scrolls
sideways, the console stays silent. Those of support stand in a file of their own."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Account, Contact
from tests.browser.examining import opened, violations
from tests.factories.health import AlertFactory

PAGES = (
    "/portfolio/",
    "/portfolio/?view=board",
    "/alerts/",
    "/alerts/?tab=all",
    "/alerts/?tab=closed&severity=high",
    "/alerts/rules/",
    "/alerts/rules/renewal-low-score/",
    "/alerts/ledger/",
    "/scorecards/",
    "/scorecards/standard/",
    "/calculator/",
    "/imports/",
    "/runs/",
    "/runs/?kind=changes",
    "/health/overrides/",
    "/health/overrides/report/",
    "/settings/",
    "/settings/people/",
    "/settings/tokens/",
    "/settings/segments/",
    "/search/?q=a",
    "/tasks/?whose=all",
    "/tasks/new/",
    "/settings/notifications/",
    "/analytics/?range=6m",
    "/analytics/?measure=arr&by=owner",
    "/analytics/moved/?before=green&after=yellow",
)
ACCOUNT_PAGES = (
    "reports:account",
    "usage:account_usage",
    "accounts:account_contacts",
    "tickets:account_tickets",
    "revenue:account_revenue",
    "accounts:account_timeline",
    "health:account_health",
    "health:account_alert_rules",
    "health:override_set",
    "accounts:account_edit",
    "accounts:touchpoint_create",
)
# Both themes and both widths are seen once each; the other two crossings add nothing
# that axe could find but half of the time.
LOOKS = (
    pytest.param({}, id="light-wide"),
    pytest.param({"dark": True, "phone": True}, id="dark-phone"),
)


def examine(page: Page, address: str) -> list[str]:
    """What is wrong with a page, in words."""
    return opened(page, address) or violations(page, address)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_lists_and_settings(open_as, look):
    page = open_as("admin", **look)
    assert [problem for address in PAGES for problem in examine(page, address)] == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_one_account(open_as, look):
    page = open_as("admin", **look)
    account = Account.objects.exclude(health_band="unknown").order_by("name")[0]
    addresses = [reverse(name, args=[account.public_id]) for name in ACCOUNT_PAGES]
    alert = AlertFactory(account=account)
    addresses.append(reverse("health:alert", args=[alert.public_id]))
    contact = Contact.objects.filter(account=account).order_by("name")[0]
    addresses.append(reverse("accounts:contact", args=[contact.public_id]))
    assert [
        problem for address in addresses for problem in examine(page, address)
    ] == []


@pytest.mark.parametrize("look", LOOKS)
def test_sign_in(browser, site, look):
    context = browser.new_context(
        base_url=site,
        color_scheme="dark" if look.get("dark") else "light",
        viewport={"width": 390 if look.get("phone") else 1440, "height": 844},
    )
    assert examine(context.new_page(), "/auth/login/") == []
    context.close()
