"""Telling people: deliveries, preferences, and the ledger of what was not told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.merging import Stay
from core.models import Record, choice_check
from health.models.alerts import Alert
from health.models.rules import AlertChannel, AlertRule


class LedgerReason(models.TextChoices):
    """Why a rule that holds did not open an alert."""

    ALREADY_OPEN = "already_open", _("Already open")
    SNOOZED = "snoozed", _("Snoozed")
    COOL_DOWN = "cool_down", _("Cooling down")
    CHURNED = "churned", _("The customer has left")
    SEGMENT = "segment", _("Not a segment of the rule")
    OVERRIDE = "override", _("Set by hand")
    SWITCHED_OFF = "switched_off", _("The rule is off")


class AlertLedgerEntry(models.Model):
    """An evaluation on a day in which a rule held and yet no alert was opened."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="alert_ledger"
    )
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="ledger")
    day = models.DateField()
    reason = models.CharField(max_length=12, choices=LedgerReason.choices)
    value = models.FloatField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True, default="", db_default="")
    times = models.PositiveIntegerField(default=1, db_default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    MERGE = {"account": Stay()}

    class Meta:
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["-day", "-id"], name="alert_ledger_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "rule", "day", "reason"], name="alert_ledger_once"
            ),
            choice_check("reason", LedgerReason, "alert_ledger_reason_known"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.rule_id} {self.reason}"


class DeliveryOccasion(models.TextChoices):
    """What is told."""

    OPENED = "opened", _("Opened")
    WORSENED = "worsened", _("Got worse")
    ESCALATED = "escalated", _("Escalated")
    ASSIGNED = "assigned", _("Assigned")


class DeliveryStatus(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not needed any more")


class AlertDelivery(Record):
    """One telling of an alert to one person by e-mail or to one channel."""

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="deliveries"
    )
    occasion = models.CharField(max_length=9, choices=DeliveryOccasion.choices)
    round = models.PositiveSmallIntegerField(
        default=1, help_text=_("Which time of this occasion; it may get worse twice.")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="alert_deliveries",
    )
    channel = models.ForeignKey(
        AlertChannel,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    is_digest = models.BooleanField(default=False, db_default=False)
    status = models.CharField(
        max_length=7, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING
    )
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(status="waiting"),
                name="alert_delivery_waiting",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, channel__isnull=True)
                | models.Q(person__isnull=True, channel__isnull=False),
                name="alert_delivery_person_or_channel",
            ),
            models.UniqueConstraint(
                fields=["alert", "occasion", "round", "person"],
                condition=models.Q(person__isnull=False),
                name="alert_delivery_person_once",
            ),
            models.UniqueConstraint(
                fields=["alert", "occasion", "round", "channel"],
                condition=models.Q(channel__isnull=False),
                name="alert_delivery_channel_once",
            ),
            models.CheckConstraint(
                condition=models.Q(status="sent", sent_at__isnull=False)
                | (~models.Q(status="sent") & models.Q(sent_at__isnull=True)),
                name="alert_delivery_sent_has_time",
            ),
            choice_check("occasion", DeliveryOccasion, "alert_delivery_occasion"),
            choice_check("status", DeliveryStatus, "alert_delivery_status"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.occasion} {self.status}"


class DeliveryPace(models.TextChoices):
    """How a person hears of alerts by e-mail."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    NEVER = "never", _("Never by e-mail")


class AlertPreference(Record):
    """How one person wants to hear of alerts; without a row: at once, any hour.

    Hours are in the person's time zone, else the organisation's.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="alert_preference",
    )
    pace = models.CharField(
        max_length=7, choices=DeliveryPace.choices, default=DeliveryPace.AT_ONCE
    )
    digest_hour = models.PositiveSmallIntegerField(default=8)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    last_digest_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            choice_check("pace", DeliveryPace, "alert_preference_pace_known"),
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23),
                name="alert_preference_digest_hour",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="alert_preference_quiet_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.pace}"
