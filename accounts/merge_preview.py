"""What a merge would do, before anybody does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.services.merge import CHOOSABLE, comes_from_duplicate
from core.merging import relations_to

WORDS = {
    "name": _("Name"),
    "domain": _("Domain"),
    "plan": _("Plan"),
    "seats": _("Seats"),
    "owner": _("Owner"),
    "team": _("Team"),
    "timezone": _("Time zone"),
    "industry": _("Industry"),
    "country": _("Country"),
    "employees": _("Employees"),
    "stage": _("Stage"),
    "parent": _("Parent account"),
}


#: What people recognise of the rows that move; the rest follows without a word.
MOVING = {
    "accounts.contact": _("contacts"),
    "accounts.touchpoint": _("touchpoints"),
    "accounts.accountexternalid": _("external ids"),
    "tickets.ticket": _("tickets"),
    "surveys.surveyresponse": _("survey answers"),
    "revenue.subscription": _("subscriptions"),
    "revenue.churnevent": _("losses"),
    "usage.productuser": _("product users"),
    "usage.accountday": _("days of usage"),
    "health.alert": _("alerts"),
}


@dataclass(frozen=True)
class Line:
    """One field of both accounts; ``is_open`` when a person may choose."""

    name: str
    label: Any
    ours: str
    theirs: str
    is_theirs: bool
    is_open: bool


def comparison(survivor: Account, duplicate: Account) -> list[Line]:
    """Field by field, with the value that wins unless somebody chooses otherwise."""
    lines = []
    for name in CHOOSABLE:
        ours, theirs = _shown(survivor, name), _shown(duplicate, name)
        can_choose = comes_from_duplicate(survivor, duplicate, name, [name])
        lines.append(
            Line(
                name,
                WORDS[name],
                ours,
                theirs,
                is_theirs=comes_from_duplicate(survivor, duplicate, name),
                is_open=bool(ours) and ours != theirs and can_choose,
            )
        )
    return lines


def what_moves(duplicate: Account) -> list[tuple[Any, int]]:
    """(kind of row, number) of what the duplicate would hand over."""
    found = []
    for relation in relations_to(Account):
        words = MOVING.get(relation.model._meta.label_lower)
        if words is None:
            continue
        key = {relation.key.name: duplicate.pk}
        if count := relation.model._default_manager.filter(**key).count():
            found.append((words, count))
    return sorted(found, key=lambda item: -item[1])


def _shown(account: Account, name: str) -> str:
    if name == "stage":
        return str(account.get_stage_display())
    value = getattr(account, name)
    return "" if value is None else str(value)
