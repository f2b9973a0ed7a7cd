"""What a ticket says of itself: subject, priority, category, customer, notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.custom_fields import clean_custom, fields_for
from accounts.models import Account
from accounts.services.differences import differences
from events.services import Actor
from organisation.models import User
from tickets.categories import Category
from tickets.models import Ticket
from tickets.services import clocks
from tickets.services.people import may_see, refuse_blind_team, refuse_unseen
from tickets.services.periods import move_periods
from tickets.services.rows import clean_words, locked, moment, record, store
from tickets.services.statuses import let_go
from tickets.services.watching import drop_addresses_of, drop_unseeing

#: What people and programs may set; status, assignee and level have services of theirs.
EDITABLE = frozenset(
    {
        "subject", "category", "priority", "account", "contact", "team", "tags",
        "custom", "channel", "requester_name", "requester_email", "root_cause",
        "workaround", "resolution_note",
    }
)  # fmt: skip
MOST_TAGS = 30
_LONGEST_TEXT = 20_000
_LONGEST = {"subject": 300, "requester_name": 120}


@transaction.atomic
def update_ticket(
    ticket: Ticket,
    *,
    by: Actor | None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changed: Any,
) -> Ticket:
    """Change what is named; nothing happens when nothing differs.

    Another priority or customer gives the open clocks their new targets; of another
    customer's ticket those learn nothing more who may not see that customer. Raises
    StaleTicket, TicketIsMerged, and ValidationError with messages per field.
    """
    unknown = set(changed) - EDITABLE
    if unknown:
        raise TypeError(f"Not editable: {', '.join(sorted(unknown))}")
    current = locked(ticket, expected_version=expected_version)
    before = Ticket.objects.select_related("account", "contact", "team").get(
        pk=current.pk
    )
    for name, value in clean_values(current, changed).items():
        setattr(current, name, value)
    refuse_stranger(current)
    found = differences(before, current, EDITABLE)
    if not found:
        return current
    _refuse_blind(current, found, by=by)
    at = moment(now)
    store(current, *found)
    record("ticket_updated", current, by=by, now=at, **found)
    if "account" in found:
        _leave_blind(current, former=before.account, by=by, at=at)
    if "priority" in found:
        move_periods("priority", {current.pk: current.priority}, at=at)
    if {"priority", "account"} & set(found):
        reason = "priority" if "priority" in found else "account"
        clocks.retarget(current, now=at, reason=reason)
    return current


def _refuse_blind(ticket: Ticket, found: Collection[str], *, by: Actor | None) -> None:
    """Nobody gives a ticket to whom they, or to a team that, may not see it then."""
    if "account" in found and isinstance(by, User):
        refuse_unseen(by, ticket, field="account")
    if "team" in found:
        refuse_blind_team(ticket.team, ticket)


def _leave_blind(
    ticket: Ticket, *, former: Account | None, by: Actor | None, at: datetime
) -> None:
    """Whoever may not see the new customer neither has nor watches the ticket; nor do
    the people of the former one, who were told of it as theirs."""
    assignee = ticket.assignee
    if assignee is not None and not may_see(assignee, ticket):
        ticket.assignee = None
        store(ticket, "assignee")
        changed = [assignee.label, ""]
        record("ticket_assigned", ticket, by=by, now=at, assignee=changed)
        let_go(ticket, by=by, now=at)
    gone = drop_addresses_of(ticket, former) if former is not None else []
    for name in (*drop_unseeing(ticket), *gone):
        record("ticket_unwatched", ticket, by=by, now=at, watcher=name)


def change_priority(
    ticket: Ticket, *, by: Actor | None, priority: str, now: datetime | None = None
) -> Ticket:
    """How urgent it is; open targets follow, met and missed ones stay."""
    return update_ticket(ticket, by=by, priority=priority, now=now)


def refuse_stranger(ticket: Ticket) -> None:
    """Raise ValidationError when the contact is not one of the account's people."""
    contact = ticket.contact
    if contact is not None and contact.account_id != ticket.account_id:
        words = _("This person belongs to another account.")
        raise ValidationError({"contact": words})


def clean_values(ticket: Ticket | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they may be stored. Raises ValidationError per field.

    ``ticket`` is what they are for; what it has already is not judged again.
    """
    cleaned: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name, value in values.items():
        if ticket is not None and getattr(ticket, name) == value:
            continue
        try:
            cleaned[name] = _clean(name, value, ticket)
        except ValidationError as error:
            per_field = hasattr(error, "error_dict")
            wrong |= error.message_dict if per_field else {name: error.messages}
    if wrong:
        raise ValidationError(wrong)
    return {name: value for name, value in cleaned.items() if value is not _DEFAULT}


class _Default:
    """Stands for a value that was left out."""


_DEFAULT = _Default()
_CHOICES = {
    "priority": Ticket.Priority,
    "category": Category,
    "channel": Ticket.Channel,
}


def _clean(name: str, value: Any, ticket: Ticket | None) -> Any:
    if name in _CHOICES:
        return _chosen(name, value)
    if name == "tags":
        return clean_tags(value or ())
    if name == "custom":
        stored = ticket.custom if ticket is not None else {}
        return clean_custom(value or {}, fields_for("ticket"), stored=stored)
    if name in ("account", "contact", "team", "assignee"):
        return value
    if name == "level":
        if value is None:
            return _DEFAULT
        if value not in (1, 2, 3, 4):
            raise ValidationError(_("There are four levels of support."))
        return value
    return _clean_text(name, value or "")


def _chosen(name: str, value: Any) -> Any:
    if not value:
        if name == "priority":
            return _DEFAULT
        return ""
    if value not in _CHOICES[name].values:
        words = ", ".join(_CHOICES[name].values)
        raise ValidationError(_("Choose one of: %(words)s.") % {"words": words})
    return str(value)


def _clean_text(name: str, value: Any) -> str:
    text = str(value).replace("\0", "").strip()
    if name == "requester_email":
        text = text.lower()
        if text:
            validate_email(text)
    if name in _LONGEST:
        text = " ".join(text.split())
    if len(text) > _LONGEST.get(name, _LONGEST_TEXT):
        raise ValidationError(
            _("At most %(n)s characters.") % {"n": _LONGEST.get(name, _LONGEST_TEXT)}
        )
    if name == "subject" and not text:
        raise ValidationError(_("A ticket needs a subject."))
    return text


def clean_tags(tags: Any) -> list[str]:
    """Trimmed, in lower case, each once, sorted. Raises ValidationError."""
    found = sorted(tag.lower() for tag in clean_words(tags, longest=200))
    if any(len(tag) > 40 for tag in found):
        raise ValidationError(_("A tag has at most 40 characters."))
    if len(found) > MOST_TAGS:
        raise ValidationError(_("A ticket has at most 30 tags."))
    return found
