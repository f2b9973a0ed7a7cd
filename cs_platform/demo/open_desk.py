"""The demo desk as it stands right now: the scenes played through our own services, so
that clocks, notes, news and the log are what they would be had people done it."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Account, Contact
from cs_platform.demo import sayings
from cs_platform.demo.pictures import FILES
from cs_platform.demo.scenes import SCENES, Scene, Step
from cs_platform.demo.threads import BY_SUBJECT, Thread
from cs_platform.demo.words import PLANS
from cs_platform.demo.world import SOURCE
from organisation.models import User
from tickets import services
from tickets.models import Ticket, Watcher
from tickets.services.attachments import store_attachment
from tickets.services.clock_worker import record_due
from tickets.services.drafts import save_draft

_TIDY = """
UPDATE tickets_ticket t SET updated_at = GREATEST(
    t.opened_at,
    (SELECT max(m.sent_at) FROM tickets_message m WHERE m.ticket_id = t.id),
    (SELECT max(p.valid_from) FROM tickets_ticketperiod p WHERE p.ticket_id = t.id))
WHERE t.id = ANY(%(ids)s);
UPDATE tickets_draft d SET created_at = t.updated_at, updated_at = t.updated_at
FROM tickets_ticket t WHERE t.id = d.ticket_id AND t.id = ANY(%(ids)s);
UPDATE organisation_notification n SET
    is_mailed = false, happened_at = LEAST(t.updated_at, %(now)s),
    read_at = CASE WHEN t.updated_at < %(now)s - interval '10 hours'
        THEN t.updated_at + interval '20 minutes' END
