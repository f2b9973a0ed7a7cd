"""Take the two pictures of the README from a running demo.

Usage: make screenshots ADDRESS=http://127.0.0.1:8000 PASSWORD=…
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(address: str, password: str) -> None:
    """Sign in as a CSM, open portfolio and the first account, save both pictures."""
    IMAGES.mkdir(exist_ok=True)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/auth/login/")
        page.get_by_label("E-mail address").fill("csm@example.com")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{address}/portfolio/")
        save(page, "portfolio")
        page.goto(f"{address}/portfolio/?band=orange&sort=-arr")
        page.locator("table tbody a").first.click()
        save(page, "account")
        browser.close()


def save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2])
