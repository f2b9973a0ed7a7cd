"""Programs that call the API: their tokens, and answers already given."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from core.models import Record
from organisation.models.people import User


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
