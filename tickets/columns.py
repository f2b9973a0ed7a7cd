"""The columns of the queue: what they are called, how a cell of each is drawn.

Cells are drawn here and not by a template: a page has hundreds of them, and an include
for each took most of the time of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formatting import full_date
from core.templatetags.cs import age, said_moment
from tickets.categories import Category
from tickets.models import Ticket
from tickets.rows import LEVELS, TicketRow

MOST_TAGS = 2
_EXAMPLE = UUID(int=0)


@dataclass(frozen=True)
class Column:
    """One column. ``slot`` names the place of its cell in the card of a phone."""

    key: str
    label: str | Promise
    draw: Callable[[Drawing, TicketRow], str]
    slot: str = ""
    css: str = ""
    is_default: bool = False
    is_fixed: bool = False

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

    ``query`` goes on to the ticket, so that it stands beside the same list.
    """

    def __init__(self, columns: Sequence[Column], *, query: str = "") -> None:
        self.columns = columns
        self.keys = {column.key for column in columns}
        self.query = query
        self.ticket_url = addresses("tickets:ticket")
        self.account_url = addresses("reports:account")
        self.statuses = _words(Ticket.Status.choices)
        self.categories = _words(Category.choices)
        self.nobody = _muted(gettext("nobody"))
        self.draft = _tag(gettext("draft"))
        self.reopened = _tag(gettext("reopened"))

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
        return mark_safe(  # noqa: S308 - every cell is escaped
            "".join(
                f"{column.opening}{conditional_escape(column.draw(self, row))}</td>"
                for column in self.columns
            )
        )


def addresses(url_name: str) -> Callable[[UUID], str]:
    """The address of any row of a page; asked of the URL patterns only once."""
    before, after = reverse(url_name, args=[_EXAMPLE]).split(str(_EXAMPLE))
    return lambda public_id: f"{before}{public_id}{after}"


def _words(choices: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    return {value: str(label) for value, label in choices}


def _muted(text: object) -> SafeString:
    return format_html('<span class="muted">{}</span>', text)


def _tag(text: object) -> SafeString:
    return format_html('<span class="tag">{}</span>', text)


def _tags(tags: Iterable[str]) -> SafeString:
    return format_html_join(
        " ", '<span class="tag">{}</span>', ((tag,) for tag in tags)
    )


def _subject(drawing: Drawing, row: TicketRow) -> str:
    """The subject, and beside it whatever has no column of its own."""
    ticket = row.ticket
    parts: list[str] = [
        format_html(
            '<a data-open href="{}{}">{}</a>',
            drawing.ticket_url(ticket.public_id),
            drawing.query,
            ticket.subject or ticket.number,
        )
    ]
    if "number" not in drawing.keys:
        parts.append(format_html('<span class="seg">{}</span>', ticket.number))
    if row.has_draft:
        parts.append(drawing.draft)
    if ticket.reopen_count:
        parts.append(drawing.reopened)
    if ticket.level > 1 and "level" not in drawing.keys:
        parts.append(f'<span class="seg">L{ticket.level}</span>')
    if ticket.tags and "tags" not in drawing.keys:
        parts.append(_tags(ticket.tags[:MOST_TAGS]))
    return mark_safe(" ".join(parts))  # noqa: S308 - every part is escaped


def _customer(drawing: Drawing, row: TicketRow) -> str:
    ticket = row.ticket
    if ticket.account is not None:
        return format_html(
            '<a class="plain" href="{}">{}</a>',
            drawing.account_url(ticket.account.public_id),
            ticket.account.name,
        )
    return _muted(ticket.requester_email or gettext("no account"))


def _requester(drawing: Drawing, row: TicketRow) -> str:
    ticket = row.ticket
    if ticket.contact is not None:
        return ticket.contact.name
    return ticket.requester_name or _muted(ticket.requester_email or "–")


def _assignee(drawing: Drawing, row: TicketRow) -> str:
    ticket = row.ticket
    if ticket.assignee is not None:
        return ticket.assignee.label
    return drawing.nobody if ticket.team is None else _muted(ticket.team.name)


def _due(drawing: Drawing, row: TicketRow) -> str:
    due = row.ticket.next_due_at
    if due is None:
        return row.due or "–"
    local = timezone.localtime(due)
    exact = f"{full_date(local.date(), gettext=gettext)}, {local:%H:%M %Z}"
    return format_html(
        '<span class="{}" title="{}">{}</span>', row.tone, exact, row.due or "–"
    )


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
    Column("number", _("Number"), lambda drawing, row: row.ticket.number),
    Column("account", _("Account"), _customer, slot="reason", is_default=True),
    Column("requester", _("Requester"), _requester),
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
    Column("assignee", _("Assignee"), _assignee, is_default=True),
    Column("team", _("Team"), lambda drawing, row: _muted(row.ticket.team or "–")),
    Column("level", _("Level"), lambda drawing, row: f"L{row.ticket.level}"),
    Column(
        "category",
        _("Category"),
        lambda drawing, row: drawing.categories.get(
            row.ticket.category, row.ticket.category
        ),
    ),
    Column("tags", _("Tags"), lambda drawing, row: _tags(row.ticket.tags)),
    Column(
        "tier",
        _("SLA tier"),
        lambda drawing, row: _muted(row.ticket.tier or "–"),
    ),
    Column(
        "created",
        _("Opened"),
        lambda drawing, row: said_moment(row.ticket.opened_at),
        css="muted",
    ),
    Column(
        "updated",
        _("Changed"),
        lambda drawing, row: age(row.ticket.updated_at),
        css="muted",
        is_default=True,
    ),
    Column("due", _("Due"), _due, slot="score", css="num", is_default=True),
)
DEFAULT = tuple(column for column in ALL if column.is_default)
BY_KEY = {column.key: column for column in ALL}


def columns_named(keys: Iterable[str]) -> list[Column]:
    """The named columns in their order, the fixed ones first; unknown names are left
    out, and no name at all means the usual columns."""
    named = [BY_KEY[key] for key in dict.fromkeys(keys) if key in BY_KEY]
    if not named:
        return list(DEFAULT)
    missing = [column for column in ALL if column.is_fixed and column not in named]
    return [*missing, *named]
