"""What this room writes: saved views, and bulk changes with a way back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Max, Min

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from accounts.services import add_tag, assign_owner, remove_tag
from events.models import Event
from events.services import changes, record_event
from organisation.models import SavedView, User

#: An account and the data of the event that changed it.
Change = tuple[Any, dict[str, Any]]
UNDO_TIME = timedelta(hours=1)
_UNDO_SALT = "reports.undo"
_OWNER, _TAGGED, _UNTAGGED = (
    "account_owner_changed",
    "account_tagged",
    "account_untagged",
)


class CannotUndo(Exception):
    """The way back is closed: too late, or not this person's change."""


@dataclass(frozen=True)
class BulkChange:
    """How many accounts changed, and the token that takes it back ("" for none)."""

    changed: int
    undo_token: str = ""


@transaction.atomic
def save_view(
    *, by: User, page: str, name: str, query: str, is_shared: bool = False
) -> SavedView:
    """Keep a list under a name. Raises ValidationError, also for a name in use."""
    view = SavedView(page=page, name=name, query=query, owner=by, is_shared=is_shared)
    view.full_clean()
    view.save()
    record_event(
        "saved_view_created", by=by, subject=view, data={"query": [None, query]}
    )
    return view


@transaction.atomic
def update_view(view: SavedView, *, by: User, name: str, is_shared: bool) -> SavedView:
    """Rename a view, share it or stop sharing it. Raises ValidationError."""
    before = SavedView.objects.select_for_update().get(pk=view.pk)
    view.name, view.is_shared = name, is_shared
    changed = changes(before, view, ("name", "is_shared"))
    if not changed:
        return view
    view.full_clean()
    view.save()
    record_event("saved_view_updated", by=by, subject=view, data=changed)
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: User) -> None:
    """Remove a view; its list can always be filtered again."""
    record_event(
        "saved_view_deleted", by=by, subject=view, data={"query": [view.query, None]}
    )
    view.delete()


@transaction.atomic
def assign_in_bulk(
    accounts: AccountQuerySet, *, owner: User | None, by: User
) -> BulkChange:
    """Give accounts to a person (or nobody), with a token to take it back."""
    mark = _newest_event()
    changed = assign_owner(accounts, owner=owner, by=by)
    return _with_undo(changed, mark, _OWNER, by)


@transaction.atomic
def tag_in_bulk(accounts: AccountQuerySet, *, tag: str, by: User) -> BulkChange:
    """Put a tag on accounts. Raises ValidationError for a tag nobody could use."""
    mark = _newest_event()
    changed = add_tag(accounts, tag=tag, by=by)
    return _with_undo(changed, mark, _TAGGED, by)


@transaction.atomic
def untag_in_bulk(accounts: AccountQuerySet, *, tag: str, by: User) -> BulkChange:
    """Take a tag off accounts."""
    mark = _newest_event()
    changed = remove_tag(accounts, tag=tag, by=by)
    return _with_undo(changed, mark, _UNTAGGED, by)


@transaction.atomic
def undo_in_bulk(token: str, *, by: User) -> int:
    """Bring back what a bulk change replaced; returns how many accounts changed.

    The values before come from the events it recorded. What somebody has changed
    since stays as it is, so undoing twice does nothing the second time. Raises
    CannotUndo.
    """
    try:
        person, kind, first, last = signing.loads(
            token, salt=_UNDO_SALT, max_age=UNDO_TIME
        )
    except signing.BadSignature as wrong:
        raise CannotUndo from wrong
    if person != by.pk:
        raise CannotUndo
    events = Event.objects.filter(pk__range=(first, last), actor_id=by.pk, kind=kind)
    rows: list[Change] = list(events.values_list("subject_id", "data"))
    if kind == _OWNER:
        return _give_back(rows, by)
    undo = remove_tag if kind == _TAGGED else add_tag
    by_tag: dict[str, list[int]] = defaultdict(list)
    for account_id, data in rows:
        by_tag[data["tag"]].append(account_id)
    undone = 0
    for tag, ids in by_tag.items():
        undone += undo(Account.objects.filter(pk__in=ids), tag=tag, by=by)
    return undone


def _give_back(rows: list[Change], by: User) -> int:
    """Each account to its owner before, if it still has the one it was given to."""
    groups: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for account_id, data in rows:
        before, after = data["owner_id"]
        groups[before, after].append(account_id)
    people = User.objects.in_bulk({before for before, _ in groups if before})
    undone = 0
    for (before, after), ids in groups.items():
        undone += assign_owner(
            Account.objects.filter(pk__in=ids, owner=after),
            owner=people.get(before) if before else None,
            by=by,
        )
    return undone


def _newest_event() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _with_undo(changed: int, mark: int, kind: str, by: User) -> BulkChange:
    if not changed:
        return BulkChange(0)
    ours = Event.objects.filter(pk__gt=mark, actor_id=by.pk, kind=kind)
    place = ours.aggregate(first=Min("pk"), last=Max("pk"))
    token = signing.dumps([by.pk, kind, place["first"], place["last"]], salt=_UNDO_SALT)
    return BulkChange(changed, token)
