"""Accounts from their first day to the archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.custom_fields import clean_custom, fields_for
from accounts.models import Account, AccountExternalId, AccountTerms, Plan
from accounts.segments import reassign_segments
from accounts.services.differences import differences
from accounts.services.errors import AccountIsMerged, StaleAccount
from events.services import Actor, record_event
from organisation.clock import today

#: What people and programs may set; everything else is written by other rooms.
EDITABLE = frozenset(
    {
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
        "stage_since",
        "parent",
        "tags",
        "custom",
        "first_seen_on",
    }
)
MAX_TAGS = 50


@transaction.atomic
def create_account(
    *,
    by: Actor | None,
    name: str,
    first_seen_on: date | None = None,
    external_ids: Iterable[tuple[str, str]] = (),
    **fields: Any,
) -> Account:
    """Create an account with its external ids, its first terms and its segment.

    Raises ValidationError with messages per field, also for a taken external id.
    """
    _refuse_unknown(fields)
    day = today()
    account = Account(name=name, first_seen_on=first_seen_on or day, stage_since=day)
    _assign(account, fields, by)
    account.full_clean()
    account.save()
    _add_external_ids(account, external_ids)
    if account.seats is not None or account.plan_id is not None:
        set_terms(account, seats=account.seats, plan=account.plan, on=day)
    reassign_segments([account.pk])
    record_event(
        "account_created",
        by=by,
        subject=account,
        account_id=account.pk,
        data={"external_ids": [f"{s}: {i}" for s, i in external_ids]},
    )
    account.refresh_from_db()
    return account


@transaction.atomic
def update_account(
    account: Account,
    *,
    by: Actor | None,
    expected_version: int | None = None,
    **changed: Any,
) -> Account:
    """Change what may be edited; nothing happens when nothing differs.

    Raises StaleAccount when ``expected_version`` is no longer the version,
    AccountIsMerged, and ValidationError with messages per field.
    """
    _refuse_unknown(changed)
    current = Account.objects.select_for_update().get(pk=account.pk)
    if current.merged_into_id is not None:
        raise AccountIsMerged
    if expected_version is not None and current.version != expected_version:
        raise StaleAccount(current)
    before = Account.objects.for_detail().get(pk=account.pk)
    _assign(current, changed, by)
    if "stage" in changed and "stage_since" not in changed:
        current.stage_since = (
            before.stage_since if before.stage == current.stage else today()
        )
    changed_fields = differences(before, current, EDITABLE)
    if not changed_fields:
        return current
    current.full_clean()
    current.version += 1
    current.save()
    if {"seats", "plan"} & set(changed_fields):
        set_terms(current, seats=current.seats, plan=current.plan, on=today())
    reassign_segments([current.pk])
    record_event(
        "account_updated",
        by=by,
        subject=current,
        account_id=current.pk,
        data=changed_fields,
    )
    current.refresh_from_db()
    return current


@transaction.atomic
def archive_account(account: Account, *, by: Actor | None) -> Account:
    """Put an account away: out of every list and of the nightly run, nothing lost."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    if current.merged_into_id is not None:
        raise AccountIsMerged
    if current.archived_at is None:
        current.archived_at = timezone.now()
        _save_state(current)
        record_event("account_archived", by=by, subject=current, account_id=current.pk)
    return current


@transaction.atomic
def restore_account(account: Account, *, by: Actor | None) -> Account:
    """Bring an archived account back."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    if current.merged_into_id is not None:
        raise AccountIsMerged
    if current.archived_at is not None:
        current.archived_at = None
        _save_state(current)
        reassign_segments([current.pk])
        record_event("account_restored", by=by, subject=current, account_id=current.pk)
    return current


@transaction.atomic
def set_terms(
    account: Account, *, seats: int | None, plan: Plan | None, on: date
) -> None:
    """The account has these seats and this plan from a day on.

    The first interval has no start: what we learnt first holds for all time before.
    Intervals that begin on or after the day are replaced.
    """
    history = AccountTerms.objects.filter(account=account)
    history.filter(valid_from__gte=on).delete()
    last = history.order_by(F("valid_from").asc(nulls_first=True)).last()
    if last is not None and (last.seats, last.plan_id) == (seats, plan and plan.pk):
        history.filter(pk=last.pk).update(valid_to=None)
        return
    if last is not None:
        history.filter(pk=last.pk).update(valid_to=on)
    AccountTerms.objects.create(
        account=account, seats=seats, plan=plan, valid_from=on if last else None
    )


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Trimmed, without repeats whatever their case, sorted. Raises ValidationError."""
    seen: dict[str, str] = {}
    for tag in tags:
        text = " ".join(str(tag).split())
        if text:
            seen.setdefault(text.lower(), text)
    if any(len(tag) > 60 for tag in seen):
        raise ValidationError({"tags": _("A tag has at most 60 characters.")})
    if len(seen) > MAX_TAGS:
        raise ValidationError({"tags": _("An account has at most 50 tags.")})
    return sorted(seen.values(), key=str.lower)


def _assign(account: Account, fields: Mapping[str, Any], by: Actor | None) -> None:
    for name, value in fields.items():
        if name == "tags":
            value = clean_tags(value)
        elif name == "custom":
            value = clean_custom(
                value, fields_for("account"), stored=account.custom or {}
            )
        elif name == "domain":
            value = plain_domain(value)
        setattr(account, name, value)
    _refuse_foreign_parent(account, by)


def plain_domain(value: str) -> str:
    """``https://WWW.Example.com/about`` → ``example.com``."""
    text = (value or "").strip().lower()
    text = text.split("://", 1)[-1].split("/", 1)[0]
    return text.removeprefix("www.")


def _refuse_foreign_parent(account: Account, by: Actor | None) -> None:
    """A parent the person cannot see is answered like one that does not exist."""
    if account.parent_id is None or by is None or not hasattr(by, "role"):
        return
    seen = Account.objects.live().visible_to(by)  # type: ignore[arg-type]
    if not seen.filter(pk=account.parent_id).exists():
        raise ValidationError({"parent": _("There is no such account.")})


def _add_external_ids(account: Account, ids: Iterable[tuple[str, str]]) -> None:
    for source, external_id in ids:
        row = AccountExternalId(account=account, source=source, external_id=external_id)
        try:
            row.full_clean()
        except ValidationError as wrong:
            raise ValidationError({"external_ids": wrong.messages}) from wrong
        row.save()


def _save_state(account: Account) -> None:
    account.version += 1
    account.save(update_fields=["archived_at", "version", "updated_at"])


def _refuse_unknown(fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise TypeError(f"Not editable: {', '.join(sorted(unknown))}")
