"""Who is told what happens on a ticket: watchers, the assignee, people mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from events.services import Actor
from organisation.models import User
from organisation.notifications import notify
from tickets.addresses import ticket_path
from tickets.models import Ticket, Watcher
from tickets.queries.visibility import seen_by
from tickets.services.messages import clean_addresses
from tickets.services.people import refuse_unseen
from tickets.services.rows import locked, record

_AT = re.compile(r"(?<![\w.])@")


@transaction.atomic
def watch(
    ticket: Ticket, *, by: Actor | None, person: User | None = None, email: str = ""
) -> bool:
    """A person or an address is told from now on; False if they were already.

    Whom somebody else added hears of it in the app. Raises ValidationError for somebody
    who may not see the ticket.
    """
    current = locked(ticket)
    if person is not None:
        refuse_unseen(person, current, field="person")
        _row, is_new = Watcher.objects.get_or_create(ticket=current, person=person)
    else:
        (address,) = clean_addresses([email]) or [""]
        if not address:
            return False
        is_new = not Watcher.objects.filter(
            ticket=current, email__iexact=address
        ).exists()
        if is_new:
            Watcher.objects.create(ticket=current, email=address)
    if is_new:
        event = record("ticket_watched", current, by=by, watcher=_name(person, email))
        _tell_added(current, person, by=by, key=f"ticket_watched-{event.pk}")
    return is_new


def _tell_added(
    ticket: Ticket, person: User | None, *, by: Actor | None, key: str
) -> None:
    words = _("%(who)s added you to %(number)s") if by else _("You watch %(number)s")
    tell(
        ticket,
        [person],
        by=by,
        key=key,
        kind="ticket_watched",
        title=words % {"who": by.label if by else "", "number": ticket.number},
        body=ticket.subject,
    )


@transaction.atomic
def unwatch(
    ticket: Ticket, *, by: Actor | None, person: User | None = None, email: str = ""
) -> bool:
    """They are told no longer; False if they were not."""
    current = locked(ticket)
    rows = Watcher.objects.filter(ticket=current)
    rows = rows.filter(person=person) if person else rows.filter(email__iexact=email)
    gone, _rows = rows.delete()
    if gone:
        record("ticket_unwatched", current, by=by, watcher=_name(person, email))
    return bool(gone)


def tell(
    ticket: Ticket,
    people: Iterable[User | None],
    *,
    by: Actor | None,
    key: str,
    kind: str,
    title: str,
    body: str = "",
) -> None:
    """Tell these people once, without whoever did it and who may not see the ticket."""
    actor_id = getattr(by, "pk", None)
    named = {
        person.pk: person
        for person in people
        if person is not None and person.pk != actor_id
    }
    sees = seen_by(named.values(), [ticket]) if named else {}
    told = [person for pk, person in named.items() if ticket.pk in sees[pk]]
    if told:
        notify(
            told,
            key=key,
            kind=kind,
            title=title,
            body=body,
            path=ticket_path(ticket),
            is_mailed=kind in ("ticket_mention", "ticket_assigned", "ticket_escalated"),
        )


def followers(ticket: Ticket) -> list[User | None]:
    """The assignee and the people who watch."""
    watching = User.objects.filter(watched_tickets__ticket=ticket)
    return [ticket.assignee, *watching]


def drop_unseeing(ticket: Ticket) -> list[str]:
    """Tell nobody of a locked ticket who may not see it; who was dropped, by name."""
    rows = Watcher.objects.filter(ticket=ticket, person__isnull=False)
    watching = {row.person_id: row for row in rows.select_related("person")}
    people = [row.person for row in watching.values() if row.person is not None]
    sees = seen_by(people, [ticket]) if people else {}
    blind = [person for person in people if ticket.pk not in sees[person.pk]]
    rows.filter(person__in=blind).delete()
    return sorted(person.label for person in blind)


def drop_addresses_of(ticket: Ticket, former: Account) -> list[str]:
    """Tell nobody of that account's people; which addresses were dropped.

    Other addresses stay: they were put in copy of the conversation, whosever it is.
    """
    rows = Watcher.objects.filter(ticket=ticket, person__isnull=True)
    emails = [email.lower() for email in rows.values_list("email", flat=True)]
    if not emails:
        return []
    people = Contact.objects.filter(account=former).annotate(address=Lower("email"))
    theirs = set(
        people.filter(address__in=emails).values_list("address", flat=True)
    ) | {
        email
        for email in emails
        if former.domain and email.rpartition("@")[2] == former.domain
    }
    rows.annotate(address=Lower("email")).filter(address__in=theirs).delete()
    return sorted(theirs)


def mentioned_people(text: str) -> list[User]:
    """People whose name, or e-mail address, stands behind an @ in the text."""
    if not _AT.search(text):
        return []
    behind = [part.lower() for part in _AT.split(text)[1:]]
    return [
        person
        for person in User.objects.people()
        if any(
            _stands_first(word.lower(), part)
            for word in (person.name, person.email)
            if word
            for part in behind
        )
    ]


def _stands_first(word: str, text: str) -> bool:
    after = text[len(word) : len(word) + 1]
    return text.startswith(word) and not (after.isalnum() or after == "_")


def _name(person: User | None, email: str) -> str:
    return person.label if person else email
