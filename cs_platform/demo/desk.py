"""Demo tickets as rows: messages, statuses, and what became of their promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from html import escape
from typing import Any

import numpy as np

from cs_platform.demo.copying import copy_rows
from cs_platform.demo.stories import Story
from cs_platform.demo.world import World
from organisation.calendar_services import current_version
from organisation.calendars import version_calendar
from tickets.clock import (
    ALWAYS,
    ClockFacts,
    StatusInterval,
    pauses_of,
    used_seconds,
    verdict,
)
from tickets.models import SlaTier, SlaTierVersion, SupportLevel
from tickets.services.tiers import Target, newest_version, target_of

Row = dict[str, Any]
#: The tier of each plan, from the smallest plan to the largest.
TIERS = ("self-service", "shared", "dedicated")
_NO_ROW: Row = {
    "carried_seconds": 0.0,
    "due_at": None,
    "warn_at": None,
    "stopped_at": None,
    "late_seconds": None,
    "breached_at": None,
    "warned_at": None,
}


@dataclass(frozen=True)
class Ticket:
    """What a promise depends on."""

    pk: int
    priority: str
    plan_index: int
    story: Story
    level: int = 1


class Desk:
    """Turns stories of one world into rows; ``now`` is the end of the window."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.begin = datetime.combine(world.first_day, time(), UTC)
        self.now = self.at(world.until)
        self.versions = _versions()
        self.calendars = {v.pk: current_version(v.calendar) for v in self.versions}
        self.levels = {
            level: minutes * 60
            for level, minutes in SupportLevel.objects.values_list(
                "level", "response_minutes"
            )
        }
        self.clock_rows: list[Row] = []
        self.event_rows: list[Row] = []

    def at(self, hours: float) -> datetime:
        """Hours since the window began as an instant."""
        return self.begin + timedelta(seconds=round(hours * 3600))

    def past(self, hours: float) -> datetime | None:
        """The same, if it has happened by the end of the window."""
        instant = self.at(min(hours, 1e6))
        return instant if instant < self.now else None

    def reach(
        self, plan: int, priority: str, metric: str, start: float, share: float
    ) -> float:
        """When a share of what a plan promises is used up, in hours as everywhere.

        Where a plan promises nothing, people are about as fast as for the next one.
        """
        version = self.versions[plan]
        target = target_of(version, metric, priority, level_seconds=None)
        target = target or target_of(
            self.versions[1], metric, priority, level_seconds=None
        )
        if target is None:
            return start + 8 * share
        calendar = self.calendars[version.pk]
        hours = ALWAYS if target.is_always else version_calendar(calendar)
        due = hours.due_at(self.at(start), target.seconds * share)
        return (due - self.begin).total_seconds() / 3600 if due else start

    def judge(self, ticket: Ticket) -> Row:
        """Make the clocks of a ticket; answers its columns that follow from them."""
        version = self.versions[ticket.plan_index]
        rows = list(self._clocks(ticket, version))
        self.clock_rows += rows
        running = [
            (row["due_at"], row["metric"])
            for row in rows
            if row["state"] == "running" and row["due_at"]
        ]
        due, metric = min(running, default=(None, ""))
        missed = [row["breached_at"] for row in rows if row["breached_at"]]
        is_done = self.past(ticket.story.resolved[-1]) is not None
        is_kept = not missed if is_done and rows else None
        return {
            "tier_id": version.tier_id,
            "next_due_at": due,
            "next_due_metric": metric,
            "breached_at": min(missed, default=None),
            "is_sla_met": False if missed else is_kept,
        }

    def _clocks(self, ticket: Ticket, version: SlaTierVersion) -> Iterator[Row]:
        story = ticket.story
        yield from self._clock(
            ticket, version, "first_response", 1, story.opened, story.responded
        )
        questions = [said.at for said in story.said if said.side == "customer"][1:]
        answers = [s.at for s in story.said if s.side == "agent" and not s.is_note]
        for cycle, asked in enumerate(questions, 1):
            answered = min((a for a in answers if a > asked), default=np.inf)
            yield from self._clock(
                ticket, version, "next_response", cycle, asked, answered
            )
        carried = 0.0
        starts = [story.opened, *story.reopened]
        for cycle, (start, end) in enumerate(
            zip(starts, story.resolved, strict=True), 1
        ):
            for row in self._clock(
                ticket, version, "resolution", cycle, start, end, carried=carried
            ):
                carried = row.pop("used")
                yield row

    def _clock(
        self,
        ticket: Ticket,
        version: SlaTierVersion,
        metric: str,
        cycle: int,
        start: float,
        end: float,
        *,
        carried: float = 0.0,
    ) -> Iterator[Row]:
        """One clock, if it has begun and anything is promised."""
        target = self._promised(ticket, version, metric, start)
        if target is None or self.past(start) is None:
            return
        calendar = None if target.is_always else self.calendars[version.pk]
        facts = ClockFacts(
            started_at=self.at(start),
            target_seconds=target.seconds,
            calendar=version_calendar(calendar) if calendar else ALWAYS,
            carried_seconds=carried,
            pauses=self._pauses(ticket.story) if metric == "resolution" else (),
            stopped_at=self.past(end),
        )
        row = _NO_ROW | {
            "ticket_id": ticket.pk,
            "metric": metric,
            "cycle": cycle,
            "tier_version_id": version.pk,
            "calendar_version_id": calendar.pk if calendar else None,
            "target_seconds": target.seconds,
            "warn_percent": 75,
            "is_paused_on_hold": False,
            "carried_seconds": carried,
            "started_at": facts.started_at,
        }
        row |= self._outcome(ticket, metric, cycle, facts)
        if metric == "resolution":
            row["used"] = used_seconds(facts, facts.stopped_at or self.now)
        yield row

    def _promised(
        self, ticket: Ticket, version: SlaTierVersion, metric: str, start: float
    ) -> Target | None:
        """What is promised at an instant; sooner once a ticket was escalated."""
        after = ticket.story.escalated
        level = self.levels[ticket.level] if after and start > after else None
        return target_of(version, metric, ticket.priority, level_seconds=level)

    def _pauses(self, story: Story) -> list[Any]:
        intervals = [
            StatusInterval(value, self.at(start), self.past(end))
            for value, start, end in story.statuses
            if self.past(start) is not None
        ]
        return pauses_of(intervals, is_paused_on_hold=False)

    def _outcome(
        self, ticket: Ticket, metric: str, cycle: int, facts: ClockFacts
    ) -> Row:
        found = verdict(facts)
        if facts.stopped_at is None:
            is_paused = found.due_at is None
            return {
                "state": "paused" if is_paused else "running",
                "due_at": found.due_at,
                "warn_at": found.warn_at,
            }
        warned = self._tell(ticket, metric, cycle, found, facts)
        return {
            "state": "met" if found.met else "breached",
            "due_at": found.due_at,
            "warn_at": found.warn_at,
            "stopped_at": facts.stopped_at,
            "late_seconds": found.late_seconds,
            "breached_at": None if found.met else found.due_at,
            "warned_at": warned,
        }

    def _tell(
        self, ticket: Ticket, metric: str, cycle: int, found, facts
    ) -> datetime | None:
        """What a worker would have written in time; answers when it warned."""
        kind = "met" if found.met else "breach"
        said = {kind: facts.stopped_at if found.met else found.due_at}
        if found.warn_at is not None and found.warn_at < facts.stopped_at:
            said["warning"] = found.warn_at
        self.event_rows += [
            {
                "ticket_id": ticket.pk,
                "metric": metric,
                "cycle": cycle,
                "kind": kind,
                "happened_at": at,
                "recorded_at": at,
            }
            for kind, at in said.items()
        ]
        return said.get("warning")

    def write_promises(self) -> None:
        """The rows of all tickets that were judged."""
        for table, rows in (
            ("tickets_slaclock", self.clock_rows),
            ("tickets_slaevent", self.event_rows),
        ):
            if rows:
                copy_rows(table, {name: [r[name] for r in rows] for name in rows[0]})


