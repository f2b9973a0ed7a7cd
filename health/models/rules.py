"""Alert rules, and the channels they may post to."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Segment
from core.models import Record, choice_check


class AlertSeverity(models.TextChoices):
    """How much an alert matters."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class ChannelKind(models.TextChoices):
    """Whose format a channel speaks."""

    SLACK = "slack", _("Slack")
    TEAMS = "teams", _("Microsoft Teams")
    WEBHOOK = "webhook", _("Plain JSON")


class AlertChannel(Record):
    """An alert channel is an incoming webhook of a chat, to which alerts are posted.

    The address is a secret: whoever knows it can write to that chat.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=ChannelKind.choices)
    url = models.URLField(max_length=500)
    signing_secret = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "With which posts of plain JSON are signed, so they can be checked."
        ),
    )
    is_on = models.BooleanField(default=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="alert_channel_name_unique"),
            choice_check("kind", ChannelKind, "alert_channel_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_url(self) -> str:
        """The address as people may see it: its host, and how it ends."""
        parts = urlsplit(self.url)
        end = self.url[-4:] if len(parts.path) > 20 else ""
        return f"{parts.scheme}://{parts.hostname or ''}/…{end}"


class AlertRule(Record):
    """An alert rule says when people are told about an account."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    is_on = models.BooleanField(default=True)
    severity = models.CharField(
        max_length=6, choices=AlertSeverity.choices, default=AlertSeverity.MEDIUM
    )
    enter_value = models.FloatField(null=True, blank=True)
    leave_value = models.FloatField(null=True, blank=True)
    window_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("How far back, or ahead, the rule looks; empty: it has no window."),
    )
    cool_down_days = models.PositiveSmallIntegerField(default=14)
    sends_email = models.BooleanField(default=True)
    channels = models.ManyToManyField(AlertChannel, blank=True, related_name="rules")
    segments = models.ManyToManyField(
        Segment,
        blank=True,
        related_name="alert_rules",
        help_text=_("Only accounts of these; empty means all."),
    )
    escalate_after_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Days without acknowledgement until the team lead is told."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        ordering = ["name"]
        constraints = [choice_check("severity", AlertSeverity, "alert_rule_severity")]

    def __str__(self) -> str:
        return self.name
