"""Which tickets may become one: never two customers', and never a stranger's.

Whoever holds the link of a merged ticket reads the whole conversation, so a ticket
without an account joins one only when its requester is known to belong there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from tickets.models import Ticket
from tickets.services.public_side import FREE_MAIL
from tickets.transitions import DONE


def reasons_against(rows: Iterable[Ticket], target: Ticket) -> dict[int, str]:
    """Why each ticket cannot become part of another, by its id; "" if it can.

    Two queries for any number of tickets.
    """
    sources = list(rows)
    named = (row.account_id for row in [target, *sources])
    home = next((account for account in named if account is not None), None)
    ours = _known_addresses(home, [target, *sources]) if home is not None else set()
    return {
        row.pk: _state_against(row, target) or _people_against(row, target, home, ours)
        for row in sources
    }


def _state_against(source: Ticket, target: Ticket) -> str:
    names = {"source": source.number, "target": target.number}
    if source.pk == target.pk:
        return _("%(source)s cannot be merged into itself.") % names
    if source.merged_into_id is not None:
        return _("%(source)s was merged before.") % names
    if target.spam_at is not None:
        return _("%(target)s is spam. Take that back first.") % names
    if source.spam_at is not None:
        return _("%(source)s is spam. Take that back first.") % names
    if target.status in DONE and source.status not in DONE:
        return _("%(target)s is done, %(source)s is not. Reopen it first.") % names
    return ""


def _people_against(
    source: Ticket, target: Ticket, home: int | None, ours: set[str]
) -> str:
    names = {"source": source.number, "target": target.number}
    if source.account_id is not None and source.account_id != home:
        return _("%(source)s and %(target)s belong to different accounts.") % names
    if home is None:
        if _are_strangers(source.requester_email, target.requester_email):
            words = _("%(source)s and %(target)s are from different people. ")
            return (words + _("Set their account first.")) % names
        return ""
    for ticket in (source, target):
        email = ticket.requester_email.lower()
        if ticket.account_id is None and email and email not in ours:
            words = _("%(number)s is not from a known contact. Set its account first.")
            return words % {"number": ticket.number}
    return ""


def _known_addresses(home: int, tickets: Sequence[Ticket]) -> set[str]:
    """Which requesters without an account are contacts of it, or of its domain."""
    asked = {
        row.requester_email.lower()
        for row in tickets
        if row.account_id is None and row.requester_email
    }
    if not asked:
        return set()
    contacts = Contact.objects.filter(account=home, archived_at__isnull=True)
    lowered = contacts.annotate(address=Lower("email")).filter(address__in=asked)
    known = set(lowered.values_list("address", flat=True))
    domain = Account.objects.values_list("domain", flat=True).get(pk=home)
    return known | {email for email in asked if domain and _domain(email) == domain}


def _are_strangers(one: str, other: str) -> bool:
    if not one or not other or one.lower() == other.lower():
        return False
    return not _domain(one) or _domain(one) != _domain(other)


def _domain(email: str) -> str:
    """The company an address belongs to; "" where anybody gets one."""
    domain = email.lower().rpartition("@")[2]
    return "" if domain in FREE_MAIL else domain
