"""The columns a list of accounts can show, sort by and export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, TextField, Value, When
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.paging import Order
from core.spreadsheets import Cell
from organisation.models import User
from organisation.permissions import Permission

DEFAULT_SORT = "score"

#: How a rising and a falling order are called.
Directions = tuple[str | Promise, str | Promise]
_BY_NUMBER: Directions = (_("lowest first"), _("highest first"))
_BY_LETTER: Directions = (_("A to Z"), _("Z to A"))
_BY_DATE: Directions = (_("earliest first"), _("latest first"))
_DIRECTIONS: dict[str, Directions] = {
    **dict.fromkeys(
        ("name", "owner", "plan", "team", "industry", "country"), _BY_LETTER
    ),
    **dict.fromkeys(("renewal", "last_touch", "last_active", "first_seen"), _BY_DATE),
    "change": (_("biggest fall first"), _("biggest rise first")),
    "segment": (_("first segment first"), _("last segment first")),
    "stage": (_("first stage first"), _("last stage first")),
}


@dataclass(frozen=True)
class Column:
    """One column: what it says, what it orders by, who may see it.

    ``value`` is the typed cell of an export. Without ``by`` it cannot be sorted.
    """

    key: str
    label: str | Promise
    value: Callable[[Account], Cell]
    by: str | Expression | F | None = None
    is_nullable: bool = True
    is_numeric: bool = False
    falls_first: bool = False
    is_default: bool = False
    is_fixed: bool = False
    permission: Permission = Permission.VIEW_ACCOUNTS

    @property
    def cell(self) -> str:
        """The template part that draws a cell of this column."""
        return f"reports/portfolio_cells.html#{self.key}"

    @property
    def first(self) -> str:
        """The sign of the first click on the head."""
        return "-" if self.falls_first else ""

    def said_order(self, *, is_descending: bool) -> str:
        """Sorting by this column in words: "Sorted by score, lowest first"."""
        direction = _DIRECTIONS.get(self.key, _BY_NUMBER)[is_descending]
        label = str(self.label)
        column = label if label.isupper() else label.lower()
        return _("Sorted by %(column)s, %(direction)s") % {
            "column": column,
            "direction": direction,
        }


def _stage_rank() -> Case:
    """Stages in the order of the customer journey."""
    return Case(
        *[
            When(stage=stage, then=Value(rank))
            for rank, stage in enumerate(Account.Stage.values)
        ],
        output_field=IntegerField(),
    )


def _filled(field: str) -> NullIf:
    """A text column with the empty text as no value, so that it comes last."""
    return NullIf(Lower(field), Value(""), output_field=TextField())


def _label(thing: Any) -> str | None:
    return None if thing is None else str(thing)


ALL: tuple[Column, ...] = (
    Column(
        "name",
        _("Account"),
        lambda account: account.name,
        by=Lower("name"),
        is_nullable=False,
        is_default=True,
        is_fixed=True,
    ),
    Column(
        "band",
        _("Health"),
        lambda account: str(account.get_health_band_display()),
        is_default=True,
        permission=Permission.VIEW_HEALTH,
    ),
    Column(
        "score",
        _("Score"),
        lambda account: account.health_score,
        by="health_score",
        is_numeric=True,
        is_default=True,
        permission=Permission.VIEW_HEALTH,
    ),
    Column(
        "trend",
        _("12 weeks"),
        lambda account: " ".join(
            "–" if score is None else str(score) for score in account.health_weeks
        ),
        is_default=True,
        permission=Permission.VIEW_HEALTH,
    ),
    Column(
        "change",
        _("30 d"),
        lambda account: account.health_change_30d,
        by="health_change_30d",
        is_numeric=True,
        is_default=True,
        permission=Permission.VIEW_HEALTH,
    ),
    Column(
        "reason",
        _("What moved it"),
        lambda account: (
            gettext("Churned, no active subscription")
            if account.is_churned
            else account.health_reason
        ),
        is_default=True,
        permission=Permission.VIEW_HEALTH,
    ),
    Column(
        "arr",
        _("ARR"),
        lambda account: account.arr_amount,
        by="arr_amount",
        is_nullable=False,
        is_numeric=True,
        falls_first=True,
        is_default=True,
        permission=Permission.VIEW_REVENUE,
    ),
    Column(
        "renewal",
        _("Renewal"),
        lambda account: account.renewal_on,
        by="renewal_on",
        is_numeric=True,
        is_default=True,
        permission=Permission.VIEW_REVENUE,
    ),
    Column(
        "owner",
        _("Owner"),
        lambda account: account.owner.label if account.owner else None,
        by="owner__name",
        is_default=True,
    ),
    Column(
        "segment",
        _("Segment"),
        lambda account: _label(account.segment),
        by="segment__priority",
    ),
    Column(
        "stage",
        _("Stage"),
        lambda account: str(account.get_stage_display()),
        by=_stage_rank(),
        is_nullable=False,
    ),
    Column(
        "coverage",
        _("Coverage"),
        lambda account: account.health_coverage,
        by="health_coverage",
        is_numeric=True,
        permission=Permission.VIEW_HEALTH,
    ),
    Column(
        "mrr",
        _("MRR"),
        lambda account: account.mrr_amount,
        by="mrr_amount",
        is_nullable=False,
        is_numeric=True,
        falls_first=True,
        permission=Permission.VIEW_REVENUE,
    ),
    Column(
        "seats",
        _("Seats"),
        lambda account: seats_of(account),
        by=Coalesce("licensed_seats", "seats"),
        is_numeric=True,
        falls_first=True,
    ),
    Column("plan", _("Plan"), lambda account: _label(account.plan), by="plan__name"),
    Column("team", _("Team"), lambda account: _label(account.team), by="team__name"),
    Column(
        "industry",
        _("Industry"),
        lambda account: account.industry,
        by=_filled("industry"),
    ),
    Column(
        "country", _("Country"), lambda account: account.country, by=_filled("country")
    ),
    Column(
        "employees",
        _("Employees"),
        lambda account: account.employees,
        by="employees",
        is_numeric=True,
        falls_first=True,
    ),
    Column(
        "last_touch",
        _("Last touch"),
        lambda account: account.last_touch_at,
        by="last_touch_at",
    ),
    Column(
        "last_active",
        _("Last active"),
        lambda account: account.last_active_on,
        by="last_active_on",
        permission=Permission.VIEW_USAGE,
    ),
    Column(
        "first_seen",
        _("Customer since"),
        lambda account: account.first_seen_on,
        by="first_seen_on",
        is_nullable=False,
    ),
    Column("tags", _("Tags"), lambda account: ", ".join(account.tags)),
)


def seats_of(account: Account) -> int | None:
    """Seats by contract, else as written on the account."""
    if account.licensed_seats is not None:
        return account.licensed_seats
    return account.seats


def columns_for(user: User) -> list[Column]:
    """Every column this person may see."""
    return [column for column in ALL if user.has_perm_code(column.permission)]


def chosen_columns(columns: Iterable[Column], keys: Iterable[str]) -> list[Column]:
    """The named columns in their fixed order; the usual ones when none is named."""
    wanted = set(keys)
    return [
        column
        for column in columns
        if column.is_fixed or (column.key in wanted if wanted else column.is_default)
    ]


def order_by(columns: Iterable[Column], sort: str) -> Order | None:
    """The order an address asks for ("arr", "-arr"), or None if there is none such."""
    key = sort.removeprefix("-")
    for column in columns:
        if column.key == key and column.by is not None:
            return Order(
                key,
                column.by,
                is_descending=sort.startswith("-"),
                is_nullable=column.is_nullable,
            )
    return None
