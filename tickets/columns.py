"""The columns of the queue: what they are called, how a cell of each is drawn.

Cells are drawn here and not by a template: a page has hundreds of them, and an include
for each took most of the time of the page. For the same reason text is quoted by the
standard library, which is what Django's own ``escape`` comes down to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from html import escape as quoted
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formatting import MISSING, age, full_date, said_moment
from tickets.categories import Category
from tickets.models import Ticket
from tickets.rows import LEVELS, TicketRow

MOST_TAGS = 2
_EXAMPLE = UUID(int=0)


@dataclass(frozen=True)
class Column:
    """One column. ``slot`` names the place of its cell in the card of a phone;
    ``reads`` what its cells say beyond the columns of the ticket itself."""

    key: str
    label: str | Promise
    draw: Callable[[Drawing, TicketRow], str]
    slot: str = ""
    css: str = ""
    is_default: bool = False
    is_fixed: bool = False
    reads: tuple[str, ...] = ()

    @cached_property
    def opening(self) -> str:
        """The start tag of its cells."""
        css = f' class="{self.css}"' if self.css else ""
        slot = f' data-cell="{self.slot}"' if self.slot else ""
        return f"<td{css}{slot}>"

    @property
    def is_numeric(self) -> bool:
        """Whether it is aligned to the right."""
        return self.css == "num"


class Drawing:
    """Draws the cells of one page; what cells share is said and looked up once.

    ``query`` goes on to the ticket, so that it stands beside the same list. Columns
    answer with markup: whatever somebody wrote goes through ``quoted`` first.
    """

    def __init__(
        self, columns: Sequence[Column], *, query: str = "", is_selectable: bool = False
    ) -> None:
        self.columns = columns
        self.keys = {column.key for column in columns}
        self.card_only = [
            replace(column, css=f"card-only {column.css}".strip())
            for column in card_only(columns)
        ]
        self.query = quoted(query)
        self.is_selectable = is_selectable
        self.ticket_url = addresses("tickets:ticket")
        self.account_url = addresses("reports:account")
        self.statuses = _words(Ticket.Status.choices)
        self.categories = _words(Category.choices)
        self.choose = quoted(gettext("Choose"))
        self.nobody = _muted(gettext("nobody"))
        self.draft = _tag(gettext("draft"))
        self.reopened = _tag(gettext("reopened"))
        self.now = timezone.localtime()
        self._days: dict[date, str] = {}

    @cached_property
    def priorities(self) -> dict[str, str]:
        """The signal bars of each priority."""
        return {
            value: render_to_string(
                "components/priority.html", {"level": LEVELS[value], "label": label}
            )
            for value, label in Ticket.Priority.choices
        }

    def cells(self, row: TicketRow) -> SafeString:
        """The cells of one line, in the order of the columns."""
        cells = [
            f"{column.opening}{column.draw(self, row)}</td>"
            for column in (*self.columns, *self.card_only)
        ]
        if self.is_selectable:
            cells.insert(0, self._box(row.ticket))
        return mark_safe("".join(cells))  # noqa: S308 - columns answer with markup

    def moment(self, at: datetime, said: str) -> str:
        """A moment as people say it, exact on hover."""
        return (
            f'<time datetime="{at.isoformat()}" title="{self.exactly(at)}">'
            f"{quoted(said)}</time>"
        )

    def exactly(self, at: datetime) -> str:
        """Day, time and zone: "Sun 22 Nov 2026, 14:05 CET"."""
        local = at.astimezone(self.now.tzinfo)
        day = local.date()
        if day not in self._days:
            self._days[day] = quoted(full_date(day, gettext=gettext))
        return f"{self._days[day]}, {local:%H:%M %Z}"

    def _box(self, ticket: Ticket) -> str:
        words = quoted(f"{ticket.number} {ticket.subject}")
        return (
            '<td class="select-cell" data-cell="select"><input type="checkbox"'
            f' class="form-check-input" name="chosen" value="{ticket.public_id}"'
            f' aria-label="{self.choose} {words}"></td>'
        )


def addresses(url_name: str) -> Callable[[UUID], str]:
    """The address of any row of a page; asked of the URL patterns only once."""
    before, after = reverse(url_name, args=[_EXAMPLE]).split(str(_EXAMPLE))
    return lambda public_id: f"{before}{public_id}{after}"


def _words(choices: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    return {value: quoted(str(label)) for value, label in choices}


def _muted(text: str) -> str:
    return f'<span class="muted">{quoted(text)}</span>'


def _tag(text: str) -> str:
    return f'<span class="tag">{quoted(text)}</span>'


def _seg(text: str) -> str:
    return f'<span class="seg">{quoted(text)}</span>'


def _subject(drawing: Drawing, row: TicketRow) -> str:
    """The subject, and beside it whatever has no column of its own."""
    ticket = row.ticket
    address = drawing.ticket_url(ticket.public_id) + drawing.query
    words = quoted(ticket.subject or ticket.number)
    parts = [f'<a data-open href="{address}">{words}</a>']
    if "number" not in drawing.keys:
        parts.append(_seg(ticket.number))
    if row.has_draft:
        parts.append(drawing.draft)
    if ticket.reopen_count:
        parts.append(drawing.reopened)
    if ticket.level > 1 and "level" not in drawing.keys:
        parts.append(_seg(f"L{ticket.level}"))
    if ticket.tags and "tags" not in drawing.keys:
        parts += [_tag(tag) for tag in ticket.tags[:MOST_TAGS]]
    return f'<span class="subject-line">{" ".join(parts)}</span>'


def _customer(drawing: Drawing, row: TicketRow) -> str:
    ticket = row.ticket
    if ticket.account is None:
        return _muted(ticket.requester_email or gettext("no account"))
    address = drawing.account_url(ticket.account.public_id)
    return f'<a class="plain" href="{address}">{quoted(ticket.account.name)}</a>'


def _requester(drawing: Drawing, row: TicketRow) -> str:
    ticket = row.ticket
    name = ticket.contact.name if ticket.contact else ticket.requester_name
    return quoted(name) if name else _muted(ticket.requester_email or MISSING)


def _assignee(drawing: Drawing, row: TicketRow) -> str:
    ticket = row.ticket
    if ticket.assignee is not None:
        return quoted(ticket.assignee.label)
    return drawing.nobody if ticket.team is None else _muted(ticket.team.name)


def _category(drawing: Drawing, row: TicketRow) -> str:
    code = row.ticket.category
    return drawing.categories.get(code) or quoted(code)


def _opened(drawing: Drawing, row: TicketRow) -> str:
    at = row.ticket.opened_at
    local = at.astimezone(drawing.now.tzinfo)
    said = said_moment(local, now=drawing.now, gettext=gettext)
    return drawing.moment(at, said)


def _changed(drawing: Drawing, row: TicketRow) -> str:
    at = row.ticket.updated_at
    return drawing.moment(at, age(at, now=drawing.now, gettext=gettext))


def _due(drawing: Drawing, row: TicketRow) -> str:
    due = row.ticket.next_due_at
    said = quoted(row.due or MISSING)
    if due is None:
        return said
    return f'<span class="{row.tone}" title="{drawing.exactly(due)}">{said}</span>'


ALL: tuple[Column, ...] = (
    Column(
        "subject",
        _("Ticket"),
        _subject,
        slot="name",
        css="clip queue-subject",
        is_default=True,
        is_fixed=True,
    ),
    Column("number", _("Number"), lambda drawing, row: quoted(row.ticket.number)),
    Column(
        "account",
        _("Account"),
        _customer,
        slot="reason",
        is_default=True,
        reads=("account__public_id", "account__name"),
    ),
    Column("requester", _("Requester"), _requester, reads=("contact__name",)),
    Column(
        "priority",
        _("Priority"),
        lambda drawing, row: drawing.priorities[row.ticket.priority],
        slot="band",
        is_default=True,
    ),
    Column(
        "status",
        _("Status"),
        lambda drawing, row: drawing.statuses[row.ticket.status],
        is_default=True,
    ),
    Column(
        "assignee",
        _("Assignee"),
        _assignee,
        is_default=True,
        reads=("assignee__name", "assignee__email", "team__name"),
    ),
    Column(
        "team",
        _("Team"),
        lambda drawing, row: _muted(str(row.ticket.team or MISSING)),
        reads=("team__name",),
    ),
    Column("level", _("Level"), lambda drawing, row: f"L{row.ticket.level}"),
    Column("category", _("Category"), _category),
    Column(
        "tags",
        _("Tags"),
        lambda drawing, row: " ".join(_tag(tag) for tag in row.ticket.tags),
    ),
    Column(
        "tier",
        _("SLA tier"),
        lambda drawing, row: _muted(str(row.ticket.tier or MISSING)),
        reads=("tier__name",),
    ),
    Column("created", _("Opened"), _opened, css="muted"),
    Column("updated", _("Changed"), _changed, css="muted", is_default=True),
    Column("due", _("Due"), _due, slot="score", css="num", is_default=True),
)


def card_only(columns: Sequence[Column]) -> list[Column]:
    """Columns a phone's card keeps, whatever a wide screen shows."""
    keys = {column.key for column in columns}
    return [column for column in ALL if column.slot and column.key not in keys]


def read_by(columns: Sequence[Column]) -> set[str]:
    """What lines with these columns say beyond the columns of the ticket itself."""
    drawn = [*columns, *card_only(columns)]
    return {path for column in drawn for path in column.reads}
