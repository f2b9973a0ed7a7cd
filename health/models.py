"""Scorecards with versions, snapshots, runs and alerts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Segment
from core.merging import Keep, Stay
from core.models import Record
from health.fields import PlainJSONField


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
    segments = models.ManyToManyField(Segment, blank=True, related_name="scorecards")

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


class Snapshot(models.Model):
    """A snapshot is what was computed for one account on one day.

    ``detail`` holds compact arrays in formula order:
    ``{"raw": [...], "norm": [...], "weight": [...], "dims": [...]}`` (null = missing).
    A restated snapshot stands beside what was known then.
    """

    pk = models.CompositePrimaryKey("account_id", "day", "is_restated")
    # The primary key begins with the account: a second index would only cost.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="snapshots", db_index=False
    )
    day = models.DateField()
    is_restated = models.BooleanField(default=False, db_default=False)
    is_provisional = models.BooleanField(default=False, db_default=False)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    band = models.CharField(max_length=8)
    coverage = models.DecimalField(max_digits=4, decimal_places=1)
    version = models.ForeignKey(
        ScorecardVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    engine = models.PositiveSmallIntegerField()
    detail = PlainJSONField()
    computed_at = models.DateTimeField(db_default=Now())

    # What was computed for an account stays true of that account.
    MERGE = {"account": Stay()}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True)
                | models.Q(score__range=(0, 100)),
                name="snapshot_score_range",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    band__in=["green", "yellow", "orange", "red", "unknown"]
                ),
                name="snapshot_band_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}: {self.score}"


class HealthRun(Record):
    """A health run is one recompute of many accounts, recorded for administrators."""

    class Trigger(models.TextChoices):
        NIGHTLY = "nightly", _("Nightly")
        COMMAND = "command", _("Command")
        EVENT = "event", _("After a change")
        PERSON = "person", _("By hand")

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    day = models.DateField()
    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    status = models.CharField(
        max_length=8, choices=Status.choices, default=Status.RUNNING
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_restatement = models.BooleanField(default=False)
    is_shown = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("Off when a later day follows at once and is shown instead."),
    )
    account_ids = ArrayField(
        models.BigIntegerField(),
        null=True,
        blank=True,
        help_text=_("The accounts to compute; empty means all."),
    )
    attempts = models.PositiveSmallIntegerField(default=1)
    accounts = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    detail = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="running", finished_at__isnull=True)
                | (~models.Q(status="running") & models.Q(finished_at__isnull=False)),
                name="health_run_finished_has_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.trigger}"


class HealthRunError(models.Model):
    """An account a run could not score; it kept its last snapshot."""

    run = models.ForeignKey(
        HealthRun, on_delete=models.CASCADE, related_name="account_errors"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    message = models.CharField(max_length=500)

    MERGE = {"account": Stay()}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account"], name="health_run_error_once"
            )
        ]

    def __str__(self) -> str:
        return self.message


class AlertRule(Record):
    """An alert rule says when people are told about an account."""

    class Severity(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    is_on = models.BooleanField(default=True)
    severity = models.CharField(
        max_length=6, choices=Severity.choices, default=Severity.MEDIUM
    )
    enter_value = models.FloatField(null=True, blank=True)
    leave_value = models.FloatField(null=True, blank=True)
    cool_down_days = models.PositiveSmallIntegerField(default=14)
    sends_email = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
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
    mailed_at = models.DateTimeField(null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return self.summary
