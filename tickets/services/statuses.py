"""From one status to the next: the only place where a ticket's status changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from events.models import Event
from events.services import Actor, build_event, record_events
from organisation.models import User
from tickets.models import Ticket
from tickets.services import clocks
from tickets.services.errors import MoveNotAllowed
from tickets.services.periods import move_periods
from tickets.services.rows import (
    locked,
    moment,
    record,
    refuse_spam,
    store,
    support_settings,
)
from tickets.services.watching import followers, tell
from tickets.transitions import DONE, LET_GO, is_reopening, may_move

_CLOSED_AT_ONCE = 500
_KINDS = {"resolved": "ticket_resolved", "closed": "ticket_closed"}


@transaction.atomic
def change_status(
    ticket: Ticket,
    *,
    by: Actor | None,
    status: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Move a ticket along; the same status again changes nothing.

    Raises MoveNotAllowed, StaleTicket, TicketIsMerged, TicketIsSpam.
    """
    current = locked(ticket, expected_version=expected_version)
    refuse_spam(current)
    if current.status != status:
        move(current, status, by=by, now=moment(now))
    return current


@transaction.atomic
def resolve(
    ticket: Ticket,
    *,
    by: Actor | None,
    note: str | None = None,
    now: datetime | None = None,
) -> Ticket:
    """The customer's question is answered: both response clocks end, follow-up begins.

    ``note`` says how it was solved; without it the note stays as it was. Raises
    TicketIsMerged, TicketIsSpam.
    """
    current = locked(ticket)
    refuse_spam(current)
    if note is not None and note != current.resolution_note:
        record(
            "ticket_updated", current, by=by, now=moment(now),
            resolution_note=[current.resolution_note, note],
        )  # fmt: skip
        current.resolution_note = note
        store(current, "resolution_note")
    if current.status not in DONE:
        move(current, "resolved", by=by, now=moment(now))
    return current


@transaction.atomic
def close(ticket: Ticket, *, by: Actor | None, now: datetime | None = None) -> Ticket:
    """Nothing more is to come; an open ticket is resolved first. Spam too may go."""
    current = locked(ticket)
    at = moment(now)
    if current.status not in DONE:
        move(current, "resolved", by=by, now=at)
    if current.status == "resolved":
        move(current, "closed", by=by, now=at)
    return current


@transaction.atomic
def reopen(ticket: Ticket, *, by: Actor | None, now: datetime | None = None) -> Ticket:
    """It was not solved after all: in progress again, in its next cycle."""
    current = locked(ticket)
    if current.status in DONE:
        move(current, "in_progress", by=by, now=moment(now))
    return current


def move(ticket: Ticket, status: str, *, by: Actor | None, now: datetime) -> None:
    """Change the status of a locked ticket, with all that follows from it.

    Raises MoveNotAllowed.
    """
    if not may_move(ticket.status, status):
        raise MoveNotAllowed(ticket.status, status)
    _step(ticket, status, by=by, now=now)


def let_go(ticket: Ticket, *, by: Actor | None, now: datetime) -> None:
    """Nobody has this locked ticket any more: it waits for somebody, as before.

    One that is in progress already, or further, stays where it is.
    """
    status = LET_GO.get(ticket.status)
    if status is not None:
        _step(ticket, status, by=by, now=now)


def _step(ticket: Ticket, status: str, *, by: Actor | None, now: datetime) -> None:
    before = ticket.status
    changed = changed_status(ticket, status, now)
    for name, value in changed.items():
        setattr(ticket, name, value)
    store(ticket, *changed)
    move_periods("status", {ticket.pk: status}, at=now)
    if is_reopening(before, status):
        clocks.on_reopen(ticket, now=now)
    elif status == "resolved":
        clocks.on_resolve(ticket, now=now)
    else:
        clocks.on_status(ticket, before=before, after=status, now=now)
    kind = _KINDS.get(status, "ticket_status_changed")
    if is_reopening(before, status):
        kind = "ticket_reopened"
    event = record(kind, ticket, by=by, now=now, status=[before, status])
    if status == "resolved":
        record_events(rating_requests([ticket], now))
    if kind != "ticket_status_changed":
        label = Ticket.Status(status).label
        tell(
            ticket,
            followers(ticket),
            by=by,
            key=f"{kind}-{event.pk}",
            kind=kind,
            title=f"{ticket.number}: {label}",
            body=ticket.subject,
        )


