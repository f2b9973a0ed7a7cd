"""Creating, rotating and revoking API tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.services import Actor, record_event
from organisation.models import ApiToken, User
from organisation.permissions import SCOPES
from organisation.tokens import make_token

#: How long the old token still works after a rotation.
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class IssuedToken:
    """A token just made; ``text`` is shown once and stored nowhere."""

    token: ApiToken
    text: str


@transaction.atomic
def create_token(
    *, user: User, name: str, scopes: Iterable[str], by: Actor | None,
    expires_at: datetime | None = None,
) -> IssuedToken:  # fmt: skip
    """A token that acts as ``user`` within ``scopes`` until ``expires_at``.

    ``by=None`` is the command line; a person may only act as themselves or as a
    service account, so nobody borrows a stronger role.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise ValidationError(
            _("There is no scope “%(scope)s”.") % {"scope": unknown[0][:60]}
        )
    if not wanted:
        raise ValidationError(_("Choose at least one scope."))
    if not user.is_active:
        raise ValidationError(_("This person is disabled."))
    own = User.objects.may_be_acted_as(by) if isinstance(by, User) else None
    if own is not None and not own.filter(pk=user.pk).exists():
        raise ValidationError(_("Tokens can act as yourself or a service account."))
    made = make_token(settings.SECRET_KEY)
    token = ApiToken(
        user=user,
        name=name.strip(),
        prefix=made.prefix,
        secret_hash=made.secret_hash,
        scopes=wanted,
        expires_at=expires_at,
        created_by=by if isinstance(by, User) else None,
    )
    token.full_clean(exclude=["public_id", "created_at", "updated_at", "created_by"])
    token.save()
    data = {"scopes": wanted, "user": user.label, "prefix": made.prefix}
    record_event("api_token_created", by=by, subject=token, data=data)
    return IssuedToken(token, made.text)


@transaction.atomic
def rotate_token(token: ApiToken, *, by: User) -> IssuedToken:
    """A successor with the same rights; the old token works one more day."""
    token = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is not None or token.replaced_by_id is not None:
        raise ValidationError(_("This token was already replaced or revoked."))
    now = timezone.now()
    lifetime = token.expires_at - token.created_at if token.expires_at else None
    issued = create_token(
        user=token.user,
        name=token.name,
        scopes=token.scopes,
        by=by,
        expires_at=now + lifetime if lifetime else None,
    )
    token.replaced_by = issued.token
    token.expires_at = min(filter(None, [token.expires_at, now + OVERLAP]))
    token.save()
    record_event(
        "api_token_rotated",
        by=by,
        subject=token,
        data={"until": token.expires_at.isoformat(), "prefix": issued.token.prefix},
    )
    return issued


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Actor | None) -> None:
    """Make a token worthless at once."""
    now = timezone.now()
    open_token = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if open_token.update(revoked_at=now, updated_at=now):
        record_event("api_token_revoked", by=by, subject=token)
