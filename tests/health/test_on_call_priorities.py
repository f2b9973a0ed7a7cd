"""A priority that joins on-call paging begins to count alone; the others go on."""

import pytest

from health.queries.on_call import on_call_settings
from health.services.on_call import change_on_call
from tests.factories.organisation import OrganisationFactory
from tests.health.on_call_world import START, Desk, ending
from tickets.services import claim, release, update_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    OrganisationFactory(timezone="Europe/Berlin")
    return Desk()


def pages_for(desk, *priorities):
    change_on_call(by=desk.admin, priorities=list(priorities), now=desk.now)


def given_back(desk, ticket) -> int:
    """Release a ticket, and what is sent within the next minute."""
    release(ticket, by=desk.agent, now=desk.now)
    return desk.tick(1)


def test_what_was_taken_before_another_priority_joined_pages_when_given_back(desk):
    desk.call()
    ticket = desk.open()
    claim(ticket, by=desk.agent, now=desk.now)
    desk.wait(5)
    pages_for(desk, "critical", "high")
    assert desk.tick(5) == 0

    assert given_back(desk, ticket) == 1
    assert ending(ticket) == ""


def test_old_tickets_of_a_priority_that_joins_are_left_alone(desk):
    desk.call()
    waiting = desk.open(priority="high")
    taken = desk.open(priority="high")
    claim(taken, by=desk.agent, now=desk.now)
    desk.wait(5)
    pages_for(desk, "critical", "high")

    assert desk.tick(5) == 0
    assert given_back(desk, taken) == 0
    update_ticket(waiting, by=desk.agent, priority="critical", now=desk.now)
    assert desk.tick(1) == 1
    desk.open(priority="high")
    assert desk.tick(1) == 1


def test_a_priority_that_left_and_joins_again_counts_anew(desk):
    desk.call(priorities=["critical", "high"])
    desk.wait(5)
    pages_for(desk, "critical")
    desk.open(priority="high")
    desk.wait(5)
    pages_for(desk, "critical", "high")

    assert desk.tick(1) == 0
    pages_for(desk, "critical", "high", "medium")
    settings = on_call_settings()
    assert set(settings.joined_at) == {"high", "medium"}
    assert settings.since("critical") == settings.paging_since < START
    assert settings.since("high") < settings.since("medium")
    assert settings.since("low") is None


def test_whoever_comes_on_call_anew_starts_with_all_priorities(desk):
    desk.call()
    pages_for(desk, "critical", "high")
    change_on_call(by=desk.admin, people=[], now=desk.now)
    assert on_call_settings().since("high") is None
    desk.wait(5)
    desk.call()

    settings = on_call_settings()
    assert settings.joined_at == {}
    assert settings.since("high") == settings.since("critical")
