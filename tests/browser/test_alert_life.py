"""The life of an alert as people see it: it opens once, gets worse, sleeps, wakes, goes
up to the lead, ends by itself; and why another account stayed quiet.

Days pass by computing them one after the other, with the clock set to each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import Account
from health.models import Alert, AlertLedgerEntry, AlertRule
from health.services import recompute
from health.services.alerts import close_alert, escalate_overdue
from organisation.clock import today
from organisation.models import User
from tests.browser.waiting import until_ready, until_settled
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import ScorecardFactory, ScorecardVersionFactory
from tests.factories.usage import MetricFactory, MetricValueFactory

RULE = "entered-worse-band"
CURVE = [[0, 0], [100, 100]]


class World:
    """Two accounts with a scorecard of their own that reads one number."""

    def __init__(self, word: str) -> None:
        self.csm = User.objects.get(email="csm@example.com")
        segment = SegmentFactory(name=word, slug=word.lower())
        key = f"{word.lower()}_score"
        self.metric = MetricFactory(key=key)
        reading = {"source": f"metric:{key}", "weight": 100, "curve": CURVE}
        dimension = {
            "key": "all",
            "label": "All",
            "weight": 100,
            "indicators": [reading],
        }
        card = ScorecardFactory(name=word, is_active=True, priority=0)
        card.segments.add(segment)
        ScorecardVersionFactory(scorecard=card, definition={"dimensions": [dimension]})
        book = {"segment": segment, "owner": self.csm, "team": self.csm.team}
        self.loud = AccountFactory(name=f"Zephyr {word}", **book)
        self.quiet = AccountFactory(name=f"Quartz {word}", **book)

    def passes(self, days_ago: int, loud: float, quiet: float) -> None:
        """One day comes and is computed, with these scores."""
        day = today() - timedelta(days=days_ago)
        for account, score in ((self.loud, loud), (self.quiet, quiet)):
            MetricValueFactory(
                account=account,
                metric=self.metric,
                observed_at=noon(day) - timedelta(hours=1),
                value=score,
            )
        with time_machine.travel(noon(day), tick=False):
            ids = [self.loud.pk, self.quiet.pk]
            recompute(day=day, trigger="nightly", account_ids=ids)

    def alert_of(self, account: Account) -> Alert:
        """The only alert that the rule ever opened about an account."""
        return Alert.objects.get(account=account, rule__key=RULE)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZoneInfo("UTC"))


@pytest.fixture
def rule(site: str) -> Iterator[AlertRule]:
    """The rule; afterwards it is as it was."""
    rule = AlertRule.objects.get(key=RULE)
    yield rule
    AlertRule.objects.filter(pk=rule.pk).update(
        escalate_after_days=rule.escalate_after_days
    )


@pytest.mark.usefixtures("rule")
def test_the_life_of_an_alert(open_as):
    world = World("Journeys")
    world.passes(6, loud=85, quiet=85)
    world.passes(5, loud=55, quiet=55)
    close_alert(world.alert_of(world.quiet), by=world.csm, reason="Agreed with them.")
    world.passes(4, loud=54, quiet=85)
    page = open_as("csm")

    it_fired_once_and_is_put_to_sleep(page, world)
    world.passes(3, loud=35, quiet=55)
    it_woke_because_it_got_worse(page, world)
    escalation_is_switched_on(open_as("ops"))
    escalate_overdue(noon(today()) + timedelta(hours=1))
    it_went_up_to_the_lead(page, world)
    world.passes(2, loud=90, quiet=55)
    it_ended_by_itself(page, world)
    the_ledger_says_why_the_other_stayed_quiet(page, world)


def it_fired_once_and_is_put_to_sleep(page: Page, world: World) -> None:
    page.goto(f"/alerts/?tab=mine&rule={RULE}&q=zephyr+journeys")
    expect(page.locator("#inbox tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Went from Healthy to Critical, now 54.0."
    )
    until_ready(page)
    page.keyboard.press("s")
    page.get_by_label("Until it gets worse").check()
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("until worse").first).to_be_visible()
    page.goto(f"/alerts/?tab=mine&rule={RULE}&q=zephyr+journeys")
    expect(page.get_by_text("No alert matches these filters.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Snoozed")).click()
    expect(page.locator("#inbox tbody tr")).to_have_count(1)


def it_woke_because_it_got_worse(page: Page, world: World) -> None:
    page.goto(f"/alerts/{world.alert_of(world.loud).public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Went from Healthy to Churn risk, now 35.0."
    )
    expect(page.get_by_role("button", name="Wake")).to_have_count(0)
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()


def escalation_is_switched_on(page: Page) -> None:
    page.goto("/alerts/rules/")
    page.get_by_role("link", name="Entered a worse band").click()
    page.get_by_label("Days until the team lead is told").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(
        page.get_by_text(re.compile("greater than or equal to 1")).first
    ).to_be_visible()
    page.get_by_label("Days until the team lead is told").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("team lead after 3 days")).to_be_visible()


def it_went_up_to_the_lead(page: Page, world: World) -> None:
    alert = world.alert_of(world.loud)
    assert alert.escalated_to is not None
    page.reload()
    words = f"escalated to {alert.escalated_to.label}"
    expect(page.get_by_text(words).first).to_be_visible()
    told = page.get_by_role("region", name="Who was told")
    expect(told.get_by_text(re.compile("Opened")).first).to_be_visible()
    expect(told.get_by_text(re.compile("Escalated")).first).to_be_visible()


def it_ended_by_itself(page: Page, world: World) -> None:
    page.reload()
    expect(page.get_by_text("closed by itself").first).to_be_visible()
    expect(page.get_by_text("Back in Healthy with 90.0.").first).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    assert world.alert_of(world.loud).closed_by is None


def the_ledger_says_why_the_other_stayed_quiet(page: Page, world: World) -> None:
    assert AlertLedgerEntry.objects.filter(account=world.quiet).exists()
    page.goto("/alerts/ledger/?q=quartz+journeys")
    row = page.get_by_role("row").filter(has_text="Entered a worse band").first
    expect(row).to_contain_text("Cooling down")
    row.get_by_role("link", name="Quartz Journeys").click()
    rules = page.get_by_role("region", name="Every rule, right now")
    expect(rules.get_by_text("Entered a worse band")).to_be_visible()


def test_alerts_are_dealt_with_without_javascript(open_as):
    world = World("Plain")
    world.passes(6, loud=85, quiet=85)
    world.passes(5, loud=55, quiet=55)
    page = open_as("csm", script=False)
    page.goto(f"/alerts/?tab=mine&rule={RULE}&q=plain")
    rows = page.locator("#inbox tbody tr")
    for box in rows.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("Say why the alert is closed.").first).to_be_visible()
    page.get_by_label("Reason").fill("Talked to both.")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("2 alerts closed.")).to_be_visible()


def test_the_keyboard_alone_deals_with_alerts(open_as):
    world = World("Keys")
    world.passes(6, loud=85, quiet=85)
    world.passes(5, loud=55, quiet=55)
    page = open_as("csm")
    page.goto(f"/alerts/?tab=mine&rule={RULE}&q=keys")
    rows = page.locator("#inbox tbody tr")
    expect(rows).to_have_count(2)

    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.get_by_text("1 alert acknowledged.")).to_be_visible()
    expect(rows.first).to_have_class(re.compile("here"))
    until_settled(page)
    page.keyboard.press("s")
    page.keyboard.press("Tab")
    page.get_by_label("For a week").press("Enter")
    expect(page.get_by_text("1 alert snoozed.")).to_be_visible()
    expect(rows).to_have_count(1)
    expect(rows.first.locator("[data-open]")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone for 1 alert.")).to_be_visible()
    expect(rows).to_have_count(2)
