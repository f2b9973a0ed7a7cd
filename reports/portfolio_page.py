"""What the portfolio page shows, put together from its state: one context for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from core.formatting import money_compact, number, signed
from core.paging import Count, capped_count
from organisation.facts import own_currency
from organisation.models import SavedView
from organisation.permissions import Permission
from reports.portfolio_state import BOARD, PortfolioState
from reports.queries.portfolio import (
    BandTotal,
    Overview,
    attention,
    board,
    overview,
)

#: Beyond this many rows a bulk change of the whole list is not offered.
BULK_LIMIT = 10_000
CHIP_FILTERS = ("band", "segment", "owner", "renewal", "stage", "change", "score")
MORE_FILTERS = ("alert", "team", "tag", "archived")
BUILT_IN_VIEWS = (
    (gettext_lazy("My book"), "owner=me", Permission.VIEW_ACCOUNTS),
    (
        gettext_lazy("Renewing in 90 days"),
        "renewal=90&sort=renewal",
        Permission.VIEW_REVENUE,
    ),
    (
        gettext_lazy("Fell in 30 days"),
        "change=fell&sort=change",
        Permission.VIEW_HEALTH,
    ),
    (gettext_lazy("Not enough data"), "band=unknown&sort=name", Permission.VIEW_HEALTH),
)
#: Chips at the top, and how many of them may be saved views.
SHOWN_VIEWS, SHOWN_SAVED = 4, 3

Context = dict[str, Any]


def rows_context(state: PortfolioState, figures: Overview | None = None) -> Context:
    """The table with its pager, or the board; ``figures`` save counting again."""
    context = _base(state) | {"columns": state.columns, "sort": state.order.param}
    if state.is_board:
        return context | _board(state, figures or _figures(state))
    page = state.page()
    total = _total(state, figures)
    return context | {
        "rows": _drawn(page.rows),
        "shown": _shown(len(page.rows), total),
        "next_url": _place(state, "cursor", page.next),
        "previous_url": _place(state, "before", page.previous),
        "everything": _everything(state, total),
        "people": state.choices.people if context["may_edit"] else [],
        "said_order": _said_order(state),
        "problems": state.problems,
    }


def _drawn(rows: Iterable[Account]) -> list[tuple[Account, str, str]]:
    """Rows with band and owner as HTML: they repeat, so each is drawn only once."""
    bands: dict[str, str] = {}
    avatars: dict[int | None, str] = {None: ""}
    drawn = []
    for account in rows:
        band, owner = account.health_band, account.owner
        if band not in bands:
            bands[band] = render_to_string("components/band.html", {"band": band})
        if owner and owner.pk not in avatars:
            name = {"name": owner.label}
            avatars[owner.pk] = render_to_string("components/avatar.html", name)
        drawn.append((account, bands[band], avatars[account.owner_id]))
    return drawn


def page_context(state: PortfolioState) -> Context:
    """Everything: figures, views, filters and the list."""
    figures = _figures(state)
    return rows_context(state, figures) | {
        "tiles": [_tile(state, figures, band) for band in figures.bands],
        "counts": figures.counts,
        "figures": figures,
        "accounts_said": ngettext("%(n)s account", "%(n)s accounts", figures.count)
        % {"n": number(figures.count)},
        "arr_said": _money(state, figures.arr) if _shows_money(state) else "",
        "attention": attention(state.visible, user=state.user, today=state.today),
        **_views(state),
        **_filters(state),
    }


def _figures(state: PortfolioState) -> Overview:
    return overview(state.accounts_of_all_bands, own_currency())


def _total(state: PortfolioState, figures: Overview | None) -> Count:
    if figures is None:
        return capped_count(state.accounts, cap=BULK_LIMIT)
    bands = set(state.bands)
    return Count(sum(band.count for band in figures.bands if band.band in bands))


def _base(state: PortfolioState) -> Context:
    return {
        "state": state,
        "query": state.query,
        "list_url": _url(state.query),
        "is_board": state.is_board,
        "may_edit": _may_edit(state),
        "may_import": state.user.has_perm_code(Permission.RUN_IMPORTS),
        "shows_money": _shows_money(state),
        "today": state.today,
    }


def _may_edit(state: PortfolioState) -> bool:
    return bool(state.user.has_perm_code(Permission.EDIT_ACCOUNTS))


def _shows_money(state: PortfolioState) -> bool:
    return bool(state.user.has_perm_code(Permission.VIEW_REVENUE))


def _url(query: str) -> str:
    base = reverse("reports:portfolio")
    return f"{base}?{query}" if query else base


def _place(state: PortfolioState, name: str, cursor: str) -> str:
    return _url(state.query_with(**{name: cursor})) if cursor else ""


def _everything(state: PortfolioState, total: Count) -> int:
    """How many rows "all of the list" means; 0 when that is not offered."""
    is_offered = _may_edit(state) and not total.is_capped and total.value <= BULK_LIMIT
    return total.value if is_offered else 0


def _shown(rows: int, total: Count) -> str:
    of = number(total.value) + ("+" if total.is_capped else "")
    words = ngettext(
        "%(rows)s of %(of)s account", "%(rows)s of %(of)s accounts", total.value
    )
    return words % {"rows": number(rows), "of": of}


def _said_order(state: PortfolioState) -> str:
    for column in state.all_columns:
        if column.key == state.order.key:
            return column.said_order(is_descending=state.order.is_descending)
    return ""


def _tile(state: PortfolioState, figures: Overview, total: BandTotal) -> Context:
    is_on = state.bands == [total.band]
    notes = []
    if _shows_money(state):
        notes.append(_("%(arr)s ARR") % {"arr": _money(state, total.arr)})
    if figures.has_history:
        change = signed(total.count - total.count_before, 0)
        notes.append(_("%(change)s in 30 days") % {"change": change})
    return {
        "band": total.band,
        "count": total.count,
        "note": " · ".join(notes),
        "is_on": is_on,
        "href": _url(state.query_with(band=None if is_on else total.band)),
    }


def _money(state: PortfolioState, amounts: Mapping[str, Decimal]) -> str:
    """Amounts of every currency side by side; they are never added up."""
    earned = [
        money_compact(amount, currency)
        for currency, amount in sorted(amounts.items(), key=lambda item: -item[1])
        if amount
    ]
    return " + ".join(earned) or money_compact(0, own_currency())


def _board(state: PortfolioState, figures: Overview) -> Context:
    cards = board(state.accounts.for_list(), state.bands)
    columns = [
        {
            "band": band,
            "accounts": accounts,
            "count": figures.counts[band],
            "href": _url(state.query_with(band=band, view=None)),
        }
        for band, accounts in cards.items()
    ]
    return {"board": columns, "problems": state.problems}


def _views(state: PortfolioState) -> Context:
    """Chips at the top: built-in views, then saved ones; the rest in the menu."""
    saved = list(SavedView.objects.for_page("portfolio", state.user))
    built_in = [
        _view_chip(state, label, query)
        for label, query, permission in BUILT_IN_VIEWS
        if state.user.has_perm_code(permission)
    ]
    chips = [_view_chip(state, view.name, view.query) for view in saved]
    room = SHOWN_VIEWS - len(chips[:SHOWN_SAVED])
    return {
        "view_chips": built_in[:room] + chips[:SHOWN_SAVED],
        "view_menu": built_in[room:] + chips[SHOWN_SAVED:],
        "column_choices": [
            (column, column in state.columns) for column in state.all_columns
        ],
        "may_share": state.user.has_perm_code(Permission.SHARE_VIEWS),
        "may_export": state.user.has_perm_code(Permission.EXPORT_LISTS),
        "can_save": bool(state.query)
        and not any(chip["is_on"] for chip in built_in + chips),
        "has_views": bool(saved),
    }


def _view_chip(state: PortfolioState, label: Any, query: str) -> Context:
    is_on = query == state.query
    return {"label": label, "is_on": is_on, "href": _url("" if is_on else query)}


def _filters(state: PortfolioState) -> Context:
    return {
        "filter_chips": list(_chips(state, CHIP_FILTERS)),
        "more_filters": list(_chips(state, MORE_FILTERS)),
        "search_field": state.filter.form["q"],
        "table_url": _url(state.query_with(view=None)),
        "board_url": _url(state.query_with(view=BOARD)),
        "is_filtered": state.is_filtered,
    }


def _chips(state: PortfolioState, names: Iterable[str]) -> Iterable[Context]:
    form = state.filter.form
    for name in names:
        if name not in form.fields:
            continue
        parts = ("score_min", "score_max") if name == "score" else (name,)
        without = dict.fromkeys(parts)
        yield {
            "name": name,
            "label": form.fields[name].label,
            "value": state.filter.chosen_words(name),
            "field": form[name],
            "clear_url": _url(state.query_with(**without)),
        }
