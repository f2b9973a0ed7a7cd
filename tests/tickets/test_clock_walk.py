"""Whatever happens to a ticket, its clocks are what a walker through it finds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tickets.clock_walker import RESOLUTION, Walker
from tests.tickets.clock_world import MINUTE, MONDAY, Desk, promise
from tickets.models import SlaClock, SlaEvent
from tickets.services import (
    CannotMerge,
    bulk_merge,
    change_priority,
    change_status,
    mark_spam,
    reopen,
    resolve,
    undo_bulk,
    unmark_spam,
)
from tickets.services.clock_worker import record_due
from tickets.services.clocks import recheck, retarget

pytestmark = pytest.mark.django_db

TARGETS = {
    "critical": {"first_response": 20, "next_response": 15, "resolution": 60},
    "high": {"first_response": 60, "next_response": 45, "resolution": 240},
    "medium": {"first_response": 40, "next_response": 30},
    "low": {"resolution": 90},
}
#: The walker goes by half minutes.
HALVES = {
    priority: {metric: 2 * minutes for metric, minutes in metrics.items()}
    for priority, metrics in TARGETS.items()
}
STEPS = st.tuples(
    st.integers(1, 50),
    st.sampled_from(
        ["reply", "ask", "wait", "resume", "resolve", "reopen", "spam", "unspam",
         "look", *TARGETS]
    ),
)  # fmt: skip


class Story:
    """A ticket and its walker, to whom the same things happen."""

    def __init__(self, desk, priority):
        self.desk = desk
        self.ticket = desk.ticket(priority=priority)
        self.walker = Walker(HALVES, priority)
        # Never at the very instant at which resolution is due.
        self.walker.wait(1)

    @property
    def at(self):
        return self._instant(self.walker.now)

    def happen(self, minutes, what):
        self.walker.wait(2 * minutes)
        done = {"by": self.desk.agent, "now": self.at}
        walker = self.walker
        match what:
            case "reply" | "wait" | "resume" | "resolve" if walker.is_spam:
                """Nobody works on spam."""
            case "reply":
                self.desk.reply(self.ticket, self.at)
                walker.reply()
            case "ask":
                self.desk.ask(self.ticket, self.at)
                walker.ask()
            case "wait" if walker.status in ("new", "in_progress"):
                change_status(self.ticket, status="waiting", **done)
                walker.status = "waiting"
            case "resume" if walker.status == "waiting":
                change_status(self.ticket, status="in_progress", **done)
                walker.status = "in_progress"
            case "resolve" if not walker.is_done:
                resolve(self.ticket, **done)
                walker.resolve()
            case "reopen" if walker.is_done:
                reopen(self.ticket, **done)
                walker.reopen()
            case "spam" | "unspam":
                (mark_spam if what == "spam" else unmark_spam)(self.ticket, **done)
                walker.is_spam = what == "spam"
            case "look":
                record_due(self.at)
            case "critical" | "high" | "medium" | "low" if not walker.is_spam:
                change_priority(self.ticket, priority=what, **done)
                if what != walker.priority:
                    walker.change_priority(what)

    def end(self):
        """Out of spam, and every miss written down."""
        self.happen(1, "unspam")
        record_due(self.at)
        self.walker.look()

    def walked(self):
        is_paused = self.walker.status == "waiting"
        return {
            (
                clock.metric,
                clock.cycle,
                "paused" if stands else clock.state,
                self._instant(clock.start),
                self._instant(clock.end),
                self._instant(clock.missed),
            )
            for clock in self.walker.clocks
            for stands in [is_paused and clock.is_open and clock.metric == RESOLUTION]
        }

    def stored(self):
        rows = SlaClock.objects.filter(ticket=self.ticket)
        return {
            (
                row.metric,
                row.cycle,
                row.state,
                row.started_at,
                None if row.state == "cancelled" else row.stopped_at,
                row.breached_at,
            )
            for row in rows
        }

    def lasting(self):
        """The clocks that were not cancelled."""
        return {row for row in self.stored() if row[2] != "cancelled"}

    def verdicts(self):
        rows = SlaEvent.objects.filter(ticket=self.ticket)
        rows = rows.filter(kind__in=["met", "no_response", "breach"])
        return {(row.metric, row.cycle, row.kind, row.happened_at) for row in rows}

    def _instant(self, half):
        return None if half is None else MONDAY + half * MINUTE / 2


def verdicts_of(stored):
    """The records that must stand for these clocks, each once."""
    missed = {(*row[:2], "breach", row[5]) for row in stored if row[5]}
    ended = {(*row[:3], row[4]) for row in stored if row[2] in ("met", "no_response")}
    return missed | ended


@pytest.fixture
def desk():
    targets = {
        priority: promise(**minutes)[priority] for priority, minutes in TARGETS.items()
    }
    return Desk(targets)


@given(st.sampled_from(list(TARGETS)), st.lists(STEPS, max_size=14))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_clocks_are_what_a_walker_finds(desk, priority, steps):
    story = Story(desk, priority)

    for minutes, what in steps:
        story.happen(minutes, what)
    story.end()

    stored = story.stored()
    assert stored == story.walked()
    assert story.verdicts() == verdicts_of(stored)
    story.ticket.refresh_from_db()
    recheck(story.ticket, now=story.at)
    retarget(story.ticket, now=story.at, reason="rebuild")
    assert story.stored() == stored


@given(
    st.lists(st.sampled_from(list(TARGETS)), min_size=2, max_size=2),
    st.lists(st.tuples(st.booleans(), STEPS), max_size=14),
)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_merge_that_is_undone_leaves_no_trace_on_the_clocks(desk, priorities, steps):
    target, source = stories = [Story(desk, priority) for priority in priorities]
    for is_first, (minutes, what) in steps:
        stories[is_first].happen(minutes, what)
        stories[not is_first].happen(minutes, "look")
    for story in stories:
        story.end()
    before = [story.lasting() for story in stories]
    by = desk.agent

    try:
        change = bulk_merge([source.ticket], into=target.ticket, by=by, now=target.at)
    except CannotMerge:
        return
    undo_bulk(change, by=by, now=target.at)

    assert [story.lasting() for story in stories] == before
    assert [story.verdicts() for story in stories] == list(map(verdicts_of, before))
