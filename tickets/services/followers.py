"""Who follows which of many tickets, and telling them: a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from events.services import Actor
from organisation.models import User
from organisation.notifications import News, notify_each
from tickets.addresses import ticket_path
from tickets.models import Ticket, Watcher
from tickets.queries.visibility import seen_by

#: People by the id of the ticket of which they are told.
Told = dict[int, list[User]]


def followers_of(tickets: Iterable[Ticket]) -> Told:
    """The assignee and the people who watch, each once.

    Whoever may not see the ticket, or no longer, is not among them.
    """
    rows = {ticket.pk: ticket for ticket in tickets}
    assignees = {row.assignee_id for row in rows.values()} - {None}
    people = User.objects.in_bulk(assignees) if assignees else {}
    found: Told = {
        pk: [people[row.assignee_id]]
        for pk, row in rows.items()
        if row.assignee_id in people
    }
    watchers = Watcher.objects.filter(ticket__in=rows, person__isnull=False)
    for watcher in watchers.select_related("person"):
        people_there = found.setdefault(watcher.ticket_id, [])
        if watcher.person is not None and watcher.person not in people_there:
            people_there.append(watcher.person)
    return _seeing(found, rows)


def teams_of_nobodys(tickets: Iterable[Ticket]) -> Told:
    """The team of each ticket that has one and nobody who works on it.

    Whoever may not see the ticket is not among them.
    """
    rows = {ticket.pk: ticket for ticket in tickets if ticket.assignee_id is None}
    if not rows:
        return {}
    with_team = Ticket.objects.filter(pk__in=rows, team__isnull=False).order_by()
    teams = dict(with_team.values_list("pk", "team"))
    members: Told = {}
    for person in User.objects.people().filter(team__in=set(teams.values())):
        members.setdefault(person.team_id or 0, []).append(person)
    found = {pk: members[team] for pk, team in teams.items() if team in members}
    return _seeing(found, rows)


def tell_of_each(
    tickets: Iterable[Ticket],
    *,
    by: Actor | None,
    key: str,
    kind: str,
    word: str,
    body: str = "",
    now: datetime,
) -> None:
    """Tell the followers of each ticket this word of it, without whoever did it.

    They read it with ``body``, else with the subject. One batch.
    """
    rows = list(tickets)
    told = followers_of(rows)
    named = as_named(told)
    notify_each(
        [
            News(
                people=without(by, told[row.pk]),
                key=f"{key}-{row.pk}",
                kind=kind,
                title=f"{row.number}: {word}",
                body=body or named[row.pk].subject,
                path=ticket_path(named[row.pk]),
            )
            for row in rows
            if row.pk in told
        ],
        now=now,
    )


def as_named(ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """The same tickets with subject and address, which changes of many do not read."""
    rows = Ticket.objects.filter(pk__in=list(ticket_ids))
    return {row.pk: row for row in rows.only("number", "public_id", "subject")}


def without(by: Actor | None, people: Iterable[User]) -> list[User]:
    """The same people but for whoever did it."""
    actor_id = getattr(by, "pk", None)
    return [person for person in people if person.pk != actor_id]


def _seeing(found: Told, rows: Mapping[int, Ticket]) -> Told:
    people = {person.pk: person for each in found.values() for person in each}
    if not people:
        return {}
    sees = seen_by(people.values(), [rows[pk] for pk in found])
    return {
        pk: [person for person in each if pk in sees[person.pk]]
        for pk, each in found.items()
    }