def message_rows(desk: Desk, tickets: list[Ticket], people: list[Row]) -> None:
    """What was written by the end of the window. ``people`` has author_id (agent),
    agent, contact_id, customer and email of each ticket."""
    rows = []
    for ticket, who in zip(tickets, people, strict=True):
        for said in ticket.story.said:
            sent_at = desk.past(said.at)
            if sent_at is None:
                continue
            is_agent = said.side == "agent"
            rows.append(
                {
                    "ticket_id": ticket.pk,
                    "kind": "note" if said.is_note else "public",
                    "side": said.side,
                    "author_id": who["author_id"] if is_agent else None,
                    "contact_id": None if is_agent else who["contact_id"],
                    "author_name": who["agent"] if is_agent else who["customer"],
                    "author_email": "" if is_agent else who["email"],
                    "html": paragraphs(said.text),
                    "text": said.text,
                    "channel": "" if said.is_note else who["channel"],
                    "sent_at": sent_at,
                }
            )
    copy_rows("tickets_message", {name: [r[name] for r in rows] for name in rows[0]})


def period_rows(desk: Desk, tickets: list[Ticket]) -> None:
    """Every status, and the one priority each had."""
    rows = []
    for ticket in tickets:
        for value, start, end in ticket.story.statuses:
            begun = desk.past(start)
            if begun is not None:
                rows.append(_period(ticket, "status", value, begun, desk.past(end)))
        opened = desk.at(ticket.story.opened)
        rows.append(_period(ticket, "priority", ticket.priority, opened, None))
    names = rows[0]
    copy_rows("tickets_ticketperiod", {name: [r[name] for r in rows] for name in names})


def _period(ticket: Ticket, field: str, value: str, start, end) -> Row:
    return {
        "ticket_id": ticket.pk,
        "field": field,
        "value": value,
        "valid_from": start,
        "valid_to": end,
    }


def paragraphs(text: str) -> str:
    """Plain paragraphs as HTML."""
    parts = escape(text, quote=False).split("\n\n")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)


def _versions() -> list[SlaTierVersion]:
    """What is promised to each plan, from the smallest to the largest."""
    tiers = {tier.slug: tier for tier in SlaTier.objects.all()}
    newest = [newest_version(tiers[slug].pk) for slug in TIERS]
    return [version for version in newest if version is not None]
