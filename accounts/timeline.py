"""The timeline of an account: events and touchpoints as one list, newest first.

Each page is found by the time and id of the row before it, on indexes over (account,
time): the last page of fifty thousand costs what the first one does.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.custom_words import told_data
from accounts.models import Account, Touchpoint
from events.models import Event
from events.sentences import GROUPS, Sentence, kinds_in, sentence
from organisation.models import User
from organisation.permissions import Permission

PAGE_SIZE = 40
TOUCHPOINTS = "touchpoints"
CHOICES = (
    ("", _("Everything")),
    (TOUCHPOINTS, _("Touchpoints")),
    *((key, words) for key, (words, _kinds) in GROUPS.items()),
)
# Touchpoints stand in the list themselves, as they are now.
_TOLD_BY_ROWS = (
    "touchpoint_logged",
    "touchpoint_created",
    "touchpoint_updated",
    "touchpoint_imported",
)
_EVENT, _TOUCHPOINT = 1, 0
_GUARDED = {
    "revenue": Permission.VIEW_REVENUE,
    "tickets": Permission.VIEW_TICKETS,
    "health": Permission.VIEW_HEALTH,
}
_ICONS = {
    "meeting": "users",
    "call": "phone",
    "email": "mail",
    "chat": "message-report",
    "on_site": "building",
    "webinar": "school",
}


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the row with this time, sort of row and id."""

    moment: datetime
    sort: int
    pk: int

    def encode(self) -> str:
        """As it stands in the address."""
        packed = json.dumps([self.moment.isoformat(), self.sort, self.pk])
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Place | None:
        """The place an address names; None for anything damaged."""
        try:
            padded = text[:200] + "=" * (-len(text[:200]) % 4)
            moment, sort, pk = json.loads(base64.b64decode(padded, altchars=b"-_"))
            parsed = datetime.fromisoformat(moment)
            is_whole = type(pk) is int and 0 <= pk < 2**63
            if not is_whole or sort not in (_EVENT, _TOUCHPOINT):
                return None
            return cls(parsed, sort, pk) if parsed.tzinfo else None
        except (binascii.Error, ValueError, TypeError, UnicodeDecodeError):
            return None


@dataclass(frozen=True)
class Entry:
    """One line of the timeline; ``touchpoint`` when it is one."""

    place: Place
    sentence: Sentence
    actor: str
    touchpoint: Touchpoint | None = None

    @property
    def happened_at(self) -> datetime:
        """When it happened."""
        return self.place.moment


@dataclass(frozen=True)
class TimelinePage:
    """Entries of one page and the cursor of the next ("" at the end)."""

    entries: list[Entry]
    next: str


def timeline(
    account: Account,
    *,
    group: str = "",
    after: str = "",
    hidden: Sequence[str] = (),
    size: int = PAGE_SIZE,
) -> TimelinePage:
    """One page of what happened at an account and at those merged into it.

    ``group`` narrows it, groups in ``hidden`` are left out.
    """
    place = Place.decode(after) if after else None
    entries: list[Entry] = []
    if group != TOUCHPOINTS:
        rows = _events(account, _kinds(group, hidden), place, size)
        entries += map(_from_event, rows, told_data(rows))
    if group in ("", TOUCHPOINTS):
        entries += [_from_row(row) for row in _touchpoints(account, place, size)]
    entries.sort(key=lambda each: _key(each.place), reverse=True)
    page = entries[:size]
    has_more = len(entries) > size
    return TimelinePage(page, page[-1].place.encode() if has_more else "")


def hidden_groups(user: User) -> list[str]:
    """Groups of events that this person's role does not let them read."""
    return [
        group
        for group, permission in _GUARDED.items()
        if not user.has_perm_code(permission)
    ]


def _key(place: Place) -> tuple[datetime, int, int]:
    return place.moment, place.sort, place.pk


def _events(
    account: Account, kinds: Q, place: Place | None, size: int
) -> Sequence[Event]:
    merged = Account.objects.filter(merged_into=account).values_list("pk", flat=True)
    parts = [
        _before(Event.objects.filter(kinds, account_id=pk), place, _EVENT)
        .order_by("-happened_at", "-id")[: size + 1]
        for pk in (account.pk, *merged)
    ]  # fmt: skip
    if len(parts) == 1:
        return list(parts[0])
    # Each part reads its own index range; the union is small.
    united = parts[0].union(*parts[1:], all=True)
    return list(united.order_by("-happened_at", "-id")[: size + 1])


def _kinds(group: str, hidden: Sequence[str]) -> Q:
    found = ~Q(kind__in=_TOLD_BY_ROWS)
    for each in hidden:
        found &= ~_beginning(each)
    return found & _beginning(group) if group else found


def _beginning(group: str) -> Q:
    either = Q(pk__in=[])
    for start in kinds_in(group):
        either |= Q(kind__startswith=start)
    return either


def _touchpoints(
    account: Account, place: Place | None, size: int
) -> Sequence[Touchpoint]:
    rows = _before(Touchpoint.objects.filter(account=account), place, _TOUCHPOINT)
    return list(
        rows.select_related("person")
        .prefetch_related("contacts")
        .order_by("-happened_at", "-id")[: size + 1]
    )


def _before(rows: QuerySet, place: Place | None, sort: int) -> QuerySet:
    if place is None:
        return rows
    if sort < place.sort:
        return rows.filter(happened_at__lte=place.moment)
    earlier = Q(happened_at__lt=place.moment)
    if sort == place.sort:
        # The first condition alone is what the index needs.
        rows = rows.filter(happened_at__lte=place.moment)
        earlier |= Q(happened_at=place.moment, id__lt=place.pk)
    return rows.filter(earlier)


def _from_event(event: Event, data: dict[str, Any]) -> Entry:
    return Entry(
        Place(event.happened_at, _EVENT, event.pk),
        sentence(event.kind, event.subject_label, data),
        event.actor_label,
    )


def _from_row(row: Touchpoint) -> Entry:
    people = ", ".join(contact.name for contact in row.contacts.all())
    kind = str(row.get_kind_display())
    parts = [f"{kind}: {row.subject}" if row.subject else kind]
    if people:
        parts.append(str(_("with %(people)s")) % {"people": people})
    return Entry(
        Place(row.happened_at, _TOUCHPOINT, row.pk),
        Sentence(_ICONS.get(row.kind, "phone"), " ".join(parts), row.notes),
        row.person.label if row.person else "",
        row,
    )
