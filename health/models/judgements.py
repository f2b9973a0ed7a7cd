"""What people judged by hand: overrides, and decisions about recommendations."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.merging import Keep, Move
from core.models import Record, choice_check
from playbooks.models import Task


class OverrideEnd(models.TextChoices):
    """How an override ended."""

    EXPIRED = "expired", _("Expired")
    LIFTED = "lifted", _("Lifted by hand")
    REPLACED = "replaced", _("Replaced by another")


class HealthOverrideQuerySet(models.QuerySet["HealthOverride"]):
    """Words for overrides."""

    def in_force(self) -> HealthOverrideQuerySet:
        """Not ended."""
        return self.filter(ended_at__isnull=True)

    def held_on(self, day: date) -> HealthOverrideQuerySet:
        """Those that held on a day, as far as is known today."""
        return self.filter(starts_on__lte=day, ends_on__gt=day).filter(
            models.Q(ended_on__isnull=True) | models.Q(ended_on__gt=day)
        )

    def visible_to(self, user) -> HealthOverrideQuerySet:
        """Overrides of accounts this person may see."""
        if not user.has_perm_code("view_health"):
            return self.none()
        return self.filter(account__in=Account.objects.live().visible_to(user))


class HealthOverride(Record):
    """A score or a band that a person set by hand, with a reason and a last day.

    ``ends_on`` is the first day on which it no longer holds. The computed value stays
    beside it in every snapshot.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="health_overrides"
    )
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    band = models.CharField(max_length=8, blank=True, default="")
    reason = models.CharField(max_length=500)
    starts_on = models.DateField()
    ends_on = models.DateField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    computed_score = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    computed_band = models.CharField(max_length=8, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    end_kind = models.CharField(
        max_length=8, choices=OverrideEnd.choices, blank=True, default=""
    )

    objects = HealthOverrideQuerySet.as_manager()

    MERGE = {"account": Keep(by=(), where="{row}.ended_at IS NULL")}

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(ended_at__isnull=True),
                name="health_override_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=False, band="")
                | (models.Q(score__isnull=True) & ~models.Q(band="")),
                name="health_override_score_or_band",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True)
                | models.Q(score__range=(0, 100)),
                name="health_override_score_range",
            ),
            models.CheckConstraint(
                condition=models.Q(band__in=["", "green", "yellow", "orange", "red"]),
                name="health_override_band_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="health_override_interval",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="health_override_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ended_at__isnull=True, ended_on__isnull=True, end_kind=""
                )
                | (
                    models.Q(ended_at__isnull=False, ended_on__isnull=False)
                    & ~models.Q(end_kind="")
                ),
                name="health_override_end_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.band or self.score}"


class RecommendationOutcome(models.TextChoices):
    """What a person made of a recommendation."""

    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")


class RecommendationDecision(Record):
    """What somebody decided about a recommended action for an account.

    ``dimension`` and ``action`` name the recommendation as the scorecard worded it.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="recommendation_decisions"
    )
    dimension = models.CharField(max_length=60)
    action = models.CharField(max_length=300)
    outcome = models.CharField(max_length=9, choices=RecommendationOutcome.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    dimension_score = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    task = models.OneToOneField(
        Task,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recommendation",
    )

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["-decided_at"]
        indexes = [
            models.Index(
                fields=["account", "dimension", "-decided_at"],
                name="recommendation_decided",
            )
        ]
        constraints = [
            choice_check(
                "outcome", RecommendationOutcome, "recommendation_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="accepted") | ~models.Q(reason=""),
                name="recommendation_dismissed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.dimension} {self.outcome}"
