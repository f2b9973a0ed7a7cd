"""What a file of tickets says: every column, and what became of each promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Choices, Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.custom_fields import fields_for, read_value
from accounts.models import CustomField
from core.spreadsheets import Cell
from tickets.categories import Category
from tickets.models import ClockState, SlaClock, SlaMetric, Ticket, TicketQuerySet

CHUNK = 2_000
#: What no column says, and may be long.
_LEFT_OUT = (
    "root_cause",
    "workaround",
    "resolution_note",
    "csat_comment",
    "account__search",
    "account__custom",
)


@dataclass(frozen=True)
class TicketFile:
    """A file for one reader: moments in their zone, words in their language.

    Words are looked up beforehand: lines are written after the request was answered.
    """

    zone: tzinfo
    header: Sequence[str]
    words: Mapping[str, Mapping[str, str]]
    fields: Sequence[CustomField]

    def lines(self, tickets: TicketQuerySet) -> Iterator[list[Cell]]:
        """One line for each ticket, read in chunks with a fixed number of queries."""
        clocks = SlaClock.objects.order_by("cycle", "started_at")
        rows = (
            tickets.select_related("account", "contact", "assignee", "team", "tier")
            .prefetch_related(Prefetch("clocks", queryset=clocks))
            .defer(*_LEFT_OUT)
        )
        for ticket in rows.iterator(chunk_size=CHUNK):
            yield self.line(ticket)

    def line(self, ticket: Ticket) -> list[Cell]:
        """The cells of one ticket."""
        line = FileLine(self, ticket)
        cells = [value(line) for _label, value in COLUMNS]
        for metric in SlaMetric.values:
            cells += line.clock(metric)
        return cells + [
            read_value(field, ticket.custom.get(field.key)) for field in self.fields
        ]


@dataclass(frozen=True)
class FileLine:
    """One ticket, and what its cells need to be written."""

    file: TicketFile
    ticket: Ticket

    def moment(self, at: datetime | None) -> str | None:
        """Day, time and offset as ISO 8601: no reader has to guess the zone."""
        if at is None:
            return None
        return at.astimezone(self.file.zone).isoformat(timespec="seconds")

    def word(self, kind: str, code: str) -> str:
        """What a code means; words of another system as they are."""
        return self.file.words[kind].get(code, code)

    def clock(self, metric: str) -> list[Cell]:
        """When the newest clock of a metric is due, its state, minutes late."""
        found = [each for each in self.ticket.clocks.all() if each.metric == metric]
        if not found:
            return [None, None, None]
        newest = found[-1]
        late = newest.late_seconds
        return [
            self.moment(newest.due_at),
            self.word("state", newest.state),
            None if late is None else round(late / 60, 1),
        ]


Value = Callable[[FileLine], Cell]


def ticket_file(zone: tzinfo) -> TicketFile:
    """A file in the language of now."""
    clocks = [
        gettext(words) % {"metric": label}
        for label in SlaMetric.labels
        for words in CLOCK_COLUMNS
    ]
    fields = fields_for("ticket")
    return TicketFile(
        zone,
        header=[
            *(str(label) for label, _value in COLUMNS),
            *clocks,
            *(field.label for field in fields),
        ],
        fields=fields,
        words={
            "status": _of(Ticket.Status),
            "priority": _of(Ticket.Priority),
            "channel": _of(Ticket.Channel),
            "category": _of(Category),
            "metric": _of(SlaMetric),
            "state": _of(ClockState),
        },
    )


def _of(choices: type[Choices]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def _requester(line: FileLine) -> str:
    contact = line.ticket.contact
    return contact.name if contact else line.ticket.requester_name


def _email(line: FileLine) -> str:
    contact = line.ticket.contact
    return (contact.email if contact else "") or line.ticket.requester_email


def _name(thing: object) -> str | None:
    return None if thing is None else str(thing)


CLOCK_COLUMNS = (
    gettext_noop("%(metric)s due"),
    gettext_noop("%(metric)s state"),
    gettext_noop("%(metric)s late, minutes"),
)
COLUMNS: tuple[tuple[str | Promise, Value], ...] = (
    (_("Number"), lambda line: line.ticket.number),
    (_("Subject"), lambda line: line.ticket.subject),
    (_("Account"), lambda line: _name(line.ticket.account)),
    (_("Requester"), _requester),
    (_("E-mail"), _email),
    (_("Priority"), lambda line: line.word("priority", line.ticket.priority)),
    (_("Status"), lambda line: line.word("status", line.ticket.status)),
    (_("Level"), lambda line: line.ticket.level),
    (_("Category"), lambda line: line.word("category", line.ticket.category)),
    (_("Channel"), lambda line: line.word("channel", line.ticket.channel)),
    (_("Tags"), lambda line: ", ".join(line.ticket.tags)),
    (_("Team"), lambda line: _name(line.ticket.team)),
    (_("Assignee"), lambda line: _name(line.ticket.assignee)),
    (_("SLA tier"), lambda line: _name(line.ticket.tier)),
    (_("Opened"), lambda line: line.moment(line.ticket.opened_at)),
    (_("Changed"), lambda line: line.moment(line.ticket.updated_at)),
    (
        _("First answered"),
        lambda line: line.moment(line.ticket.first_responded_at),
    ),
    (_("Resolved"), lambda line: line.moment(line.ticket.resolved_at)),
    (_("Closed"), lambda line: line.moment(line.ticket.closed_at)),
    (_("Snoozed until"), lambda line: line.moment(line.ticket.snoozed_until)),
    (_("Reopened"), lambda line: line.ticket.reopen_count),
    (_("Escalated"), lambda line: line.ticket.escalation_count),
    (_("Rating"), lambda line: line.ticket.csat),
    (_("Due"), lambda line: line.moment(line.ticket.next_due_at)),
    (
        _("What is due"),
        lambda line: line.word("metric", line.ticket.next_due_metric),
    ),
    (_("First missed"), lambda line: line.moment(line.ticket.breached_at)),
)