FROM tickets_ticket t WHERE n.path = '/tickets/' || t.public_id || '/';
UPDATE tickets_ticket SET source = %(source)s, external_id = number
WHERE account_id IS NULL AND id = ANY(%(ids)s)
"""
#: The plan whose customers are answered at any hour.
_AROUND_THE_CLOCK = len(PLANS) - 1
#: Hours up to which everything happened just so long ago.
_TODAY = 4.0
_STRIDE = timedelta(minutes=3)
#: Hours of UTC in which the desk works, from Berlin to New York.
_OPEN_HOURS = range(7, 20)


def open_desk(now: datetime) -> None:
    """Tickets of the last days in every state there is; nothing is mailed."""
    shift = Shift(now)
    for scene in SCENES:
        shift.play(scene)
    record_due(now)
    tidy(shift.made, now)


def tidy(tickets: Iterable[Ticket], now: datetime) -> None:
    """Rows say that they were changed when things happened, not when they were made."""
    ids = [ticket.pk for ticket in tickets]
    with connection.cursor() as cursor:
        cursor.execute(_TIDY, {"ids": ids, "now": now, "source": SOURCE})


class Shift:
    """Plays scenes; the steps of a scene are the methods named like them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people = {user.name: user for user in User.objects.people()}
        self.customers = [_contacts_of(name) for name, *_rest in PLANS]
        self.turns = [itertools.cycle(pool) for pool in self.customers]
        self.made: list[Ticket] = []
        self.named: dict[str, Ticket] = {}

    def play(self, scene: Scene) -> None:
        """One ticket from its first message to the present."""
        self.scene = scene
        self.thread = BY_SUBJECT.get(scene.subject, ("", _NOTHING))[1]
        self.ticket = self._opened(scene)
        self.made.append(self.ticket)
        if scene.key:
            self.named[scene.key] = self.ticket
        for step in sorted(scene.steps, key=lambda step: -step[0]):
            self._do(step)

    def _do(self, step: Step) -> None:
        ago, verb, who, words = step
        self.at = self._moment(ago)
        getattr(self, verb)(who, words)

    def _moment(self, ago: float) -> datetime:
        """So long ago; what is older than a few hours fell into working hours, except
        where somebody is there around the clock."""
        if self.scene.plan == _AROUND_THE_CLOCK or ago <= _TODAY:
            return self.now - timedelta(hours=ago)
        moment = self.now - timedelta(hours=_TODAY)
        left = timedelta(hours=ago - _TODAY)
        while left > timedelta():
            step = min(left, _STRIDE)
            moment -= step
            is_open = moment.weekday() < 5 and moment.hour in _OPEN_HOURS
            left -= step if is_open else timedelta()
        return moment

    def _opened(self, scene: Scene) -> Ticket:
        name, email = scene.stranger
        contact = None
        if scene.plan is not None:
            contact = self.customer_of(scene)
        elif not email:
            contact = self.named["export"].contact
        category = scene.category or BY_SUBJECT[scene.subject][0]
        text = scene.opening or f"Hello,\n\n{self.thread.opening}"
        if contact is not None and not scene.opening:
            text = f"{text}\n\n{contact.name}\n{contact.account.name}"
        return services.create_ticket(
            by=None,
            subject=scene.subject,
            text=text,
            now=self._moment(scene.ago),
            contact=contact,
            requester_name=contact.name if contact else name,
            requester_email=contact.email if contact else email,
            category=category,
            priority=scene.priority,
            channel=scene.channel,
        )

    def customer_of(self, scene: Scene) -> Contact:
        """The next customer of the scene's plan."""
        return next(self.turns[scene.plan or 0])

    def _reply(self, who: str, text: str, status: str | None = None) -> None:
        words = text.format(
            first=(self.ticket.requester_name or "there").split()[0],
            question=self.thread.question,
            fix=self.thread.fix,
        )
        signed = f"{words}\n\nBest regards\n{who}"
        services.reply(
            self.ticket, by=self.people[who], text=signed, status=status, now=self.at
        )

    def take(self, who: str, _words: str) -> None:
        """Somebody takes the ticket."""
        agent = self.people[who]
        services.assign(self.ticket, by=agent, to=agent, now=self.at)

    def triage(self, who: str, _words: str) -> None:
        """Somebody has looked at it."""
        by = self.people[who]
        services.change_status(self.ticket, by=by, status="triaged", now=self.at)

    def first(self, who: str, _words: str) -> None:
        """A first answer in common words."""
        self._reply(who, sayings.FIRST_ANSWERS[len(self.scene.subject) % 3])

    def ask(self, who: str, _words: str) -> None:
        """A question back; the ticket waits."""
        self._reply(who, sayings.QUESTIONS[0], "waiting")

    def say(self, who: str, words: str) -> None:
        """An answer in words of its own."""
        self._reply(who, words)

    def fix(self, who: str, _words: str) -> None:
        """The answer that solves it."""
        self._reply(who, sayings.RESOLUTIONS[0], "resolved")

    def close(self, who: str, _words: str) -> None:
        """Nothing more is to come."""
        services.close(self.ticket, by=self.people[who], now=self.at)

    def note(self, who: str, words: str) -> None:
        """A note for people here, who may be named in it."""
        services.add_note(self.ticket, by=self.people[who], text=words, now=self.at)

    def hold(self, who: str, words: str) -> None:
        """Others have to do something first, and the note says who."""
        self.note(who, words)
        by = self.people[who]
        services.change_status(self.ticket, by=by, status="on_hold", now=self.at)

    def answer(self, _who: str, _words: str) -> None:
        """The customer answers what was asked."""
        self.write("", self.thread.answer)

    def write(self, _who: str, words: str) -> None:
        """The customer writes."""
        body = services.Body(words)
        services.receive_customer_message(self.ticket, body=body, now=self.at)

    def send(self, name: str, words: str) -> None:
        """The customer sends a file."""
        content = io.BytesIO(FILES[name]())
        file = store_attachment(self.ticket, file=content, name=name, by=None)
        body = services.Body(words, attachments=[file])
        services.receive_customer_message(self.ticket, body=body, now=self.at)

    def escalate(self, who: str, words: str) -> None:
        """One level up (security and outages to the engineers), with the reason."""
        to_level = 4 if "engineering" in words else None
        by = self.people[who]
        services.escalate(
            self.ticket, by=by, reason=words, to_level=to_level, now=self.at
        )

    def tag(self, who: str, words: str) -> None:
        """One more tag."""
        current = Ticket.objects.get(pk=self.ticket.pk)
        services.update_ticket(
            current, by=self.people[who], tags=[*current.tags, words], now=self.at
        )

    def snooze(self, who: str, words: str) -> None:
        """Out of sight for so many hours from now."""
        until = self.now + timedelta(hours=int(words))
        by = self.people[who]
        services.snooze(self.ticket, by=by, until=until, now=self.at)

    def rate(self, score: str, words: str) -> None:
        """The customer says how it went."""
        services.rate_ticket(self.ticket, score=int(score), comment=words, now=self.at)

    def draft(self, who: str, words: str) -> None:
        """Something begun and not sent."""
        save_draft(self.ticket, by=self.people[who], kind="public", text=words)

    def watch(self, who: str, _words: str) -> None:
        """A colleague, or the account's owner, is told what happens."""
        account = self.ticket.account
        person = account.owner if who == "owner" and account else self.people.get(who)
        if person is not None:
            Watcher.objects.get_or_create(ticket=self.ticket, person=person)

    def spam(self, who: str, _words: str) -> None:
        """Nobody has to answer this."""
        services.mark_spam(self.ticket, by=self.people[who], now=self.at)

    def link(self, key: str, kind: str) -> None:
        """How this ticket stands to one that came before."""
        services.link_tickets(
            self.ticket, other=self.named[key], kind=kind, by=None, now=self.at
        )

    def merge(self, key: str, who: str) -> None:
        """It is the same request; what was said moves along."""
        services.merge_tickets(
            [self.ticket], into=self.named[key], by=self.people[who], now=self.at
        )

    def split(self, who: str, subject: str) -> None:
        """The last message is another matter."""
        last = self.ticket.messages.order_by("-sent_at", "-pk")[:1]
        part = services.split_ticket(
            self.ticket, messages=last, subject=subject, by=self.people[who],
            now=self.at,
        )  # fmt: skip
        self.made.append(part)


_NOTHING = Thread("", "", "", "", "")


def _contacts_of(plan: str) -> list[Contact]:
    """One person at each living customer of a plan."""
    accounts = Account.objects.live().exclude(stage="churned").order_by("pk")
    known = accounts.filter(external_ids__source=SOURCE)
    chosen = list(known.filter(plan__name=plan)[:40]) or list(known[:40])
    first = {
        contact.account_id: contact
        for contact in Contact.objects.filter(
            account__in=chosen, archived_at=None, left_on=None
        )
        .select_related("account__owner")
        .order_by("-pk")
    }
    return list(first.values())
