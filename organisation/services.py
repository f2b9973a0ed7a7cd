"""Changing the organisation, its teams and its people.

Invitations have their own module, and so have API tokens.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events.services import Actor, changes, record_event
from organisation.models import ApiToken, Invitation, Organisation, Team, User
from organisation.permissions import Role

ORGANISATION_FIELDS = ("name", "timezone", "currency", "run_hour", "row_scope")
PERSON_FIELDS = ("name", "role", "team", "support_level")
PROFILE_FIELDS = ("name", "timezone", "locale", "theme")


class LastAdministrator(ValidationError):
    """The organisation must keep one active administrator."""

    def __init__(self) -> None:
        super().__init__(
            _("This is the last administrator. Make somebody else one first.")
        )


@transaction.atomic
def change_organisation(*, by: Actor | None, **values: Any) -> Organisation:
    """Change settings of the organisation; creates the one row when it is missing."""
    Organisation.objects.get_or_create(pk=1)
    organisation = Organisation.objects.select_for_update().get(pk=1)
    _apply(organisation, "organisation_changed", ORGANISATION_FIELDS, values, by=by)
    return organisation


@transaction.atomic
def create_team(*, name: str, by: Actor | None) -> Team:
    """A new team; the name must be free, whatever its case."""
    team = Team(name=name.strip())
    team.full_clean(exclude=["public_id", "created_at", "updated_at"])
    team.save()
    record_event("team_created", by=by, subject=team)
    return team


@transaction.atomic
def rename_team(team: Team, *, name: str, by: Actor) -> Team:
    """Give a team another name."""
    _apply(team, "team_changed", ("name",), {"name": name.strip()}, by=by)
    return team


@transaction.atomic
def delete_team(team: Team, *, by: Actor) -> None:
    """Remove a team; its people and accounts stay, without a team."""
    members = list(team.members.order_by("pk").values_list("email", flat=True))
    record_event("team_deleted", by=by, subject=team, data={"members": members})
    team.delete()


@transaction.atomic
def create_user(
    *, email: str, name: str, role: str, by: Actor | None, password: str | None = None,
    team: Team | None = None, support_level: int | None = None,
) -> User:  # fmt: skip
    """A new person (or, without a password, somebody who cannot sign in yet)."""
    user = User(
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        team=team,
        support_level=support_level,
    )
    user.set_password(password)
    _clean(user)
    user.save()
    record_event("user_created", by=by or user, subject=user, data={"role": role})
    return user


def create_service_account(*, name: str, by: Actor) -> User:
    """A user for a program: it has API tokens and never signs in."""
    stem = slugify(name)[:40] or "service"
    address = f"{stem}-{get_random_string(6).lower()}@service.invalid"
    return create_user(email=address, name=name, role=Role.INTEGRATION, by=by)


@transaction.atomic
def change_person(user: User, *, by: Actor, **values: Any) -> User:
    """Change name, role, team or support level; another role ends the sessions."""
    user = _locked(user)
    role = values.get("role", user.role)
    if user.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_administrator(user)
    if role != user.role:
        user.session_generation += 1
    _apply(user, "user_changed", PERSON_FIELDS, values, by=by)
    return user


@transaction.atomic
def change_profile(user: User, **values: Any) -> User:
    """A person changes what is their own: name, zone, language, theme."""
    _apply(user, "user_changed", PROFILE_FIELDS, values, by=user)
    return user


@transaction.atomic
def disable_user(user: User, *, by: Actor) -> User:
    """Close the door at once: sessions end and API tokens are revoked for good."""
    user = _locked(user)
    if not user.is_active:
        return user
    if user.role == Role.ADMIN:
        _keep_an_administrator(user)
    now = timezone.now()
    user.is_active = False
    user.disabled_at = now
    user.disabled_by = by if isinstance(by, User) else None
    user.session_generation += 1
    user.save()
    tokens = ApiToken.objects.filter(user=user, revoked_at__isnull=True)
    revoked = tokens.update(revoked_at=now, updated_at=now)
    record_event("user_disabled", by=by, subject=user, data={"tokens_revoked": revoked})
    return user


@transaction.atomic
def enable_user(user: User, *, by: Actor) -> User:
    """Let a disabled person sign in again; old sessions and tokens stay dead."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return user
    user.is_active, user.disabled_at, user.disabled_by = True, None, None
    user.save()
    record_event("user_enabled", by=by, subject=user)
    return user


@transaction.atomic
def ensure_admin(*, email: str, password: str) -> tuple[User, bool]:
    """The administrator of a fresh installation, and whether they are new.

    Somebody who exists becomes an active administrator with this password.
    """
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        created = create_user(
            email=email, name="", role=Role.ADMIN, by=None, password=password
        )
        Invitation.objects.open().filter(email__iexact=email).update(
            revoked_at=timezone.now()
        )
        return created, True
    before = copy.copy(user)
    user.role, user.is_active = Role.ADMIN, True
    user.disabled_at, user.disabled_by = None, None
    user.session_generation += 1
    user.set_password(password)
    user.save()
    changed = changes(before, user, ("role", "is_active"))
    record_event(
        "user_changed", by=None, subject=user, data=changed | {"password": "set"}
    )
    return user, False


def note_sign_in(user: User) -> None:
    """A person signed in."""
    record_event("user_signed_in", by=user, subject=user)


def note_new_password(user: User) -> None:
    """A person chose another password; every other session ends by itself."""
    record_event("user_password_changed", by=user, subject=user)


def note_failed_sign_in(email: str) -> None:
    """Somebody gave a wrong password; the address is kept only if it is known."""
    user = User.objects.filter(email__iexact=email[:254]).first()
    record_event("sign_in_failed", by=None, subject=user)


def _locked(user: User) -> User:
    """This person as they are now, locked together with the administrators.

    Always in the order of their keys: two administrators who remove each other at once
    then wait for one another instead of blocking each other.
    """
    rows = User.objects.filter(
        models.Q(pk=user.pk) | models.Q(is_active=True, role=Role.ADMIN)
    )
    found = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    return found[user.pk]


def _keep_an_administrator(user: User) -> None:
    """Refuse to go on without any other active administrator (rows are locked)."""
    if not User.objects.active().filter(role=Role.ADMIN).exclude(pk=user.pk).exists():
        raise LastAdministrator


def _apply(
    record: models.Model,
    kind: str,
    fields: Iterable[str],
    values: dict[str, Any],
    *,
    by: Actor | None,
) -> None:
    """Set the allowed values, check, save, record what changed (if anything did)."""
    fields = tuple(fields)
    before = copy.copy(record)
    for name, value in values.items():
        if name not in fields:
            raise TypeError(f"{name} cannot be changed here")
        setattr(record, name, value)
    changed = changes(before, record, fields)
    if not changed:
        return
    _clean(record)
    record.save()
    record_event(kind, by=by, subject=record, data=changed)


def _clean(record: models.Model) -> None:
    skipped = {"public_id", "created_at", "updated_at", "password", "last_login"}
    names = {field.name for field in record._meta.get_fields()}
    record.full_clean(exclude=skipped & names)
