"""An editor's session: copy, weigh, bend, preview, publish, see it count, compare."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from accounts.models import Account
from health.models import Scorecard, Snapshot
from health.services import continue_run, recompute_requested, start_run
from health.services.scorecard_use import archive_scorecard, make_default
from organisation.clock import today
from organisation.models import User

WHY = "Thirty days of use say more than seats"


@pytest.fixture
def standard_again(site):
    """Other journeys expect the shipped scorecard to count, and no other."""
    recompute_requested()
    yield
    by = User.objects.get(email="ops@example.com")
    standard = Scorecard.objects.get(slug="standard")
    if not standard.is_default:
        make_default(standard, by=by)
        continue_run(start_run(day=today(), trigger="person", by=by))
    journeys = Scorecard.objects.filter(name__startswith="Journey", archived_at=None)
    for card in journeys:
        archive_scorecard(card, by=by)


def copy_standard(page: Page, name: str) -> str:
    page.goto("/scorecards/standard/")
    page.get_by_role("link", name="Copy").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create and edit").click()
    expect(page.get_by_role("heading", name=f"Edit {name}")).to_be_visible()
    return page.url


def numbers(article: Locator) -> list[str]:
    cells = article.locator("[data-x], [data-y]")
    return [cells.nth(place).input_value() for place in range(cells.count())]


def wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_text(
        re.compile("Saved at"), timeout=15_000
    )


def test_a_scorecard_is_copied_bent_previewed_and_published(open_as, standard_again):
    page = open_as("ops")
    editor = copy_standard(page, "Journey")
    weigh_at_95_percent(page)
    expect(page.get_by_text("It cannot be published yet")).to_be_visible()
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()

    page.goto(editor)
    page.get_by_label("Weight of the dimension").first.fill("40")
    expect(page.locator(".bar-sum")).to_have_text("100 %")
    bend_the_first_curve(page)
    wait_until_saved(page)

    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview of version 1")).to_be_visible()
    movers = page.get_by_role("heading", name="Accounts that change their band")
    expect(movers).to_be_visible()
    page.get_by_role("link", name="Review and publish").click()
    publish(page, "The first version of ours")
    use_it_by_default(page)
    compute()

    card = Scorecard.objects.get(name="Journey")
    second_version(page, card)
    compute()
    newest = Snapshot.objects.filter(day=today(), version__scorecard=card)
    assert set(newest.values_list("version__number", flat=True)) == {2}
    the_chart_and_the_comparison_tell_it(page, card)


def weigh_at_95_percent(page: Page) -> None:
    page.get_by_label("Weight of the dimension").first.fill("35")
    expect(page.locator(".bar-sum")).to_have_text("95 % of 100 %, 5 missing")
    wait_until_saved(page)
    expect(page.locator("[data-todo]")).to_contain_text("Weights sum to 95, not to 100")
    page.get_by_role("button", name="Review and publish").click()


def bend_the_first_curve(page: Page) -> None:
    """With the mouse, then with the keyboard; the table follows both."""
    article = page.locator("[data-indicator]").first
    article.locator("[data-toggle]").click()
    before = numbers(article)
    dot = article.locator(".point").nth(1)
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 24, y - 40, steps=5)
    page.mouse.up()
    dragged = numbers(article)
    assert float(dragged[2]) > float(before[2])
    assert float(dragged[3]) > float(before[3])

    dot.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowLeft")
    bent = numbers(article)
    assert float(bent[3]) == float(dragged[3]) - 9
    assert float(bent[2]) < float(dragged[2])
    expect(article.locator("[data-readout]")).to_contain_text("Point 2 of 4")

    page.keyboard.press("+")
    assert len(numbers(article)) == len(before) + 2
    page.keyboard.press("Delete")
    assert numbers(article) == bent


def publish(page: Page, why: str) -> None:
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(why)).to_be_visible()


def use_it_by_default(page: Page) -> None:
    page.get_by_role("link", name="Name and use").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Make default").click()
    expect(page.get_by_text("Journey is the default now.")).to_be_visible()


def compute() -> None:
    """What a worker does soon after a scorecard was published or put in use."""
    runs = recompute_requested()
    assert [(run.account_ids, run.status) for run in runs] == [(None, "finished")]


def second_version(page: Page, card: Scorecard) -> None:
    page.goto(f"/scorecards/{card.slug}/")
    page.get_by_role("button", name="Edit", exact=True).click()
    weights = page.get_by_label("Weight of the dimension")
    weights.nth(0).fill("50")
    weights.nth(1).fill("10")
    wait_until_saved(page)
    page.get_by_role("button", name="Review and publish").click()
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    publish(page, WHY)


def the_chart_and_the_comparison_tell_it(page: Page, card: Scorecard) -> None:
    snapshot = Snapshot.objects.filter(day=today(), version__scorecard=card).first()
    assert snapshot is not None
    page.goto(f"/accounts/{snapshot.account.public_id}/health/")
    expect(page.locator(".score-chart").first).to_contain_text("Journey v2")
    page.get_by_text("Show as table").first.click()
    expect(page.locator(".score-chart table").first).to_contain_text(WHY)

    page.goto(f"/scorecards/{card.slug}/diff/")
    expect(page.get_by_role("heading", name="Version 1 and version 2")).to_be_visible()
    usage = page.get_by_role("region", name="Usage")
    expect(usage.locator(".was").first).to_have_text(re.compile("40"))
    expect(usage.locator(".is").first).to_have_text(re.compile("50"))


def test_the_editor_works_without_javascript(open_as, standard_again):
    page = open_as("ops", script=False)
    copy_standard(page, "Journey in plain HTML")
    page.get_by_role("button", name="Add indicator").first.click()
    page.get_by_role("button", name=re.compile("Sessions")).click()
    weights = page.get_by_label(re.compile("^Weight of .* in its dimension"))
    sessions = page.get_by_label("Weight of Sessions in its dimension")
    weights.first.fill("20")
    sessions.fill("10")
    page.get_by_label("Value of point 2").first.fill("41")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()

    draft = Scorecard.objects.get(name="Journey in plain HTML").versions.get()
    usage = draft.definition["dimensions"][0]["indicators"]
    assert usage[0]["weight"] == 20
    assert usage[-1]["source"] == "sessions_30d"
    assert usage[0]["curve"][1][0] == 41


def test_two_editors_lose_nothing(open_as, standard_again):
    first, second = open_as("ops"), open_as("admin")
    editor = copy_standard(first, "Journey of two")
    second.goto(editor)
    first.get_by_label("Weight of the dimension").first.fill("30")
    wait_until_saved(first)

    second.get_by_label("Weight of the dimension").first.fill("25")
    expect(second.locator("[data-save-state]")).to_contain_text(
        "saved this draft meanwhile", timeout=15_000
    )
    second.get_by_role("button", name="Save draft").last.click()
    expect(
        second.get_by_text("saved this draft while you were editing")
    ).to_be_visible()
    weight = second.get_by_label("Weight of the dimension").first
    expect(weight).to_have_value("25")
    second.get_by_role("button", name="Save mine").click()
    expect(second.get_by_text("The draft is saved.")).to_be_visible()


LOOKS = (
    pytest.param({}, id="light-wide"),
    pytest.param({"dark": True, "phone": True}, id="dark-phone"),
)


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_are_accessible(open_as, standard_again, look):
    page = open_as("ops", **look)
    editor = copy_standard(page, f"Journey {'dark' if look else 'light'}")
    slug = editor.split("/")[-3]
    page.locator("[data-toggle]").first.click()
    found = violations(page)
    page.get_by_role("button", name="Add indicator").first.click()
    expect(page.get_by_role("heading", name="What should it read?")).to_be_visible()
    found += violations(page)
    account = Account.objects.order_by("name").first()
    assert account is not None
    for address in (
        f"/scorecards/{slug}/draft/preview/?account={account.public_id}",
        f"/scorecards/{slug}/draft/publish/",
        f"/scorecards/{slug}/diff/",
        f"/scorecards/{slug}/use/",
        f"/scorecards/order/?account={account.public_id}",
        "/scorecards/new/?copy=standard",
        "/scorecards/",
    ):
        page.goto(address)
        found += violations(page)
    assert found == []


def violations(page: Page) -> list[str]:
    found = [
        f"{page.url}: {violation['id']} at {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
    ]
    is_too_wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return [*found, f"{page.url}: scrolls sideways"] if is_too_wide else found
