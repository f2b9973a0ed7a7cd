"""Contacts: people at accounts, with the roles they hold from day to day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.custom_fields import clean_custom, fields_for
from accounts.models import Account, Contact, ContactRole
from accounts.services.differences import differences
from accounts.services.errors import AccountIsMerged, CannotMerge, StaleContact
from core.merging import Merger, hold_first
from events.services import Actor, record_event
from organisation.clock import today

EDITABLE = frozenset(
    {
        "name",
        "email",
        "title",
        "phone",
        "sentiment",
        "is_opted_out_email",
        "is_opted_out_surveys",
        "left_on",
        "custom",
    }
)


@transaction.atomic
def create_contact(
    *,
    account: Account,
    by: Actor | None,
    name: str,
    roles: Iterable[str] = (),
    source: str = "",
    external_id: str = "",
    **fields: Any,
) -> Contact:
    """Add a person to an account, with the roles they hold from today on."""
    if account.merged_into_id is not None:
        raise AccountIsMerged
    contact = Contact(
        account=account, name=name, source=source, external_id=external_id
    )
    _assign(contact, fields)
    contact.full_clean()
    contact.save()
    _open_roles(contact, set(roles), today())
    record_event(
        "contact_created",
        by=by,
        subject=contact,
        account_id=account.pk,
        data={"roles": sorted(roles)},
    )
    contact.refresh_from_db()
    return contact


@transaction.atomic
def update_contact(
    contact: Contact,
    *,
    by: Actor | None,
    expected_version: int | None = None,
    roles: Iterable[str] | None = None,
    **changed: Any,
) -> Contact:
    """Change a contact; ``roles`` is the full set held from today on.

    A contact who leaves gives up every role on that day. Raises StaleContact when
    ``expected_version`` is no longer the version.
    """
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    if expected_version is not None and current.version != expected_version:
        raise StaleContact(current)
    before = Contact.objects.get(pk=contact.pk)
    _assign(current, changed)
    found = differences(before, current, EDITABLE)
    if found:
        current.full_clean()
    has_left = before.left_on is None and current.left_on is not None
    if roles is not None or has_left:
        wanted = set() if current.left_on else set(roles or ())
        change = _set_roles(current, wanted, on=current.left_on or today())
        found |= {"roles": change} if change else {}
    if not found:
        return current
    current.version += 1
    current.save()
    record_event(
        "contact_left" if has_left else "contact_updated",
        by=by,
        subject=current,
        account_id=current.account_id,
        data=found,
    )
    current.refresh_from_db()
    return current


@transaction.atomic
def set_contact_roles(
    contact: Contact, *, roles: Iterable[str], by: Actor | None
) -> Contact:
    """From today on the contact holds exactly these roles."""
    return update_contact(contact, by=by, roles=roles)


@transaction.atomic
def archive_contact(contact: Contact, *, by: Actor | None) -> Contact:
    """Put a contact away and end the roles; what they said and did stays."""
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    if current.archived_at is None:
        current.archived_at = timezone.now()
        _set_roles(current, set(), on=today())
        _save_state(current)
        record_event(
            "contact_archived", by=by, subject=current, account_id=current.account_id
        )
    return current


@transaction.atomic
def restore_contact(contact: Contact, *, by: Actor | None) -> Contact:
    """Bring an archived contact back, without the roles of then."""
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    if current.archived_at is not None:
        current.archived_at = None
        _save_state(current)
        record_event(
            "contact_restored", by=by, subject=current, account_id=current.account_id
        )
    return current


@transaction.atomic
def merge_contacts(
    *, survivor: Contact, duplicate: Contact, by: Actor | None
) -> Contact:
    """Make one person of two entries of the same account.

    The survivor's values win, its empty ones are filled from the duplicate, opt-outs
    of either hold. Everything that names the duplicate names the survivor, and the
    duplicate is gone. Raises CannotMerge.
    """
    if survivor.pk == duplicate.pk:
        raise CannotMerge("A contact cannot be merged with itself.")
    hold_first(Contact, [duplicate.pk])
    pair = Contact.objects.select_for_update().order_by("pk")
    rows = pair.in_bulk([survivor.pk, duplicate.pk])
    if len(rows) < 2:
        raise CannotMerge("One of these contacts is gone.")
    kept, other = rows[survivor.pk], rows[duplicate.pk]
    if kept.account_id != other.account_id:
        raise CannotMerge("These contacts belong to different accounts.")
    before = Contact.objects.get(pk=kept.pk)
    _fill(kept, other)
    merger = Merger()
    merger.merge(Contact, {other.pk: kept.pk})
    Contact.objects.filter(pk=other.pk).delete()
    kept.full_clean()
    kept.version += 1
    kept.save()
    record_event(
        "contact_merged",
        by=by,
        subject=kept,
        account_id=kept.account_id,
        data={
            "duplicate": {
                "id": other.pk,
                "public_id": str(other.public_id),
                "name": other.name,
                "email": other.email,
            },
            "changes": differences(before, kept, EDITABLE),
            "moved": merger.moved,
        },
    )
    merger.follow_up(kept.pk)
    kept.refresh_from_db()
    return kept


def _fill(kept: Contact, other: Contact) -> None:
    for name in ("email", "title", "phone", "sentiment"):
        setattr(kept, name, getattr(kept, name) or getattr(other, name))
    if not kept.external_id and other.external_id:
        # The unique key must be free before the survivor can take it.
        kept.source, kept.external_id = other.source, other.external_id
        Contact.objects.filter(pk=other.pk).update(external_id="")
    kept.is_opted_out_email |= other.is_opted_out_email
    kept.is_opted_out_surveys |= other.is_opted_out_surveys
    kept.custom = {**other.custom, **kept.custom}


def _assign(contact: Contact, fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise TypeError(f"Not editable: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        if name == "custom":
            value = clean_custom(
                value, fields_for("contact"), stored=contact.custom or {}
            )
        setattr(contact, name, value)


def _set_roles(contact: Contact, wanted: set[str], on: date) -> list[Any] | None:
    """End roles that are not wanted and open new ones; ``[before, after]`` if any."""
    open_rows = ContactRole.objects.filter(contact=contact, valid_to__isnull=True)
    held = set(open_rows.values_list("role", flat=True))
    if held == wanted:
        return None
    ending = open_rows.filter(role__in=held - wanted)
    # A role given and taken on one day was never held.
    ending.filter(valid_from__gte=on).delete()
    ending.update(valid_to=on)
    _open_roles(contact, wanted - held, on)
    return [sorted(held), sorted(wanted)]


def _open_roles(contact: Contact, roles: set[str], on: date) -> None:
    rows = [
        ContactRole(contact=contact, role=role, valid_from=on) for role in sorted(roles)
    ]
    for row in rows:
        row.full_clean()
    ContactRole.objects.bulk_create(rows)


def _save_state(contact: Contact) -> None:
    Contact.objects.filter(pk=contact.pk).update(
        archived_at=contact.archived_at,
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    contact.version += 1
