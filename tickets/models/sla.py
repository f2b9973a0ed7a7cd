"""Promises: tiers, the clocks they start, and what happened to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Plan, Segment
from core.models import Record, choice_check
from organisation.models import WorkingCalendar, WorkingCalendarVersion
from tickets.models.tickets import Ticket


class SlaMetric(models.TextChoices):
    """What is promised."""

    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Resolution")


class SlaTier(Record):
    """An SLA tier says what is promised to which customers.

    A ticket has the first active tier, by priority, that names its account, its plan
    or its segment; the default stands last.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True, default="")
    priority = models.PositiveSmallIntegerField(default=100)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    segments = models.ManyToManyField(Segment, blank=True, related_name="sla_tiers")
    plans = models.ManyToManyField(Plan, blank=True, related_name="sla_tiers")
    accounts = models.ManyToManyField(Account, blank=True, related_name="sla_tiers")

    class Meta:
        ordering = ["is_default", "priority", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="sla_tier_one_default",
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(is_active=True),
                name="sla_tier_default_is_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SlaTierVersion(Record):
    """The targets of a tier as they were promised; a version never changes.

    ``targets`` maps priority to metric to ``{"minutes": 240, "clock": "calendar"}``,
    the clock being ``calendar`` or ``always`` (24×7); an absent metric promises
    nothing.
    """

    tier = models.ForeignKey(SlaTier, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    targets = models.JSONField()
    calendar = models.ForeignKey(
        WorkingCalendar, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True, default="")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["tier", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "number"], name="sla_tier_version_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tier} v{self.number}"


class ClockState(models.TextChoices):
    """How a clock stands."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    BREACHED = "breached", _("Missed")
    NO_RESPONSE = "no_response", _("No response")
    CANCELLED = "cancelled", _("Not needed any more")


class SlaClock(models.Model):
    """One promise on one ticket: a metric in a cycle.

    The columns are what the pure function made of the facts (status intervals,
    messages, target, calendar version); it can be asked again at any time.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="clocks", db_index=False
    )
    metric = models.CharField(max_length=14, choices=SlaMetric.choices)
    cycle = models.PositiveSmallIntegerField(default=1)
    tier_version = models.ForeignKey(
        SlaTierVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    calendar_version = models.ForeignKey(
        WorkingCalendarVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Empty: around the clock."),
    )
    target_seconds = models.PositiveIntegerField()
    warn_percent = models.PositiveSmallIntegerField(default=75)
    carried_seconds = models.FloatField(
        default=0, help_text=_("Open seconds already used in the cycles before.")
    )
    is_paused_on_hold = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The setting as it was when the clock began."),
    )
    started_at = models.DateTimeField()
    state = models.CharField(
        max_length=11, choices=ClockState.choices, default=ClockState.RUNNING
    )
    warn_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    late_seconds = models.FloatField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When the target was missed."),
    )

    class Meta:
        ordering = ["ticket", "cycle", "started_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state="running", breached_at__isnull=True),
                name="sla_clock_due",
            ),
            models.Index(
                fields=["warn_at"],
                condition=models.Q(state="running", warned_at__isnull=True),
                name="sla_clock_warn",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "metric", "cycle"], name="sla_clock_once"
            ),
            choice_check("metric", SlaMetric, "sla_clock_metric_known"),
            choice_check("state", ClockState, "sla_clock_state_known"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["running", "paused"], stopped_at__isnull=True
                )
                | (
                    ~models.Q(state__in=["running", "paused"])
                    & models.Q(stopped_at__isnull=False)
                ),
                name="sla_clock_stopped_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="paused")
                | models.Q(due_at__isnull=True, warn_at__isnull=True),
                name="sla_clock_paused_is_not_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric} {self.cycle}"


class SlaEventKind(models.TextChoices):
    """What happened to a promise."""

    WARNING = "warning", _("Almost due")
    BREACH = "breach", _("Missed")
    MET = "met", _("Met")
    NO_RESPONSE = "no_response", _("No response")
    RETARGET = "retarget", _("Target changed")


class SlaEvent(models.Model):
    """Something that happened to a promise.

    A warning and a breach exist once per target and cycle, for ever, however many
    workers look. Each cycle has one verdict: *met* and *no response* are struck when
    what ended the clock is taken back, and written again when it ends.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="sla_events", db_index=False
    )
    metric = models.CharField(max_length=14, choices=SlaMetric.choices)
    cycle = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=11, choices=SlaEventKind.choices)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    detail = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField())
    )

    class Meta:
        ordering = ["happened_at", "id"]
        indexes = [
            models.Index(fields=["ticket", "happened_at"], name="sla_event_ticket")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "metric", "cycle", "kind"],
                condition=models.Q(kind__in=["warning", "breach"]),
                name="sla_event_once",
            ),
            models.UniqueConstraint(
                fields=["ticket", "metric", "cycle"],
                condition=models.Q(kind__in=["breach", "met", "no_response"]),
                name="sla_event_one_verdict",
            ),
            choice_check("metric", SlaMetric, "sla_event_metric_known"),
            choice_check("kind", SlaEventKind, "sla_event_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric} {self.kind}"


class RebuildStatus(models.TextChoices):
    """How far a rebuild has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")


class ClockRebuild(Record):
    """Open tickets whose clocks follow an edited tier or calendar, bit by bit.

    ``last_ticket_id`` is how far it has come, so it goes on where it was stopped.
    """

    tier = models.ForeignKey(
        SlaTier, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    calendar = models.ForeignKey(
        WorkingCalendar,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(
        max_length=8, choices=RebuildStatus.choices, default=RebuildStatus.WAITING
    )
    ticket_count = models.PositiveIntegerField()
    done_count = models.PositiveIntegerField(default=0)
    last_ticket_id = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tier__isnull=False, calendar__isnull=True)
                | models.Q(tier__isnull=True, calendar__isnull=False),
                name="clock_rebuild_tier_or_calendar",
            ),
            choice_check("status", RebuildStatus, "clock_rebuild_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.done_count} of {self.ticket_count}"
