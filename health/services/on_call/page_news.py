"""What a page says of a ticket, in words: the same for mails and chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from core.formatting import full_date
from health.models import OnCallPage, PageDelivery
from tickets.addresses import ticket_path
from tickets.models import Message, MessageKind, MessageSide, SlaMetric, Ticket

_LINES, _LETTERS = 6, 600


@dataclass(frozen=True)
class PageNews:
    """One page of one ticket, its times on the clock of the reader."""

    page: OnCallPage
    round: int
    since: str
    due: str
    again: str
    first_lines: str

    @property
    def ticket(self) -> Ticket:
        """What it is about."""
        return self.page.ticket

    @property
    def subject(self) -> str:
        """The ticket's subject on one line."""
        return " ".join(self.ticket.subject.split())

    @property
    def account(self) -> str:
        """The name of the account on one line, "" without one."""
        account = self.ticket.account
        return " ".join(account.name.split()) if account else ""

    @property
    def asker(self) -> str:
        """Who asks, as far as it is known."""
        ticket = self.ticket
        name = ticket.contact.name if ticket.contact else ticket.requester_name
        return " ".join((name or ticket.requester_email).split())

    @property
    def priority(self) -> str:
        """As people read it."""
        return self.ticket.get_priority_display()

    @property
    def due_metric(self) -> str:
        """Which promise is due first, "" when none runs."""
        return str(dict(SlaMetric.choices).get(self.ticket.next_due_metric, ""))

    @property
    def headline(self) -> str:
        """The news in a few words, for a subject line."""
        words = {
            "priority": self.priority,
            "number": self.ticket.number,
            "subject": self.subject,
        }
        if self.round > 1:
            return _("Still nobody: %(number)s %(subject)s (%(priority)s)") % words
        return _("%(priority)s: %(number)s %(subject)s") % words

    @property
    def url(self) -> str:
        """Where to look and acknowledge."""
        return settings.PUBLIC_URL + ticket_path(self.ticket)


def page_news(sends: Sequence[PageDelivery], *, zone: ZoneInfo) -> list[PageNews]:
    """The news of these sends. Needs their pages with ticket, account and contact."""
    lines = _first_lines([send.page.ticket_id for send in sends])
    return [
        PageNews(
            page=send.page,
            round=send.round,
            since=said(send.page.raised_at, zone),
            due=said(send.page.ticket.next_due_at, zone),
            again=_clock(send.page.next_at, zone),
            first_lines=lines.get(send.page.ticket_id, ""),
        )
        for send in sends
    ]


def said(moment: datetime | None, zone: ZoneInfo) -> str:
    """Day, time and zone; "" for no moment."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return _("%(day)s, %(time)s (%(zone)s)") % {
        "day": full_date(local.date(), gettext=_),
        "time": f"{local:%H:%M}",
        "zone": zone.key.replace("_", " "),
    }


def _clock(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}" if moment else ""


def _first_lines(ticket_ids: Sequence[int]) -> dict[int, str]:
    """How the newest words of each customer begin; else how the ticket begins."""
    is_theirs = Case(When(side=MessageSide.CUSTOMER, then=Value(0)), default=Value(1))
    newest = (
        Message.objects.filter(ticket__in=ticket_ids, kind=MessageKind.PUBLIC)
        .order_by("ticket", is_theirs, "-sent_at", "-pk")
        .distinct("ticket")
    )
    return {
        ticket_id: _shortened(text)
        for ticket_id, text in newest.values_list("ticket", "text")
    }


def _shortened(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    kept = [line for line in lines if line]
    short = "\n".join(kept[:_LINES])
    is_cut = len(kept) > _LINES or len(short) > _LETTERS
    return f"{short[:_LETTERS].rstrip()}…" if is_cut else short
