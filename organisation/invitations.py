"""Inviting people: a link that works once, for one address, for at most a week."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from events.services import record_event
from organisation.models import Invitation, Organisation, Team, User
from organisation.services import create_user
from organisation.tokens import hash_secret

logger = structlog.get_logger(__name__)

LIFETIME = timedelta(days=7)


class InvitationUnusable(Exception):
    """The link is unknown, used, revoked or expired; which one is not said."""


@dataclass(frozen=True)
class NewInvitation:
    """An invitation just made; the link is known only now."""

    invitation: Invitation
    link: str


@transaction.atomic
def invite_person(
    *, email: str, role: str, by: User, team: Team | None = None,
    support_level: int | None = None,
) -> NewInvitation:  # fmt: skip
    """Invite an address that nobody uses yet; an older open invitation is replaced."""
    address = email.strip().lower()
    if User.objects.filter(email__iexact=address).exists():
        raise ValidationError(
            {"email": _("Somebody already uses this e-mail address.")}
        )
    now = timezone.now()
    Invitation.objects.open().filter(email__iexact=address).update(
        revoked_at=now, updated_at=now
    )
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=address,
        role=role,
        team=team,
        support_level=support_level,
        token_hash=hash_secret(secret, settings.SECRET_KEY),
        invited_by=by,
        expires_at=now + LIFETIME,
    )
    invitation.full_clean(exclude=["public_id", "created_at", "updated_at"])
    invitation.save()
    record_event("user_invited", by=by, subject=invitation, data={"role": role})
    link = settings.PUBLIC_URL + reverse("organisation_accept", args=[secret])
    return NewInvitation(invitation, link)


def mail_invitation(new: NewInvitation) -> bool:
    """Send the link; False when the mail could not be handed over.

    The link is a secret, so it goes out at once and never through a queue.
    """
    invitation = new.invitation
    organisation = Organisation.objects.first()
    context = {"invitation": invitation, "link": new.link, "organisation": organisation}
    try:
        send_mail(
            render_to_string("organisation/mail/invitation_subject.txt", context)
            .strip()
            .replace("\n", " "),
            render_to_string("organisation/mail/invitation.txt", context),
            None,
            [invitation.email],
        )
    except (SMTPException, OSError):
        logger.warning("invitation_mail_failed", invitation_id=invitation.pk)
        return False
    return True


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Make an open invitation worthless."""
    now = timezone.now()
    if (
        Invitation.objects.open()
        .filter(pk=invitation.pk)
        .update(revoked_at=now, updated_at=now)
    ):
        record_event("invitation_revoked", by=by, subject=invitation)


def usable_invitation(secret: str) -> Invitation:
    """The invitation behind a link."""
    found = (
        Invitation.objects.usable()
        .filter(token_hash=hash_secret(secret, settings.SECRET_KEY))
        .first()
    )
    if found is None:
        raise InvitationUnusable
    return found


@transaction.atomic
def accept_invitation(secret: str, *, name: str, password: str) -> User:
    """Make the person behind the link; of two clicks at once only one succeeds."""
    invitation = usable_invitation(secret)
    now = timezone.now()
    taken = (
        Invitation.objects.usable()
        .filter(pk=invitation.pk)
        .update(accepted_at=now, updated_at=now)
    )
    if not taken or User.objects.filter(email__iexact=invitation.email).exists():
        raise InvitationUnusable
    user = create_user(
        email=invitation.email,
        name=name,
        role=invitation.role,
        by=None,
        password=password,
        team=invitation.team,
        support_level=invitation.support_level,
    )
    record_event("invitation_accepted", by=user, subject=invitation)
    return user
