"""Who works on a ticket: assigning, claiming, letting go, escalating."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from events.services import Actor
from organisation.models import Team, User
from tickets.models import SupportLevel, Ticket
from tickets.services import clocks
from tickets.services.conversation import write_note
from tickets.services.errors import AlreadyClaimed, TicketIsClosed
from tickets.services.people import refuse_blind_team, refuse_unable, refuse_unseen
from tickets.services.rows import locked, moment, record, refuse_spam, store
from tickets.services.statuses import let_go, move
from tickets.services.watching import followers, tell
from tickets.transitions import DONE, may_move

_HIGHEST = 4


@transaction.atomic
def assign(
    ticket: Ticket,
    *,
    by: Actor | None,
    to: User | None,
    team: Team | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Give a ticket to a person (or to nobody), and to a team if one is named.

    A ticket nobody had looked at is assigned from now on. Raises StaleTicket,
    TicketIsMerged, and ValidationError for somebody who cannot work on tickets or may
    not see this one, or a team of such people.
    """
    refuse_unable(to)
    current = locked(ticket, expected_version=expected_version)
    changed = {}
    if current.assignee_id != (to.pk if to else None):
        if to is not None:
            refuse_unseen(to, current, field="assignee")
        changed["assignee"] = [_label(current.assignee), _label(to)]
        current.assignee = to
    if team is not None and current.team_id != team.pk:
        refuse_blind_team(team, current)
        changed["team"] = [str(current.team) if current.team else "", team.name]
        current.team = team
    if not changed:
        return current
    at = moment(now)
    store(current, *changed)
    record("ticket_assigned", current, by=by, now=at, **changed)
    if "assignee" not in changed:
        return current
    if to is not None:
        _taken_over(current, by=by, at=at)
    else:
        let_go(current, by=by, now=at)
    return current


def release(ticket: Ticket, *, by: Actor | None, now: datetime | None = None) -> Ticket:
    """Nobody has the ticket any more; whoever wants may claim it.

    One that was only assigned is triaged again.
    """
    return assign(ticket, by=by, to=None, now=now)


@transaction.atomic
def claim(ticket: Ticket, *, by: User, now: datetime | None = None) -> Ticket:
    """Take a ticket that nobody has. Of two who try, one gets it.

    One conditional statement decides; the other one waits for it and is told who won
    (AlreadyClaimed). Claiming what one has already changes nothing. Raises
    TicketIsClosed, TicketIsMerged, TicketIsSpam, ValidationError.
    """
    refuse_unable(by)
    is_ours = (
        Ticket.objects.filter(
            pk=ticket.pk,
            assignee__isnull=True,
            merged_into__isnull=True,
            spam_at__isnull=True,
        )
        .exclude(status__in=DONE)
        .update(assignee=by, version=F("version") + 1, updated_at=Now())
    )
    current = locked(ticket)
    refuse_spam(current)
    refuse_unseen(by, current, field="assignee")
    if is_ours:
        at = moment(now)
        record("ticket_assigned", current, by=by, now=at, assignee=["", by.label])
        _taken_over(current, by=by, at=at)
    elif current.status in DONE:
        raise TicketIsClosed(current)
    elif current.assignee is not None and current.assignee_id != by.pk:
        raise AlreadyClaimed(current.assignee)
    return current


@transaction.atomic
def escalate(
    ticket: Ticket,
    *,
    by: User,
    reason: str,
    to_level: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Hand a ticket to a higher level, with the reason as a note.

    It goes to that level's team and leaves its assignee; the open response target
    becomes the smaller of the tier's and the level's. Raises ValidationError without
    a reason or a higher level, TicketIsClosed, TicketIsMerged, TicketIsSpam.
    """
    current = locked(ticket)
    refuse_spam(current)
    if current.status in DONE:
        raise TicketIsClosed(current)
    level = to_level if to_level is not None else current.level + 1
    _refuse_escalation(current, level, reason)
    at = moment(now)
    told = followers(current)
    changed = _hand_up(current, level, at)
    event = record(
        "ticket_escalated", current, by=by, now=at, reason=reason.strip(), **changed
    )
    let_go(current, by=by, now=at)
    write_note(current, by=by, text=_note(changed["level"][0], level, reason), now=at)
    clocks.retarget(current, now=at, reason="level")
    members = User.objects.people().filter(team=current.team_id or 0)
    tell(
        current,
        [*told, *members],
        by=by,
        key=f"ticket_escalated-{event.pk}",
        kind="ticket_escalated",
        title=_("%(number)s was escalated to level %(level)s")
        % {"number": current.number, "level": level},
        body=reason,
    )
    return current


def _hand_up(ticket: Ticket, level: int, at: datetime) -> dict[str, list[Any]]:
    """Move a locked ticket to the team of a level; answers with what changed."""
    rung = SupportLevel.objects.filter(pk=level).select_related("team").first()
    team = rung.team if rung and rung.team else ticket.team
    changed: dict[str, list[Any]] = {
        "level": [ticket.level, level],
        "team": [str(ticket.team or ""), str(team or "")],
        "assignee": [_label(ticket.assignee), ""],
    }
    ticket.level, ticket.team, ticket.assignee = level, team, None
    ticket.escalated_at, ticket.escalation_count = at, ticket.escalation_count + 1
    store(ticket, "level", "team", "assignee", "escalated_at", "escalation_count")
    return changed


def _refuse_escalation(ticket: Ticket, level: int, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is escalated.")})
    if not ticket.level < level <= _HIGHEST:
        raise ValidationError({"to_level": _("Choose a level above the present one.")})


def _taken_over(ticket: Ticket, *, by: Actor | None, at: datetime) -> None:
    if may_move(ticket.status, "assigned"):
        move(ticket, "assigned", by=by, now=at)
    tell(
        ticket,
        [ticket.assignee],
        by=by,
        key=f"ticket_assigned-{ticket.pk}-{ticket.version}",
        kind="ticket_assigned",
        title=_("%(number)s is yours") % {"number": ticket.number},
        body=ticket.subject,
    )


def _note(before: int, level: int, reason: str) -> str:
    head = _("Escalated from level %(a)s to level %(b)s") % {"a": before, "b": level}
    return f"**{head}**\n\n{reason.strip()}"


def _label(person: User | None) -> str:
    return person.label if person else ""