def changed_status(ticket: Ticket, status: str, now: datetime) -> dict[str, Any]:
    """What a ticket's columns become when it goes to a status."""
    changed: dict[str, Any] = {"status": status}
    if is_reopening(ticket.status, status):
        changed |= {
            "cycle": ticket.cycle + 1,
            "reopen_count": ticket.reopen_count + 1,
            "reopened_at": now,
            "resolved_at": None,
            "closed_at": None,
        }
    if status == "resolved":
        first = ticket.resolved_first_at or now
        changed |= {"resolved_at": now, "resolved_first_at": first}
    if status == "closed":
        changed["closed_at"] = now
    if status in DONE and ticket.snoozed_until is not None:
        changed["snoozed_until"] = None
    return changed


def rating_requests(tickets: Sequence[Ticket], now: datetime) -> list[Event]:
    """What tells, once per cycle, that these customers may be asked for a rating.

    A resolving that was taken back and made again asks no second time.
    """
    if not support_settings().asks_for_rating:
        return []
    genuine = [
        ticket
        for ticket in tickets
        if ticket.spam_at is None and (ticket.contact_id or ticket.requester_email)
    ]
    before = Event.objects.filter(
        kind="csat_requested",
        subject_type="tickets.ticket",
        subject_id__in=[ticket.pk for ticket in genuine],
    )
    asked = set(before.values_list("subject_id", "data__cycle"))
    return [
        build_event(
            "csat_requested",
            by=None,
            subject=ticket,
            account_id=ticket.account_id,
            data={"cycle": ticket.cycle},
            happened_at=now,
        )
        for ticket in genuine
        if (ticket.pk, ticket.cycle) not in asked
    ]


@transaction.atomic
def snooze(
    ticket: Ticket, *, by: User | None, until: datetime, now: datetime | None = None
) -> Ticket:
    """Out of sight until a moment, or until the customer writes. Clocks run on."""
    current = locked(ticket)
    if until <= moment(now):
        raise ValidationError({"until": _("Choose a moment in the future.")})
    if current.status in DONE:
        raise ValidationError({"until": _("Only open tickets can be snoozed.")})
    before, current.snoozed_until = current.snoozed_until, until
    store(current, "snoozed_until")
    record(
        "ticket_snoozed", current, by=by, now=now,
        snoozed_until=[before and before.isoformat(), until.isoformat()],
    )  # fmt: skip
    return current


@transaction.atomic
def wake(ticket: Ticket, *, by: Actor | None, now: datetime | None = None) -> Ticket:
    """Back in sight before its time."""
    current = locked(ticket)
    rouse(current, by=by, now=moment(now))
    return current


def rouse(ticket: Ticket, *, by: Actor | None, now: datetime) -> None:
    """Wake a locked ticket if it sleeps."""
    if ticket.snoozed_until is None:
        return
    before, ticket.snoozed_until = ticket.snoozed_until, None
    store(ticket, "snoozed_until")
    event = record(
        "ticket_woken", ticket, by=by, now=now,
        snoozed_until=[before.isoformat(), None],
    )  # fmt: skip
    tell(
        ticket,
        [ticket.assignee],
        by=by,
        key=f"ticket_woken-{event.pk}",
        kind="ticket_woken",
        title=_("%(number)s is back") % {"number": ticket.number},
        body=ticket.subject,
    )


def wake_due(*, now: datetime | None = None) -> int:
    """Wake every ticket whose time has come; safe to run twice and side by side.

    Spam sleeps on: nobody waits for it.
    """
    at = moment(now)
    due = Ticket.objects.genuine().filter(snoozed_until__lte=at)
    woken = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = _free_row(due.filter(pk=pk))
            if row is not None:
                rouse(row, by=None, now=at)
                woken += 1
    return woken


def close_silent(*, now: datetime | None = None) -> int:
    """Close what has been resolved for the set number of days without an objection.

    Spam is left alone, and so is what another system resolved: nobody here asked that
    customer to confirm, and it is for that system to say when it is over. Safe to run
    twice and side by side: each ticket is closed once.
    """
    at = moment(now)
    since = at - timedelta(days=support_settings().auto_close_days)
    resolved_here = Event.objects.filter(
        kind="ticket_resolved",
        subject_type="tickets.ticket",
        subject_id=OuterRef("pk"),
        happened_at=OuterRef("resolved_at"),
    )
    due = Ticket.objects.genuine().filter(
        Q(source="") | Exists(resolved_here), status="resolved", resolved_at__lte=since
    )
    closed = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)[:_CLOSED_AT_ONCE]):
        with transaction.atomic():
            row = _free_row(due.filter(pk=pk))
            if row is not None:
                move(row, "closed", by=None, now=at)
                closed += 1
    return closed


def _free_row(rows) -> Ticket | None:
    """The ticket, if it still qualifies and nobody else is at it."""
    return (
        rows.held(skip_locked=True)
        .select_related("account", "contact", "assignee", "team")
        .first()
    )
