"""Demo conversations: the stories of all tickets of a world, and their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.models import Contact
from cs_platform.demo import sayings
from cs_platform.demo.copying import copy_rows
from cs_platform.demo.desk import Desk, Ticket, message_rows, period_rows
from cs_platform.demo.pace import Hours, answering
from cs_platform.demo.stories import People, Said, Story, tell
from cs_platform.demo.threads import BY_SUBJECT
from cs_platform.demo.world import Agent, World
from tickets.categories import first_level
from tickets.services.numbers import next_numbers

_CHANNELS = ("email", "email", "email", "web_form", "portal", "chat", "phone")
_HIGHEST = 4


@dataclass(frozen=True)
class Drawn:
    """What the dice said, one entry per ticket; ``escalated`` is NaN where it was not,
    else the hour."""

    account: np.ndarray
    priority: np.ndarray
    wellbeing: np.ndarray
    escalated: np.ndarray

    def kept(self, held: np.ndarray) -> Drawn:
        """Only these tickets."""
        return Drawn(**{name: values[held] for name, values in vars(self).items()})


def write_conversations(
    world: World, drawn: Drawn, columns: dict[str, Any], hours: Hours
) -> None:
    """Write tickets with messages, statuses and clocks. ``columns`` are those of the
    ticket table so far, ``hours`` the course of each ticket."""
    desk = Desk(world)
    tickets, agents = _tickets(world, drawn, columns, hours)
    people = _people(world, drawn, columns, agents)
    for ticket, who, subject in zip(tickets, people, columns["subject"], strict=True):
        names = People(who["customer"], who["agent"], who["account"])
        answer = answering(desk, ticket.plan_index, ticket.priority, world.rng)
        thread = BY_SUBJECT[subject][1]
        tell(ticket.story, thread, names, world.rng, answering=answer)
        _escalate(ticket, world.rng)
    judged = [desk.judge(ticket) for ticket in tickets]
    columns |= _listed(judged)
    columns |= _listed(
        [_row(desk, ticket, who) for ticket, who in zip(tickets, people, strict=True)]
    )
    columns |= _listed(
        [
            _afterwards(world.rng, BY_SUBJECT[subject][1], resolved)
            for subject, resolved in zip(
                columns["subject"], columns["resolved_at"], strict=True
            )
        ]
    )
    columns["csat_comment"] = [_comment(world.rng, score) for score in columns["csat"]]
    columns["number"] = next_numbers(len(tickets))
    copy_rows("tickets_ticket", columns)
    message_rows(desk, tickets, people)
    period_rows(desk, tickets)
    desk.write_promises()


def _listed(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _tickets(
    world: World, drawn: Drawn, columns: dict[str, Any], hours: Hours
) -> tuple[list[Ticket], list[Agent]]:
    """The tickets, and who looks after each."""
    tickets, agents = [], []
    for i, pk in enumerate(columns["id"]):
        resolved, reopened = [float(hours.first_resolved[i])], []
        if hours.is_reopened[i]:
            reopened.append(float(hours.reopened_at[i]))
            resolved.append(float(hours.resolved[i]))
        opened, responded = float(hours.opened[i]), float(hours.responded[i])
        up = float(drawn.escalated[i])
        is_up = responded < up < resolved[0]
        priority = str(columns["priority"][i])
        level = first_level(str(columns["category"][i]), priority)
        level = min(level + is_up, _HIGHEST)
        story = Story(
            opened=opened,
            taken=opened + (responded - opened) * world.rng.uniform(0.3, 0.8),
            responded=responded,
            resolved=resolved,
            reopened=reopened,
            escalated=up if is_up else None,
        )
        plan = int(world.plan_index[drawn.account[i]])
        tickets.append(Ticket(int(pk), priority, plan, story, level))
        agents.append(_at_work(world, level, responded))
    return tickets, agents


def _at_work(world: World, level: int, hour: float) -> Agent:
    """Somebody of the level whose shift it is, else whoever comes nearest."""
    present = [agent for agent in world.agents if agent.is_at_work(hour % 24)]
    return min(
        present or world.agents,
        key=lambda agent: (abs(agent.level - level), world.rng.random()),
    )


def _people(
    world: World, drawn: Drawn, columns: dict[str, Any], agents: list[Agent]
) -> list[dict[str, Any]]:
    """Who writes on each ticket: its contact and its assignee."""
    contacts = {
        pk: (name, email)
        for pk, name, email in Contact.objects.filter(
            pk__in=set(columns["contact_id"])
        ).values_list("pk", "name", "email")
    }
    people = []
    for place, (contact, agent) in enumerate(
        zip(columns["contact_id"], agents, strict=True)
    ):
        name, email = contacts[contact]
        people.append(
            {
                "author_id": agent.pk,
                "agent": agent.name,
                "team_id": agent.team,
                "contact_id": contact,
                "customer": name,
                "email": email,
                "account": world.names[int(drawn.account[place])],
                "channel": _CHANNELS[place % len(_CHANNELS)],
            }
        )
    return people


def _escalate(ticket: Ticket, rng) -> None:
    """A note with the reason, as whoever hands a ticket up leaves one."""
    story = ticket.story
    if story.escalated is not None:
        story.reason = str(rng.choice(sayings.REASONS))
        head = f"Escalated from level {ticket.level - 1} to level {ticket.level}"
        note = Said(story.escalated, "agent", f"{head}\n\n{story.reason}", True)
        story.said.append(note)
        story.said.sort(key=lambda said: said.at)


def _row(desk: Desk, ticket: Ticket, who: dict[str, Any]) -> dict[str, Any]:
    """What a ticket says of its conversation and where it stands at the end."""
    story = ticket.story
    said = [(s, at) for s in story.said if (at := desk.past(s.at)) is not None]
    answers = [at for s, at in said if s.side == "agent" and not s.is_note]
    asked = [at for s, at in said if s.side == "customer"]
    changes = [
        (value, at)
        for value, start, _end in story.statuses
        if (at := desk.past(start)) is not None
    ]
    status = changes[-1][0]
    ends = [at for hour in story.resolved if (at := desk.past(hour)) is not None]
    has_one = desk.past(story.taken) is not None
    escalated = desk.past(story.escalated) if story.escalated is not None else None
    return {
        "status": status,
        "assignee_id": who["author_id"] if has_one else None,
        "team_id": who["team_id"],
        "level": ticket.level,
        "escalated_at": escalated,
        "escalation_count": int(escalated is not None),
        "channel": who["channel"],
        "requester_name": who["customer"],
        "requester_email": who["email"],
        "first_responded_at": min(answers, default=None),
        "resolved_first_at": ends[0] if ends else None,
        "resolved_at": ends[-1] if status in ("resolved", "closed") else None,
        "closed_at": desk.past(story.closed),
        "agent_message_count": len(answers),
        "last_agent_message_at": max(answers, default=None),
        "last_customer_message_at": max(asked, default=None),
        "cycle": 1 + sum(desk.past(again) is not None for again in story.reopened),
        "updated_at": max(at for _what, at in [*said, *changes]),
    }


def _afterwards(rng, thread, resolved) -> dict[str, str]:
    """What the desk wrote down when it was done, and its tags."""
    is_written = resolved is not None and rng.random() < 0.6
    tags = [thread.tag] if thread.tag and rng.random() < 0.45 else []
    if rng.random() < 0.05:
        tags.append("vip")
    return {
        "root_cause": thread.cause if is_written else "",
        "resolution_note": thread.fix[:1].upper() + thread.fix[1:]
        if is_written and rng.random() < 0.5
        else "",
        "tags": "{" + ",".join(f'"{tag}"' for tag in tags) + "}",
    }


def _comment(rng, score: int | None) -> str:
    if score is None or rng.random() > 0.4:
        return ""
    choices: tuple[str, ...] = sayings.RATED_BADLY
    if score >= 4:
        choices = sayings.RATED_WELL
    elif score == 3:
        choices = sayings.RATED_MIDDLING
    return str(rng.choice(choices))
