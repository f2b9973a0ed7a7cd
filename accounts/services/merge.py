"""Making one account of two."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from accounts.models import Account
from accounts.segments import reassign_segments
from accounts.services.differences import differences
from accounts.services.errors import CannotMerge
from accounts.services.lifecycle import EDITABLE, set_terms
from accounts.services.touchpoints import refresh_last_touch
from core.merging import Merger, hold_first
from events.services import Actor, record_event
from organisation.clock import today

#: Single values a person may choose between when two accounts become one.
CHOOSABLE = (
    "name",
    "domain",
    "plan",
    "seats",
    "owner",
    "team",
    "timezone",
    "industry",
    "country",
    "employees",
    "stage",
    "parent",
)


@transaction.atomic
def merge_accounts(
    *,
    survivor: Account,
    duplicate: Account,
    by: Actor | None,
    take: Collection[str] = (),
) -> Account:
    """Everything of the duplicate becomes the survivor's; the duplicate points to it.

    The survivor's values win where it has any, except for fields named in ``take``;
    tags are united, the customer began with the earlier of both. Each model says what
    happens to its rows (``core.merging``). Snapshots stay with the duplicate. Old
    external ids lead to the survivor. Raises CannotMerge.
    """
    kept, other = _locked_pair(survivor, duplicate)
    before = Account.objects.for_detail().get(pk=kept.pk)
    _fill(kept, other, take)
    _untangle_parents(kept, other, before.parent)
    merger = Merger()
    merger.merge(Account, {other.pk: kept.pk})
    kept.full_clean()
    kept.version += 1
    kept.save()
    other.merged_into, other.parent = kept, None
    other.version += 1
    other.save(update_fields=["merged_into", "parent", "version", "updated_at"])
    if kept.seats is not None or kept.plan_id is not None:
        set_terms(kept, seats=kept.seats, plan=kept.plan, on=today())
    refresh_last_touch([kept.pk])
    found = differences(before, kept, EDITABLE)
    _record(kept, other, by, {"changes": found, "moved": merger.moved})
    merger.follow_up(kept.pk)
    reassign_segments([kept.pk])
    kept.refresh_from_db()
    return kept


def _record(
    kept: Account, other: Account, by: Actor | None, data: dict[str, Any]
) -> None:
    named = {"id": other.pk, "public_id": str(other.public_id), "name": other.name}
    record_event(
        "account_merged",
        by=by,
        subject=kept,
        account_id=kept.pk,
        data={"duplicate": named} | data,
    )


def merged_values(
    survivor: Account, duplicate: Account, take: Collection[str] = ()
) -> dict[str, Any]:
    """Per choosable field the value that would win."""
    theirs = {
        name
        for name in CHOOSABLE
        if comes_from_duplicate(survivor, duplicate, name, take)
    }
    return {
        name: getattr(duplicate if name in theirs else survivor, name)
        for name in CHOOSABLE
    }


def comes_from_duplicate(
    survivor: Account, duplicate: Account, name: str, take: Collection[str] = ()
) -> bool:
    """Whether the duplicate's value wins: it was chosen, or there is no other."""
    ours, theirs = getattr(survivor, name), getattr(duplicate, name)
    if theirs in (None, "") or (name == "parent" and theirs.pk == survivor.pk):
        return False
    return name in take or ours in (None, "")


def _locked_pair(survivor: Account, duplicate: Account) -> tuple[Account, Account]:
    if survivor.pk == duplicate.pk:
        raise CannotMerge("An account cannot be merged with itself.")
    hold_first(Account, [duplicate.pk])
    # One order for all, so two merges of the same pair wait instead of deadlocking.
    rows = (
        Account.objects.select_for_update()
        .order_by("pk")
        .in_bulk([survivor.pk, duplicate.pk])
    )
    if len(rows) < 2:
        raise CannotMerge("One of these accounts is gone.")
    if any(row.merged_into_id is not None for row in rows.values()):
        raise CannotMerge("One of these accounts has been merged already.")
    if rows[survivor.pk].archived_at is not None:
        raise CannotMerge("The account that stays is archived. Restore it first.")
    return rows[survivor.pk], rows[duplicate.pk]


def _fill(kept: Account, other: Account, take: Collection[str]) -> None:
    is_stage_taken = comes_from_duplicate(kept, other, "stage", take)
    for name, value in merged_values(kept, other, take).items():
        setattr(kept, name, value)
    if is_stage_taken:
        kept.stage_since = other.stage_since
    kept.tags = sorted({*kept.tags, *other.tags}, key=lambda tag: str(tag).lower())
    kept.custom = {**other.custom, **kept.custom}
    kept.first_seen_on = min(kept.first_seen_on, other.first_seen_on)
    days = [day for day in (kept.last_active_on, other.last_active_on) if day]
    kept.last_active_on = max(days, default=None)


def _untangle_parents(kept: Account, other: Account, had: Account | None) -> None:
    """No circle may come of the duplicate's children becoming the survivor's."""
    if other.pk in _line_above(kept.parent):
        kept.parent = other.parent
    if kept.pk in _line_above(kept.parent):
        kept.parent = had if had and other.pk not in _line_above(had) else None
    # Now, so that moving the duplicate's children never makes it its own parent.
    Account.objects.filter(pk=kept.pk).update(parent=kept.parent)


def _line_above(account: Account | None) -> set[int]:
    line: set[int] = set()
    while account is not None and account.pk not in line:
        line.add(account.pk)
        account = account.parent
    return line
