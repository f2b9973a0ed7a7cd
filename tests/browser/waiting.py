"""Waiting for what a person sees as calm: keys are pressed then, and not before."""

from __future__ import annotations

from playwright.sync_api import Page, expect

_AT_WORK = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def until_settled(page: Page) -> None:
    """Nothing is asked for or being put in its place."""
    expect(page.locator(_AT_WORK)).to_have_count(0)


def until_ready(page: Page) -> None:
    """The page that was gone to listens to keys: its modules have run."""
    page.wait_for_load_state("load")
    until_settled(page)
