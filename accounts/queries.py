"""Reads for the pages of accounts and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    Exists,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Lower

from accounts.custom_fields import read_value
from accounts.models import (
    Account,
    AccountTerms,
    Contact,
    ContactRole,
    CustomField,
    Plan,
    PlanFeature,
    Segment,
    Touchpoint,
)
from organisation.clock import today
from organisation.models import User


@dataclass(frozen=True)
class AccountHead:
    """The line of facts under an account's name."""

    seats: int | None
    stage_days: int | None
    renewal_days: int | None


def account_head(account: Account) -> AccountHead:
    """Facts that need a little arithmetic; the rest stands on the account."""
    day = today()
    return AccountHead(
        seats=account.licensed_seats
        if account.licensed_seats is not None
        else account.seats,
        stage_days=(day - account.stage_since).days if account.stage_since else None,
        renewal_days=(account.renewal_on - day).days if account.renewal_on else None,
    )


def contact_count(account: Account) -> int:
    """People of the account who are still there."""
    return Contact.objects.filter(account=account, archived_at__isnull=True).count()


def contacts_of(account: Account, *, archived: bool = False) -> QuerySet[Contact]:
    """People of an account with current roles and their last meeting, by name."""
    current = ContactRole.objects.filter(valid_to__isnull=True)
    return (
        Contact.objects.filter(account=account, archived_at__isnull=not archived)
        .prefetch_related(Prefetch("roles", current, to_attr="current_roles"))
        .annotate(
            last_touch_at=Max("touchpoints__happened_at"),
            is_key=Exists(current.filter(contact=OuterRef("pk")).exclude(role="user")),
        )
        .order_by("-is_key", Lower("name"), "pk")
    )


def key_people(account: Account, limit: int = 6) -> Sequence[Contact]:
    """Who matters at an account: current roles first, and who left lately.

    Each carries ``held_roles``: the roles held now, or until the day of leaving.
    """
    roles = ContactRole.objects.exclude(role="user").order_by("role")
    found = (
        Contact.objects.filter(account=account, archived_at__isnull=True)
        .filter(Exists(roles.filter(contact=OuterRef("pk"))))
        .prefetch_related(Prefetch("roles", roles, to_attr="all_roles"))
        .annotate(last_touch_at=Max("touchpoints__happened_at"))
        .order_by("left_on", Lower("name"))
    )
    people = []
    for contact in found:
        contact.held_roles = [  # type: ignore[attr-defined]
            role
            for role in contact.all_roles
            if role.valid_to is None
            or (contact.left_on and role.valid_to >= contact.left_on)
        ]
        if contact.held_roles:  # type: ignore[attr-defined]
            people.append(contact)
    people.sort(key=lambda each: each.left_on is not None)
    return people[:limit]


def role_history(contact: Contact) -> list[ContactRole]:
    """Every role the contact held, current ones first, then newest."""
    rows = list(contact.roles.all())
    rows.sort(key=lambda row: row.valid_from or date.min, reverse=True)
    rows.sort(key=lambda row: row.valid_to is not None)
    return rows


def recent_touchpoints(
    *, account: Account | None = None, contact: Contact | None = None, limit: int = 20
) -> list[Touchpoint]:
    """Newest touchpoints of an account or with one person."""
    found = Touchpoint.objects.select_related("person").prefetch_related("contacts")
    if account is not None:
        found = found.filter(account=account)
    if contact is not None:
        found = found.filter(contacts=contact)
    return list(found.order_by("-happened_at", "-pk")[:limit])


def terms_history(account: Account) -> list[AccountTerms]:
    """Seats and plan over time, newest first."""
    rows = list(AccountTerms.objects.filter(account=account).select_related("plan"))
    rows.sort(key=lambda row: row.valid_from or date.min, reverse=True)
    return rows


def family(account: Account, user: User) -> tuple[Account | None, list[Account]]:
    """The account above and those below, as far as this person may see them."""
    seen = Account.objects.live().visible_to(user)
    above = seen.filter(pk=account.parent_id).first() if account.parent_id else None
    return above, list(seen.filter(parent=account).order_by(Lower("name"))[:20])


def custom_values(
    stored: Mapping[str, Any], fields: Sequence[CustomField]
) -> list[tuple[CustomField, Any]]:
    """Custom fields that have a value, dates as dates."""
    values = [(field, read_value(field, stored.get(field.key))) for field in fields]
    return [(field, value) for field, value in values if value is not None]


def merge_candidates(account: Account, user: User, text: str) -> list[Account]:
    """Accounts that could be the same customer: by words, else by domain or name."""
    seen = (
        Account.objects.live()
        .visible_to(user)
        .exclude(pk=account.pk)
        .select_related("owner", "segment")
    )
    if text.strip():
        return list(seen.matching(text).order_by(Lower("name"))[:20])
    same = Q(pk__in=[])
    if account.domain:
        same |= Q(domain=account.domain)
    first_word = account.name.split()[0] if account.name.split() else ""
    if len(first_word) > 2:
        same |= Q(pk__in=seen.matching(first_word).values("pk")[:20])
    return list(seen.filter(same).order_by(Lower("name"))[:20])


def account_options(user: User, text: str, limit: int = 12) -> list[Account]:
    """Accounts whose name or domain begins like the text, for pickers."""
    if not text.strip():
        return []
    seen = Account.objects.live().visible_to(user)
    return list(
        seen.matching(text).order_by(Lower("name")).only("name", "domain")[:limit]
    )


def segments_with_counts() -> QuerySet[Segment]:
    """Segments by priority with the number of live accounts in each."""
    return Segment.objects.order_by("priority").annotate(
        size=Count(
            "accounts",
            filter=Q(
                accounts__archived_at__isnull=True,
                accounts__merged_into__isnull=True,
            ),
        )
    )


def plans_with_counts() -> QuerySet[Plan]:
    """Plans with their core features of today and the accounts that have them."""
    live = Account.objects.live().filter(plan=OuterRef("pk")).order_by()
    return Plan.objects.prefetch_related(
        Prefetch(
            "features",
            PlanFeature.objects.filter(valid_to__isnull=True),
            to_attr="current_features",
        )
    ).annotate(size=Subquery(live.values("plan").annotate(n=Count("pk")).values("n")))
