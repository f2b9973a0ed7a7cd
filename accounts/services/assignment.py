"""Owner and tags for many accounts at once: a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Func, QuerySet, Value
from django.db.models.functions import Now

from accounts.models import Account
from accounts.services.lifecycle import clean_tags
from events.services import Actor, build_event, record_events
from organisation.models import User


@transaction.atomic
def assign_owner(
    accounts: QuerySet[Account], *, owner: User | None, by: Actor | None
) -> int:
    """Give these accounts to a person (or nobody); returns how many changed.

    Each changed account gets an ``account_owner_changed`` event with the owners
    before and after (``owner_id`` and their names), from which it can be undone.
    """
    target = owner.pk if owner else None
    rows = [
        row
        for row in _locked(accounts).values("pk", "name", "owner_id")
        if row["owner_id"] != target
    ]
    labels = {
        person.pk: person.label
        for person in User.objects.filter(pk__in={row["owner_id"] for row in rows})
    }
    Account.objects.filter(pk__in=[row["pk"] for row in rows]).update(
        owner=owner, version=F("version") + 1, updated_at=Now()
    )
    return _record(
        "account_owner_changed",
        by,
        [
            (
                row,
                {
                    "owner_id": [row["owner_id"], target],
                    "owner": [
                        labels.get(row["owner_id"], ""),
                        owner.label if owner else "",
                    ],
                },
            )
            for row in rows
        ],
    )


@transaction.atomic
def add_tag(accounts: QuerySet[Account], *, tag: str, by: Actor | None) -> int:
    """Put a tag on these accounts; returns how many did not have it.

    Each gets an ``account_tagged`` event with the tags before and after.
    Raises ValidationError for a tag that is empty or too long.
    """
    (clean,) = clean_tags([tag]) or [""]
    rows = [
        row
        for row in _locked(accounts).values("pk", "name", "tags")
        if clean and clean.lower() not in {each.lower() for each in row["tags"]}
    ]
    Account.objects.filter(pk__in=[row["pk"] for row in rows]).update(
        tags=Func(F("tags"), Value(clean), function="array_append"),
        version=F("version") + 1,
        updated_at=Now(),
    )
    return _record(
        "account_tagged",
        by,
        [
            (row, {"tag": clean, "tags": [row["tags"], [*row["tags"], clean]]})
            for row in rows
        ],
    )


@transaction.atomic
def remove_tag(accounts: QuerySet[Account], *, tag: str, by: Actor | None) -> int:
    """Take a tag off these accounts; returns how many had it.

    Each gets an ``account_untagged`` event with the tags before and after.
    """
    rows = list(
        _locked(accounts.filter(tags__contains=[tag])).values("pk", "name", "tags")
    )
    Account.objects.filter(pk__in=[row["pk"] for row in rows]).update(
        tags=Func(F("tags"), Value(tag), function="array_remove"),
        version=F("version") + 1,
        updated_at=Now(),
    )
    return _record(
        "account_untagged",
        by,
        [
            (
                row,
                {
                    "tag": tag,
                    "tags": [row["tags"], [t for t in row["tags"] if t != tag]],
                },
            )
            for row in rows
        ],
    )


def _locked(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """The same rows in one order, so two bulk changes never wait for each other."""
    ids = accounts.order_by().values("pk")
    return Account.objects.live().filter(pk__in=ids).order_by("pk").select_for_update()


def _record(
    kind: str,
    by: Actor | None,
    changed: Sequence[tuple[Mapping[str, Any], dict[str, Any]]],
) -> int:
    return record_events(
        build_event(
            kind,
            by=by,
            subject=Account(pk=row["pk"], name=row["name"]),
            account_id=row["pk"],
            data=data,
        )
        for row, data in changed
    )
