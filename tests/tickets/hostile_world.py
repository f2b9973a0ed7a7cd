"""A desk on which every text that anybody can write is hostile, once per payload.

What services refuse (an address that is none, a category of one's own) is written
straight into the rows, as an import or an older version might have left it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

from django.utils import timezone

from accounts.models import Account, Contact, CustomField
from organisation.calendar_import import read_days
from organisation.calendar_services import add_days, create_calendar, set_day
from organisation.models import SavedView, Team, User, WorkingCalendar
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tickets import services
from tickets.models import Attachment, CannedReply, Message, SlaTier, Ticket, Watcher
from tickets.services.attachments import store_attachment
from tickets.services.canned_replies import save_canned_reply
from tickets.services.drafts import save_draft
from tickets.services.tier_changes import create_tier, publish_targets

_WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
_TARGETS = {"medium": {"resolution": {"minutes": 600, "clock": "always"}}}


@dataclass
class HostileDesk:
    """The rows of one payload."""

    ticket: Ticket
    merged: Ticket
    link_pk: int
    files: list[Attachment]
    reply: CannedReply
    tier: SlaTier
    calendar: WorkingCalendar
    view: SavedView


def hostile_people(payload: str, number: int) -> tuple[User, Account, Contact]:
    """Whoever works and asks here is called like the payload."""
    team = Team.objects.create(name=f"{payload} {number}")
    agent = UserFactory(role="admin", name=payload[:120], team=team)
    account = AccountFactory(name=f"{payload} {number}")
    contact = ContactFactory(account=account, name=payload, email=f"c{number}@a.test")
    return agent, account, contact


def hostile_desk(payload: str, number: int, *, reader: User) -> HostileDesk:
    """Tickets, replies, tiers, calendars and views full of the payload."""
    agent, _account, contact = hostile_people(payload, number)
    CustomField.objects.create(target="ticket", key=f"plain-{number}", label=payload)
    CustomField.objects.create(
        target="ticket", key=f"choice-{number}", label=f"c {payload}", kind="choice",
        choices=[payload[:120]],
    )  # fmt: skip
    ticket, files = _conversation(payload, number, agent, contact, reader)
    merged, link_pk = _relatives(payload, number, ticket, agent, contact)
    calendar = _calendar(payload, number, agent)
    for name in sorted({payload[:80], payload[-80:]}):
        view = SavedView.objects.create(
            page="tickets", name=name, query=f"view=all&q={payload}", owner=agent,
            is_shared=True,
        )  # fmt: skip
    return HostileDesk(
        ticket=Ticket.objects.get(pk=ticket.pk),
        merged=merged,
        link_pk=link_pk,
        files=files,
        reply=save_canned_reply(
            None,
            by=agent,
            name=f"{payload} {number}",
            body=payload.replace("{{7191*7}}", "{ {7191*7} }"),
            is_shared=True,
        ),
        tier=_tier(payload, number, agent, calendar),
        calendar=calendar,
        view=view,
    )


def formula_ticket(formula: str, number: int) -> None:
    """A ticket with a formula first in everything that a file of tickets has."""
    agent, _account, contact = hostile_people(formula, number)
    ticket = services.create_ticket(by=None, subject="x", text="x", contact=contact)
    Ticket.objects.filter(pk=ticket.pk).update(
        subject=formula, category=formula[:60], tags=[formula[:40]], assignee=agent,
        team=agent.team, number=f"{formula[:30]}{number}", channel="",
        requester_name=formula, requester_email=formula, csat_comment=formula,
        custom={"plain-0": formula},
    )  # fmt: skip


def _conversation(
    payload: str, number: int, agent: User, contact: Contact, reader: User
):
    ticket = services.create_ticket(
        by=None, subject=f"x {payload}", text=payload, contact=contact
    )
    files = [
        store_attachment(
            ticket,
            file=BytesIO(payload.encode() * 3),
            name=f"a{payload}.html",
            by=agent,
        )
        for _ in range(2)
    ]
    services.assign(ticket, by=agent, to=agent)
    services.reply(ticket, by=agent, text=payload, attachments=files)
    services.receive_customer_message(ticket, body=services.Body(payload))
    services.receive_customer_message(
        ticket, body=services.Body(html=f"<p>y</p>{payload}")
    )
    services.add_note(ticket, by=agent, text=f"{payload} @{reader.name}")
    services.escalate(ticket, by=agent, reason=payload)
    services.update_ticket(
        ticket, by=agent, root_cause=payload, workaround=payload,
        custom={f"plain-{number}": payload},
    )  # fmt: skip
    services.watch(ticket, by=agent, person=reader)
    services.snooze(ticket, by=agent, until=timezone.now() + timedelta(days=1))
    services.resolve(ticket, by=agent, note=payload)
    services.rate_ticket(ticket, score=1, comment=payload)
    services.reopen(ticket, by=agent)
    services.assign(ticket, by=agent, to=reader)
    services.assign(ticket, by=agent, to=agent)
    for kind in ("public", "note"):
        save_draft(ticket, by=reader, kind=kind, text=payload)
    Message.objects.filter(ticket=ticket, side="customer").update(
        contact=None, author_name=payload[:120], author_email=payload[:254],
        cc=[payload[:200]],
    )  # fmt: skip
    first = ticket.messages.filter(side="customer").order_by("pk")[0]
    Message.objects.filter(pk=first.pk).update(html=payload)
    return ticket, files


def _relatives(
    payload: str, number: int, ticket: Ticket, agent: User, contact: Contact
):
    """Another ticket merged into it, one linked, one split off."""

    def another(text: str) -> Ticket:
        return services.create_ticket(by=None, subject=text, text=text, contact=contact)

    merged, linked = another(f"m {payload}"), another(f"l {payload}")
    services.merge_tickets([merged], into=ticket, by=agent)
    services.link_tickets(ticket, other=linked, kind="duplicate", by=agent)
    last = ticket.messages.filter(side="customer").latest("pk")
    services.split_ticket(ticket, messages=[last], subject=f"s {payload}", by=agent)
    Ticket.objects.filter(contact=contact).update(
        category=payload[:60], tags=[part[:40] for part in payload.split(" ")][:4],
        custom={f"plain-{number}": payload, payload: payload},
        requester_name=payload[:120], requester_email=payload[:254],
        csat_comment=payload, updated_at=timezone.now(),
    )  # fmt: skip
    Watcher.objects.create(ticket=ticket, email=payload[:254].lower())
    spam = another(f"spam {payload}")
    services.mark_spam(spam, by=agent)
    merged.refresh_from_db()
    return merged, ticket.links.get(kind="duplicate").pk


def _calendar(payload: str, number: int, agent: User) -> WorkingCalendar:
    calendar = create_calendar(
        by=agent, name=f"{payload} {number}", timezone="Europe/Berlin", weekly=_WEEK
    )
    set_day(calendar, by=agent, day=date(2027, 3, 2), label=payload, intervals=[])
    summary = payload.replace("\r\n", "\\n")
    day = f"{date.today().year + 1}0303"
    file = "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT",
            "UID:1", f"SUMMARY:{summary}", f"DTSTART;VALUE=DATE:{day}",
            "RRULE:FREQ=DAILY;COUNT=7", "END:VEVENT", "END:VCALENDAR", "",
        ]
    )  # fmt: skip
    rows = read_days(
        file.encode(), weekly=_WEEK, timezone="Europe/Berlin", today=date.today()
    )
    add_days(calendar, by=agent, days=rows)
    return calendar


def _tier(payload: str, number: int, agent: User, calendar: WorkingCalendar) -> SlaTier:
    tier = create_tier(
        by=agent, name=f"{payload} {number}", description=payload, targets=_TARGETS,
        calendar=calendar,
    )  # fmt: skip
    later = {"high": _TARGETS["medium"]}
    publish_targets(tier, by=agent, targets=later, calendar=calendar, note=payload)
    return tier
