"""The organisation, its people and teams."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import Record, choice_check
from organisation.permissions import ROLE_PERMISSIONS, Permission, Role


def validate_timezone(value: str) -> None:
    """Refuse anything that is not an IANA zone name."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone."), params={"zone": value}
        )


class LowerEmailField(models.EmailField):
    """An e-mail address as it is stored and compared: in lower case."""

    def get_prep_value(self, value: object) -> object:
        text = super().get_prep_value(value)
        return text.lower() if isinstance(text, str) else text


class Organisation(models.Model):
    """The organisation is the one company that runs this installation."""

    class RowScope(models.TextChoices):
        ALL = "all", _("Everyone sees every account")
        TEAM = "team", _("People see their team's accounts")
        BOOK = "book", _("People see their own accounts")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120, default="My organisation")
    timezone = models.CharField(
        max_length=60, default="UTC", validators=[validate_timezone]
    )
    currency = models.CharField(max_length=3, default="EUR")
    run_hour = models.PositiveSmallIntegerField(
        default=2, help_text=_("Hour of the day at which health is recomputed.")
    )
    row_scope = models.CharField(
        max_length=8, choices=RowScope.choices, default=RowScope.ALL
    )
    is_demo = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="organisation_only_one"
            ),
            models.CheckConstraint(
                condition=models.Q(run_hour__lte=23), name="organisation_run_hour"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="organisation_currency_iso",
            ),
        ]

    def __str__(self) -> str:
        return self.name


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


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Words for tokens."""

    def usable(self) -> ApiTokenQuerySet:
        """Neither revoked nor expired, of a person who may still sign in."""
        return self.filter(revoked_at__isnull=True, user__is_active=True).filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=timezone.now())
        )


class ApiToken(Record):
    """An API token lets a program act as its user within its scopes."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_address = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    replaced_by = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replaces",
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class WorkingCalendar(Record):
    """A working calendar says when the clock runs: a week grid, a zone, holidays.

    ``weekly`` maps ``mon``…``sun`` to lists of ``["09:00", "17:30"]`` intervals.
    """

    name = models.CharField(max_length=120)
    timezone = models.CharField(
        max_length=60, default="UTC", validators=[validate_timezone]
    )
    weekly = models.JSONField(default=dict, blank=True)
    is_always_open = models.BooleanField(default=False)
    holiday_country = models.CharField(max_length=2, blank=True, default="")
    holiday_region = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="calendar_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(Record):
    """A day on which a calendar differs: closed, or open at other hours."""

    calendar = models.ForeignKey(
        WorkingCalendar, on_delete=models.CASCADE, related_name="days"
    )
    day = models.DateField()
    label = models.CharField(max_length=120, blank=True, default="")
    intervals = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day"], name="calendar_day_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.label}"


class IdempotencyKey(models.Model):
    """The answer already given to a request that a program may send again.

    It is written in the transaction of the effect it stands for, so there is no key
    without its effect. ``owner`` is the token or person (``t12``, ``u3``).
    """

    owner = models.CharField(max_length=24)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index("created_at", name="idempotency_key_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "method", "path", "key"],
                name="idempotency_key_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
