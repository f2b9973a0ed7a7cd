"""Tickets as facts: what was asked, when it was answered, how it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from accounts.querysets import own_accounts
from core.merging import Move
from core.models import Record, Sourced, sourced_unique
from organisation.models import Team

if TYPE_CHECKING:
    from tickets.models.sla import SlaClock

#: Statuses in which somebody still has to do something.
OPEN_STATUSES = ("new", "triaged", "assigned", "in_progress", "waiting", "on_hold")
#: What a queue shows; the partial indexes below hold these rows and no others.
IN_QUEUE = models.Q(
    status__in=OPEN_STATUSES, spam_at__isnull=True, merged_into__isnull=True
)
GENUINE = models.Q(spam_at__isnull=True, merged_into__isnull=True)
#: Critical first, as a number to sort by.
PRIORITY_RANK = models.Case(
    models.When(priority="critical", then=1),
    models.When(priority="high", then=2),
    models.When(priority="medium", then=3),
    default=4,
    output_field=models.SmallIntegerField(),
)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Words for tickets."""

    def open(self) -> TicketQuerySet:
        """Neither resolved nor closed now."""
        return self.exclude(status__in=["resolved", "closed"])

    def in_queue(self) -> TicketQuerySet:
        """Open, and neither spam nor merged into another."""
        return self.filter(IN_QUEUE)

    def genuine(self) -> TicketQuerySet:
        """Neither spam nor merged into another."""
        return self.filter(GENUINE)

    def held(self, *, skip_locked: bool = False) -> TicketQuerySet:
        """Locked for us until the transaction ends.

        Rows may still point at them (a link, where a message came from): of two who
        hold a ticket each and name the other's, none waits for the other.
        """
        return self.select_for_update(
            of=("self",), no_key=True, skip_locked=skip_locked
        )

    def visible_to(self, user) -> TicketQuerySet:
        """Tickets of accounts this person may see, and those without an account."""
        if not user.has_perm_code("view_tickets"):
            return self.none()
        own = own_accounts(user)
        if own is None:
            return self
        mine = Account.objects.filter(own)
        return self.filter(models.Q(account__isnull=True) | models.Q(account__in=mine))


