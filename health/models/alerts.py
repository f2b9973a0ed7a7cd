"""Alerts: one open per account and rule."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.merging import Keep
from core.models import Record
from health.models.rules import AlertRule


class AlertQuerySet(models.QuerySet["Alert"]):
    """Words for alerts."""

    def open(self) -> AlertQuerySet:
        """Not closed."""
        return self.filter(closed_at__isnull=True)

    def visible_to(self, user) -> AlertQuerySet:
        """Alerts of live accounts this person may see."""
        if not user.has_perm_code("view_health"):
            return self.none()
        return self.filter(account__in=Account.objects.live().visible_to(user))


class Alert(Record):
    """An alert tells people that a rule holds for an account; one open per rule."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="alerts"
    )
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts")
    opened_at = models.DateTimeField()
    opened_on = models.DateField(help_text=_("Day of the facts that opened it."))
    worsened_on = models.DateField(
        help_text=_("Day on which the band last got worse; 30 days later it is normal.")
    )
    value = models.FloatField(null=True, blank=True)
    band_before = models.CharField(max_length=8, blank=True, default="")
    band_after = models.CharField(max_length=8, blank=True, default="")
    summary = models.CharField(max_length=300)
    seen_at = models.DateTimeField(null=True, blank=True)
    drivers = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text=_("What moved the score, as sentences with points."),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="alerts_assigned",
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    snoozed_until = models.DateField(
        null=True, blank=True, help_text=_("Quiet before this day; empty: until worse.")
    )
    snoozed_value = models.FloatField(
        null=True, blank=True, help_text=_("The value at snoozing, to tell worse from.")
    )
    snoozed_band = models.CharField(max_length=8, blank=True, default="", db_default="")
    woken_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the last snooze ended.")
    )
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    close_reason = models.CharField(max_length=200, blank=True, default="")
    band_closed = models.CharField(
        max_length=8,
        blank=True,
        default="",
        db_default="",
        help_text=_("The last known band when the alert closed."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = AlertQuerySet.as_manager()

    MERGE = {"account": Keep(by=("rule",), where="{row}.closed_at IS NULL")}

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["-opened_at", "id"],
                name="alert_open_time",
                condition=models.Q(closed_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "rule"],
                condition=models.Q(closed_at__isnull=True),
                name="alert_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, close_reason="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(close_reason="")),
                name="alert_closed_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(snoozed_at__isnull=False)
                | models.Q(
                    snoozed_by__isnull=True,
                    snoozed_until__isnull=True,
                    snoozed_value__isnull=True,
                    snoozed_band="",
                ),
                name="alert_snooze_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.summary
