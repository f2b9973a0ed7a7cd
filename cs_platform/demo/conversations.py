"""Demo conversations: the stories of all tickets of a world, and their rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from accounts.models import Contact
from cs_platform.demo.copying import copy_rows
from cs_platform.demo.desk import Desk, Ticket, message_rows, period_rows
from cs_platform.demo.stories import Story, tell
from cs_platform.demo.world import World
from organisation.models import User
from tickets.services.numbers import next_numbers
from tickets.services.search_words import index_all_tickets

_CHANNELS = ("email", "email", "email", "web_form", "portal", "chat", "phone")
_TAGS = ("vip", "onboarding", "known issue", "upsell", "docs")


def write_conversations(
    world: World, columns: dict[str, Any], account: np.ndarray, hours: Any
) -> None:
    """Write tickets with messages, statuses and clocks. ``columns`` are those of the
    ticket table so far, ``hours`` the course of each ticket."""
    desk = Desk(world)
    tickets = _tickets(world, columns, account, hours)
    people = _people(columns)
    for ticket, who, category, subject in zip(
        tickets, people, columns["category"], columns["subject"], strict=True
    ):
        names = (who["customer"].split()[0], who["agent"].split()[0])
        tell(ticket.story, category, subject, names, world.rng)
    judged = [desk.judge(ticket) for ticket in tickets]
    columns |= {name: [row[name] for row in judged] for name in judged[0]}
    columns |= _conversation_columns(desk, tickets, people)
    columns["number"] = next_numbers(len(tickets))
    columns["tags"] = [_tags(world.rng) for _ in tickets]
    copy_rows("tickets_ticket", columns)
    message_rows(desk, tickets, people)
    period_rows(desk, tickets)
    desk.write_promises()
    index_all_tickets()


def _tickets(world: World, columns, account, hours) -> list[Ticket]:
    found = []
    for i, pk in enumerate(columns["id"]):
        resolved = [float(hours.first_resolved[i])]
        reopened = []
        if hours.is_reopened[i]:
            reopened.append(float(hours.reopened_at[i]))
            resolved.append(float(hours.resolved[i]))
        found.append(
            Ticket(
                pk=int(pk),
                priority=str(columns["priority"][i]),
                plan_index=int(world.plan_index[account[i]]),
                story=Story(
                    opened=float(hours.opened[i]),
                    responded=float(hours.responded[i]),
                    resolved=resolved,
                    reopened=reopened,
                ),
            )
        )
    return found


def _people(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Who writes on each ticket: its contact and its assignee."""
    contacts = {
        pk: (name, email)
        for pk, name, email in Contact.objects.filter(
            pk__in=set(columns["contact_id"])
        ).values_list("pk", "name", "email")
    }
    agents = dict(User.objects.values_list("pk", "name"))
    people = []
    for place, (contact, agent) in enumerate(
        zip(columns["contact_id"], columns["assignee_id"], strict=True)
    ):
        name, email = contacts[contact]
        people.append(
            {
                "author_id": int(agent),
                "agent": agents[int(agent)],
                "contact_id": contact,
                "customer": name,
                "email": email,
                "channel": _CHANNELS[place % len(_CHANNELS)],
            }
        )
    return people


def _conversation_columns(desk: Desk, tickets, people) -> dict[str, list[Any]]:
    """What a ticket says of its conversation and where it stands at the end."""
    rows = []
    for ticket, who in zip(tickets, people, strict=True):
        story = ticket.story
        said = [(s, at) for s in story.said if (at := desk.past(s.at)) is not None]
        answers = [at for s, at in said if s.side == "agent" and not s.is_note]
        asked = [at for s, at in said if s.side == "customer"]
        status = next(
            value for value, start, _end in reversed(story.statuses) if desk.past(start)
        )
        rows.append(
            {
                "status": status,
                "channel": who["channel"],
                "requester_name": who["customer"],
                "requester_email": who["email"],
                "agent_message_count": len(answers),
                "last_agent_message_at": max(answers, default=None),
                "last_customer_message_at": max(asked, default=None),
                "cycle": 1
                + sum(desk.past(again) is not None for again in story.reopened),
                "updated_at": max(at for _said, at in said) if said else desk.now,
            }
        )
    return {name: [row[name] for row in rows] for name in rows[0]}


def _tags(rng) -> str:
    """A PostgreSQL array with at most one word in it."""
    if rng.random() < 0.8:
        return "{}"
    return '{"' + str(rng.choice(_TAGS)) + '"}'