class Ticket(Record, Sourced):
    """A ticket is one request for help, from its first message to its closing."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        TRIAGED = "triaged", _("Triaged")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING = "waiting", _("Waiting on customer")
        ON_HOLD = "on_hold", _("On hold")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Priority(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEB_FORM = "web_form", _("Web form")
        CHAT = "chat", _("Chat")
        PHONE = "phone", _("Phone")
        API = "api", _("API")
        PORTAL = "portal", _("Portal")

    number = models.CharField(max_length=40)
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tickets",
        db_index=False,
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tickets",
    )
    requester_name = models.CharField(
        max_length=120, blank=True, default="", db_default=""
    )
    requester_email = models.EmailField(
        max_length=254, blank=True, default="", db_default=""
    )
    channel = models.CharField(
        max_length=8, choices=Channel.choices, blank=True, default="", db_default=""
    )
    subject = models.CharField(max_length=300, blank=True, default="", db_default="")
    category = models.CharField(max_length=60, blank=True, default="", db_default="")
    status = models.CharField(
        max_length=12, choices=Status.choices, default=Status.NEW, db_default=Status.NEW
    )
    priority = models.CharField(
        max_length=8,
        choices=Priority.choices,
        default=Priority.MEDIUM,
        db_default=Priority.MEDIUM,
    )
    level = models.PositiveSmallIntegerField(default=1, db_default=1)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tickets_assigned",
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tickets",
        db_index=False,
    )
    tags = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        db_default=models.Value([], ArrayField(models.CharField(max_length=40))),
    )
    custom = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    root_cause = models.TextField(blank=True, default="", db_default="")
    workaround = models.TextField(blank=True, default="", db_default="")
    resolution_note = models.TextField(blank=True, default="", db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    is_opened_by_agent = models.BooleanField(default=False, db_default=False)
    opened_at = models.DateTimeField()
    first_responded_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalation_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopen_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    resolved_first_at = models.DateTimeField(null=True, blank=True)
    last_customer_message_at = models.DateTimeField(null=True, blank=True)
    last_agent_message_at = models.DateTimeField(null=True, blank=True)
    agent_message_count = models.PositiveIntegerField(default=0, db_default=0)
    cycle = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        help_text=_("Rises with each reopening; each cycle has its resolution clock."),
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    spam_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="merged_tickets",
        db_index=False,
    )
    tier = models.ForeignKey(
        "tickets.SlaTier",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tickets",
        db_index=False,
    )
    next_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The first of its running clocks to be due.")
    )
    next_due_metric = models.CharField(
        max_length=14, blank=True, default="", db_default=""
    )
    breached_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When its first target was missed.")
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    csat = models.PositiveSmallIntegerField(null=True, blank=True)
    csat_at = models.DateTimeField(null=True, blank=True)
    csat_comment = models.TextField(blank=True, default="", db_default="")
    is_sla_met = models.BooleanField(
        null=True,
        blank=True,
        help_text=_(
            "Whether all promises were kept, or what the source says; empty while a "
            "ticket is open, unless a cycle before missed one."
        ),
    )

    objects = TicketQuerySet.as_manager()

    #: Its clocks, oldest first, where who read or began them has put them here.
    shown_clocks: Sequence[SlaClock]
    #: What it became part of, where its reader may see that and asked for it.
    seen_target: Ticket | None

    MERGE = {"account": Move(hold="pk"), "contact": Move(hold="pk")}

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["account", "-opened_at"], name="ticket_account_opened"
            ),
            models.Index("opened_at", name="ticket_opened"),
            models.Index("resolved_at", name="ticket_resolved"),
            # What the counts of the views ask stands in the indexes themselves.
            models.Index(
                fields=["next_due_at", "id"],
                include=["snoozed_until", "breached_at", "status"],
                condition=IN_QUEUE,
                name="ticket_queue_due",
            ),
            models.Index(
                fields=["assignee", "next_due_at", "id"],
                include=["snoozed_until"],
                condition=IN_QUEUE,
                name="ticket_queue_assignee",
            ),
            models.Index(
                fields=["team", "next_due_at", "id"],
                include=["snoozed_until"],
                condition=IN_QUEUE,
                name="ticket_queue_team",
            ),
            models.Index(
                fields=["next_due_at", "id"],
                condition=GENUINE,
                name="ticket_genuine_due",
            ),
            models.Index(
                PRIORITY_RANK, "id", condition=GENUINE, name="ticket_genuine_priority"
            ),
            models.Index(
                PRIORITY_RANK, "id", condition=IN_QUEUE, name="ticket_queue_priority"
            ),
            models.Index(
                fields=["updated_at", "id"],
                condition=IN_QUEUE,
                name="ticket_queue_updated",
            ),
            models.Index(fields=["updated_at", "id"], name="ticket_updated"),
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="ticket_merged_into",
            ),
        ]
        constraints = [
            sourced_unique("ticket_source_id_unique"),
            models.UniqueConstraint(
                fields=["number", "source"], name="ticket_number_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "new",
                        "triaged",
                        "assigned",
                        "in_progress",
                        "waiting",
                        "on_hold",
                        "resolved",
                        "closed",
                    ]
                ),
                name="ticket_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=["critical", "high", "medium", "low"]),
                name="ticket_priority_known",
            ),
            models.CheckConstraint(
                condition=models.Q(level__range=(1, 4)), name="ticket_level_range"
            ),
            models.CheckConstraint(
                condition=models.Q(csat__isnull=True) | models.Q(csat__range=(1, 5)),
                name="ticket_csat_range",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
                name="ticket_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    channel__in=[
                        "",
                        "email",
                        "web_form",
                        "chat",
                        "phone",
                        "api",
                        "portal",
                    ]
                ),
                name="ticket_channel_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    next_due_metric__in=[
                        "",
                        "first_response",
                        "next_response",
                        "resolution",
                    ]
                ),
                name="ticket_next_due_metric_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TicketPeriod(models.Model):
    """A status or priority a ticket had from one instant until another."""

    class Field(models.TextChoices):
        STATUS = "status", _("Status")
        PRIORITY = "priority", _("Priority")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="periods")
    field = models.CharField(max_length=8, choices=Field.choices)
    value = models.CharField(max_length=12)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["valid_from"]
        indexes = [
            models.Index("ticket", "field", "valid_from", name="ticket_period_time")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "field"],
                condition=models.Q(valid_to__isnull=True),
                name="ticket_period_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="ticket_period_interval",
            ),
            models.CheckConstraint(
                condition=models.Q(field__in=["status", "priority"]),
                name="ticket_period_field_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.field}={self.value}"
