"""People, teams and invitations."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import Record, choice_check
from organisation.models.fields import LowerEmailField, validate_timezone
from organisation.permissions import ROLE_PERMISSIONS, Permission, Role


class Team(Record):
    """A team is a named group of people who share a book or a queue."""

    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_unique")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """People, addressed by e-mail."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def active(self) -> models.QuerySet[User]:
        """People who may sign in."""
        return self.filter(is_active=True)

    def people(self) -> models.QuerySet[User]:
        """Active people without service accounts."""
        return self.active().exclude(role=Role.INTEGRATION)

    def may_be_acted_as(self, person: User) -> models.QuerySet[User]:
        """Whom a person may make tokens for: themselves and service accounts."""
        own = models.Q(pk=person.pk) | models.Q(role=Role.INTEGRATION)
        return self.active().filter(own).order_by(Lower("name"), "pk")


class User(AbstractBaseUser, Record):
    """A user is a person (or a service account) who works in the platform."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Follow the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = LowerEmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.CSM)
    support_level = models.PositiveSmallIntegerField(null=True, blank=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    timezone = models.CharField(
        max_length=60, blank=True, default="", validators=[validate_timezone]
    )
    locale = models.CharField(max_length=10, blank=True, default="")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    session_generation = models.PositiveIntegerField(
        default=1, db_default=1, help_text=_("Raising it ends every session.")
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("Somebody already uses this e-mail address."),
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            ),
            choice_check("role", Role, "user_role_known"),
            models.CheckConstraint(
                condition=models.Q(support_level__isnull=True)
                | models.Q(support_level__range=(1, 4)),
                name="user_support_level",
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True, disabled_at__isnull=True)
                | models.Q(is_active=False, disabled_at__isnull=False),
                name="user_disabled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How people call this person: the name, else the e-mail address."""
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = (self.name or self.email.split("@")[0].replace(".", " ")).split()
        return "".join(word[0] for word in words[:2]).upper()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        return salted_hmac(
            "organisation.User.session",
            f"{self.password}:{self.session_generation}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def has_perm_code(self, permission: Permission | str) -> bool:
        """Whether this person's role includes the permission."""
        if not self.is_active:
            return False
        return Permission(permission) in ROLE_PERMISSIONS[Role(self.role)]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Words for invitations."""

    def open(self) -> InvitationQuerySet:
        """Neither accepted nor revoked; may be expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def usable(self) -> InvitationQuerySet:
        """Open and not expired."""
        return self.open().filter(expires_at__gt=timezone.now())


class Invitation(Record):
    """An invitation lets one e-mail address set a name and password within a week.

    Only a keyed hash of the link's token is stored; the link works once.
    """

    email = LowerEmailField(max_length=254)
    role = models.CharField(max_length=16, choices=Role.choices)
    support_level = models.PositiveSmallIntegerField(null=True, blank=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="invitations_sent"
    )
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("role", Role, "invitation_role_known"),
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
                violation_error_message=_(
                    "This address already has an open invitation."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True)
                | models.Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            ),
            models.CheckConstraint(
                condition=models.Q(support_level__isnull=True)
                | models.Q(support_level__range=(1, 4)),
                name="invitation_support_level",
            ),
        ]

    def __str__(self) -> str:
        return self.email
