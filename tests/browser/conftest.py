"""One seeded organisation and one web server for all journeys.

The organisation is made once for the whole run; journeys that change something change
things of their own. Console errors and refused content fail the journey.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.test.utils import setup_databases
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from scripts.browser import find

PASSWORD = "journeys-are-real-2026"
# A busy machine is slow, not wrong.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(site, browser_type_launch_args):
    """The Chromium that is here, else a plain skip.

    The site comes first: Playwright's event loop must not run while it is made.
    """
    path = find()
    if path is None:
        pytest.skip("No Chromium here: neither on PATH nor installed by Playwright.")
    return {**browser_type_launch_args, "executable_path": path}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_blocker, django_db_modify_db_settings
):
    """A database although no single test is marked: all of them share this one.

    The next run drops it: server threads may still be connected when this one ends.
    """
    with django_db_blocker.unblock():
        setup_databases(verbosity=0, interactive=False, aliases={"default"})


@pytest.fixture(scope="session")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    """The address of a server with a seeded organisation."""
    # Playwright runs an event loop in this thread; the ORM calls here are ours alone.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ["DEMO_PASSWORD"] = PASSWORD
    with django_db_blocker.unblock():
        call_command(
            "seed_demo", accounts=40, months=5, snapshots="weekly", stdout=StringIO()
        )
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


@pytest.fixture
def problems() -> list[str]:
    """What the pages complained about; must be empty at the end."""
    return []


@pytest.fixture
def open_as(
    browser: Browser, site: str, problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """``open_as("csm", dark=True)``: a page on which that person is signed in."""
    contexts: list[BrowserContext] = []

    def open_page(
        who: str, *, dark: bool = False, phone: bool = False, script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            color_scheme="dark" if dark else "light",
            viewport={"width": 390 if phone else 1440, "height": 844 if phone else 900},
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                problems.append(message.text)
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        sign_in(page, who)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def sign_in(page: Page, who: str) -> None:
    """Through the sign-in page, as a person does."""
    page.goto("/auth/login/")
    page.get_by_label("E-mail address").fill(f"{who}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url("/auth/login/")
