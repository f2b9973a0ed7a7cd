"""Texts used again and again: keeping them, and filling in their fields."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.services.differences import differences
from events.services import record_event
from organisation.models import Organisation, User
from tickets.addresses import public_address
from tickets.merge_fields import FIELDS, UnknownField, check, filled
from tickets.models import CannedReply, Ticket

_LONGEST = 20_000


def replies_for(person: User) -> QuerySet[CannedReply]:
    """One's own and the shared ones, by name."""
    mine = Q(owner=person) | Q(owner__isnull=True)
    return CannedReply.objects.filter(mine).order_by("name", "pk")


def changeable_replies(person: User) -> QuerySet[CannedReply]:
    """One's own; shared ones for those who set up support."""
    mine = Q(owner=person)
    if person.has_perm_code("edit_support"):
        mine |= Q(owner__isnull=True)
    return CannedReply.objects.filter(mine)


@transaction.atomic
def save_canned_reply(
    reply: CannedReply | None, *, by: User, name: str, body: str, is_shared: bool
) -> CannedReply:
    """Create a reply or change one; shared ones belong to who sets up support.

    Raises ValidationError (also for a field that does not exist), PermissionDenied.
    """
    row = reply or CannedReply()
    before = CannedReply.objects.get(pk=row.pk) if row.pk else None
    _refuse_foreign(before, by=by, is_shared=is_shared)
    row.name, row.body = " ".join(name.split()), body.strip()
    row.owner = None if is_shared else by
    _check_body(row.body)
    row.full_clean()
    row.save()
    kind = "canned_reply_updated" if before else "canned_reply_created"
    data = differences(before, row, ("name", "body", "owner")) if before else {}
    if data or before is None:
        record_event(kind, by=by, subject=row, data=data)
    return row


@transaction.atomic
def delete_canned_reply(reply: CannedReply, *, by: User) -> None:
    """Remove a reply; what was written with it stays. Raises PermissionDenied."""
    _refuse_foreign(reply, by=by, is_shared=reply.owner_id is None)
    record_event("canned_reply_deleted", by=by, subject=reply)
    reply.delete()


def filled_reply(reply: CannedReply, ticket: Ticket, *, by: User) -> str:
    """The text for this ticket, to be read over before it is sent."""
    return filled_replies([reply], ticket, by=by)[0]


def filled_replies(
    replies: Iterable[CannedReply], ticket: Ticket, *, by: User
) -> list[str]:
    """The same for several replies; what the fields say is looked up once."""
    values = field_values(ticket, by=by)
    return [filled(reply.body, values) for reply in replies]


def field_values(ticket: Ticket, *, by: User) -> dict[str, str]:
    """What each named field says on this ticket."""
    contact, account = ticket.contact, ticket.account
    name = contact.name if contact else ticket.requester_name
    company = Organisation.objects.values_list("name", flat=True).first()
    return {
        "contact.first_name": name.split()[0] if name.split() else "",
        "contact.name": name,
        "contact.email": (contact and contact.email) or ticket.requester_email,
        "account.name": account.name if account else "",
        "ticket.number": ticket.number,
        "ticket.subject": ticket.subject,
        "ticket.status": str(Ticket.Status(ticket.status).label),
        "ticket.priority": str(Ticket.Priority(ticket.priority).label),
        "ticket.link": public_address(ticket),
        "agent.first_name": by.label.split()[0] if by.name else by.label,
        "agent.name": by.label,
        "organisation.name": company or "",
    }


def _check_body(body: str) -> None:
    if len(body) > _LONGEST:
        raise ValidationError({"body": _("A reply has at most 20,000 characters.")})
    try:
        check(body)
    except UnknownField as error:
        words = _("There is no field “%(name)s”. Known fields: %(known)s.")
        known = {"name": error.name[:60], "known": ", ".join(FIELDS)}
        raise ValidationError({"body": words % known}) from error


def _refuse_foreign(before: CannedReply | None, *, by: User, is_shared: bool) -> None:
    was_shared = before is not None and before.owner_id is None
    if (is_shared or was_shared) and not by.has_perm_code("edit_support"):
        raise PermissionDenied(_("Your role does not include shared replies."))
    if before is not None and before.owner_id not in (None, by.pk):
        raise PermissionDenied(_("This reply belongs to somebody else."))
