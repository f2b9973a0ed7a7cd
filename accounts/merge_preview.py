"""What a merge would do, before anybody does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.services.merge import CHOOSABLE, comes_from_duplicate
from core.merging import Stay, relations_to

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


def what_moves(duplicate: Account) -> list[tuple[str, int]]:
    """(kind of row, number) of what the duplicate would hand over."""
    found: dict[str, int] = {}
    for relation in relations_to(Account):
        if isinstance(relation.rule, Stay):
            continue
        rows = relation.model._default_manager.filter(
            **{relation.key.name: duplicate.pk}
        )
        words = str(relation.model._meta.verbose_name_plural)
        if count := rows.count():
            found[words] = found.get(words, 0) + count
    return sorted(found.items(), key=lambda item: -item[1])


def _shown(account: Account, name: str) -> str:
    if name == "stage":
        return str(account.get_stage_display())
    value = getattr(account, name)
    return "" if value is None else str(value)
