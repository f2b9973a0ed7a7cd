"""What is wrong with a page, in words: in every theme and width, by axe and in size."""

from __future__ import annotations

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Theme = Literal["light", "dark"]
#: Width, theme, and whether all rules are asked: the other theme of a width that was
#: examined can differ in colours alone.
CROSSINGS: tuple[tuple[int, Theme, bool], ...] = (
    (1440, "light", True),
    (1440, "dark", False),
    (390, "dark", True),
    (390, "light", False),
)
_ALL: dict[str, Any] = {"resultTypes": ["violations"]}
_COLOURS = _ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
_NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"


def opened(page: Page, address: str) -> list[str]:
    """Go there; what is wrong with the answer."""
    response = page.goto(address)
    if response is None or response.status != 200:
        return [f"{address}: status {response and response.status}"]
    page.wait_for_load_state("load")
    return []


def violations(
    page: Page,
    where: str,
    *,
    within: str | None = None,
    rules: dict[str, Any] = _ALL,
) -> list[str]:
    """What axe finds on the page as it stands, or in a part of it."""
    answer = Axe().run(page, context=within, options=rules).response
    found = [
        f"{where}: {violation['id']} at {violation['nodes'][0]['html'][:160]}"
        for violation in answer["violations"]
    ]
    too_wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return [*found, f"{where}: scrolls sideways"] if too_wide else found


def crossed(page: Page, where: str, *, within: str | None = None) -> list[str]:
    """The same in every crossing, without loading the page again."""
    found = []
    for width, theme, is_whole in CROSSINGS:
        page.set_viewport_size({"width": width, "height": 900})
        show_in(page, theme)
        name = f"{where}, {width} {theme}"
        rules = _ALL if is_whole else _COLOURS
        found += violations(page, name, within=within, rules=rules)
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def show_in(page: Page, theme: Theme) -> None:
    """Change the theme of the system; nothing is measured between two colours."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(page.locator(f'html[data-bs-theme="{theme}"]')).to_have_count(1)
    page.evaluate(_NEXT_FRAME)
