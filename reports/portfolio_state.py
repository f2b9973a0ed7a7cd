"""The state of the portfolio as its address tells it: filters, order, columns, view.

Whatever the address says wrongly is left out and said in words; it never fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.paging import CursorRefused, Order, Page, keyset_page
from organisation.models import User
from organisation.permissions import Permission
from reports.columns import (
    DEFAULT_SORT,
    Column,
    chosen_columns,
    columns_for,
    order_by,
)
from reports.filters import AccountFilter
from reports.queries.choices import ListChoices

#: Places in the list; not part of what the list is.
PLACES = ("cursor", "before")
OWN = {"sort", "col", "view", *PLACES}
BOARD = "board"
MOST_PROBLEMS = 4
Pairs = list[tuple[str, str]]


@dataclass
class PortfolioState:
    """One reading of an address by one person on one day."""

    params: QueryDict
    user: User
    today: date
    choices: ListChoices = field(default_factory=ListChoices)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.filter = AccountFilter(
            self.params,
            accounts=self.visible,
            user=self.user,
            today=self.today,
            choices=self.choices,
        )
        self.all_columns = columns_for(self.user)
        self.columns = self._columns()
        self.order = self._order()
        self._say_what_was_left_out()

    @cached_property
    def visible(self) -> AccountQuerySet:
        """Every account this person may see, whatever the filters say."""
        return Account.objects.visible_to(self.user)

    @cached_property
    def accounts(self) -> AccountQuerySet:
        """The accounts of the list, in no order."""
        return self.filter.qs

    @cached_property
    def accounts_of_all_bands(self) -> AccountQuerySet:
        """The same list without its band filter, for the tiles above it."""
        return self.filter.without("band")

    @property
    def is_board(self) -> bool:
        """Cards by band instead of a table."""
        can_see = self.user.has_perm_code(Permission.VIEW_HEALTH)
        return can_see and self.params.get("view") == BOARD

    @cached_property
    def bands(self) -> list[str]:
        """The bands the list is narrowed to; all when it is not."""
        self.filter.form.is_valid()
        chosen = self.filter.form.cleaned_data.get("band")
        return list(chosen or Account.Band.values)

    @property
    def is_filtered(self) -> bool:
        """Whether any filter narrows the list."""
        names = self.filter.parameters()
        return any(key in names for key, _value in self.pairs)

    def page(self) -> Page[Account]:
        """The rows at the place the address names; a wrong place is the first page."""
        rows = self.accounts.for_list().select_related("team")
        after, before = self.params.get("cursor", ""), self.params.get("before", "")
        try:
            return keyset_page(rows, order=self.order, after=after, before=before)
        except CursorRefused:
            self.problems.append(
                _("This page is no longer there, so the list starts at the top.")
            )
            return keyset_page(rows, order=self.order)

    def all_rows(self) -> AccountQuerySet:
        """Every row of the list in its order, for files."""
        rows = self.accounts.for_list().select_related("team")
        value = F(self.order.by) if isinstance(self.order.by, str) else self.order.by
        if self.order.is_descending:
            return rows.order_by(
                OrderBy(value, descending=True, nulls_last=True), "-pk"
            )
        return rows.order_by(OrderBy(value, nulls_last=True), "pk")

    @cached_property
    def pairs(self) -> Pairs:
        """What the address says, cleaned: no places, no empty or usual values."""
        known = self.filter.parameters() | OWN
        usual = [column.key for column in self.all_columns if column.is_default]
        chosen = [column.key for column in self.columns]
        pairs = [
            (key, value)
            for key in self.params
            if key in known and key not in {"col", *PLACES}
            for value in dict.fromkeys(self.params.getlist(key))
            if value.strip() and (key, value) != ("sort", DEFAULT_SORT)
        ]
        if chosen != usual:
            pairs += [("col", key) for key in chosen]
        return sorted(pairs)

    @property
    def query(self) -> str:
        """The list as a query string, the same for the same list."""
        return urlencode(self.pairs)

    def query_with(self, **changes: str | Iterable[str] | None) -> str:
        """The query string with some parameters replaced, or removed by None."""
        pairs = [pair for pair in self.pairs if pair[0] not in changes]
        for key, value in changes.items():
            if value:
                values = [value] if isinstance(value, str) else value
                pairs += [(key, each) for each in values]
        return urlencode(sorted(pairs))

    def _columns(self) -> list[Column]:
        wanted = self.params.getlist("col")
        known = {column.key for column in self.all_columns}
        for key in dict.fromkeys(wanted):
            if key and key not in known:
                self.problems.append(_left_out(_("the column"), key))
        return chosen_columns(self.all_columns, known & set(wanted))

    def _order(self) -> Order:
        asked = self.params.get("sort", "")
        if asked:
            order = order_by(self.all_columns, asked)
            if order:
                return order
            self.problems.append(_left_out(_("the sorting"), asked))
        usual = order_by(self.all_columns, DEFAULT_SORT)
        return usual or Order("name", Lower("name"), is_nullable=False)

    def _say_what_was_left_out(self) -> None:
        known = self.filter.parameters() | OWN
        for name in self.params:
            if name not in known:
                self.problems.append(_left_out(_("the filter"), name))
        if self.params.get("view") not in {None, "", BOARD, "table"}:
            self.problems.append(_left_out(_("the view"), self.params.get("view", "")))
        form = self.filter.form
        for name, errors in form.errors.items():
            label = form.fields[name].label
            self.problems.append(f"{label}: {errors[0]}")
        del self.problems[MOST_PROBLEMS:]


def _left_out(kind: str, name: str) -> str:
    return _("This list does not know %(kind)s “%(name)s”, so it was left out.") % {
        "kind": kind,
        "name": name[:60],
    }
