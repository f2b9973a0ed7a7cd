"""Scorecards and their versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Segment
from core.models import Record


class Scorecard(Record):
    """A scorecard says how health is computed for the accounts it applies to.

    Each account uses the published scorecard with the lowest priority whose segments
    include it (no segments: any account); the default stands last.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    priority = models.PositiveSmallIntegerField(default=100)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    segments = models.ManyToManyField(Segment, blank=True, related_name="scorecards")
    edits = models.PositiveIntegerField(
        default=1,
        db_default=1,
        help_text=_("Grows with each change of its words and its use."),
    )

    class Meta:
        ordering = ["is_default", "priority", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="scorecard_one_default",
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(is_active=True),
                name="scorecard_default_is_active",
            ),
            models.CheckConstraint(
                condition=models.Q(archived_at__isnull=True)
                | models.Q(is_active=False),
                name="scorecard_archived_is_not_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScorecardVersion(Record):
    """One version of a scorecard. Once published it never changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices)
    definition = models.JSONField()
    note = models.CharField(max_length=300, blank=True, default="")
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    edits = models.PositiveIntegerField(
        default=1, db_default=1, help_text=_("Rises with each saving of a draft.")
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["scorecard", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "number"], name="scorecard_version_unique"
            ),
            models.UniqueConstraint(
                fields=["scorecard"],
                condition=models.Q(status="published"),
                name="scorecard_one_published",
            ),
            models.UniqueConstraint(
                fields=["scorecard"],
                condition=models.Q(status="draft"),
                name="scorecard_one_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "published", "archived"]),
                name="scorecard_version_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft", published_at__isnull=True)
                | models.Q(
                    status__in=["published", "archived"], published_at__isnull=False
                ),
                name="scorecard_version_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard} v{self.number}"
