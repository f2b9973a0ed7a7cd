"""On call: who is paged about critical tickets, and every page with its sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Record, choice_check
from health.models.delivery import DeliveryStatus
from health.models.rules import AlertChannel
from organisation.models import User
from tickets.models import Ticket

#: Limits of what can be set; the table checks them, the form says them.
MOST_REPEAT_MINUTES = 240
MOST_PAGES = 100
MOST_SECOND_MINUTES = 1440


def _critical_only() -> list[str]:
    return [Ticket.Priority.CRITICAL.value]


class OnCallSettings(models.Model):
    """How on-call people are paged about tickets: one row.

    Nobody is paged before somebody is named as a responder.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    priorities = ArrayField(
        models.CharField(max_length=8, choices=Ticket.Priority.choices),
        default=_critical_only,
    )
    repeat_minutes = models.PositiveSmallIntegerField(default=10)
    most_pages = models.PositiveSmallIntegerField(default=12)
    second_after_minutes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Minutes without acknowledgement until the second step is paged."),
    )
    paging_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Tickets that were critical before this are not paged."),
    )
    joined_at = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text=_("When a priority joined later than the others, by priority."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="on_call_settings_only_one"
            ),
            models.CheckConstraint(
                condition=models.Q(priorities__contained_by=Ticket.Priority.values)
                & models.Q(priorities__len__gte=1),
                name="on_call_priorities_known",
            ),
            models.CheckConstraint(
                condition=models.Q(repeat_minutes__range=(1, MOST_REPEAT_MINUTES)),
                name="on_call_repeat_range",
            ),
            models.CheckConstraint(
                condition=models.Q(most_pages__range=(1, MOST_PAGES)),
                name="on_call_most_pages_range",
            ),
            models.CheckConstraint(
                condition=models.Q(second_after_minutes__isnull=True)
                | models.Q(second_after_minutes__range=(1, MOST_SECOND_MINUTES)),
                name="on_call_second_after_range",
            ),
        ]

    def __str__(self) -> str:
        return "On call"

    def since(self, priority: str) -> datetime | None:
        """From when tickets of a priority are paged; None where they are not."""
        if self.paging_since is None or priority not in self.priorities:
            return None
        joined_at = self.joined_at.get(priority)
        return datetime.fromisoformat(joined_at) if joined_at else self.paging_since


class OnCallResponder(Record):
    """A responder is a person or a channel that is paged, at once or as second step."""

    class Step(models.IntegerChoices):
        FIRST = 1, _("At once")
        SECOND = 2, _("Second step")

    step = models.PositiveSmallIntegerField(choices=Step.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="on_call_duties",
    )
    channel = models.ForeignKey(
        AlertChannel,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="on_call_duties",
    )

    class Meta:
        ordering = ["step", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(step__in=[1, 2]), name="on_call_responder_step_known"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, channel__isnull=True)
                | models.Q(person__isnull=True, channel__isnull=False),
                name="on_call_responder_person_or_channel",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(person__isnull=False),
                name="on_call_responder_person_once",
            ),
            models.UniqueConstraint(
                fields=["channel"],
                condition=models.Q(channel__isnull=False),
                name="on_call_responder_channel_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.person_id or self.channel_id}"


class PageEnd(models.TextChoices):
    """Why a page ended; the first three are acknowledgements."""

    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CLAIMED = "claimed", _("Assigned")
    ANSWERED = "answered", _("Answered")
    RESOLVED = "resolved", _("Resolved")
    LOWERED = "lowered", _("Priority lowered")
    SPAM = "spam", _("Spam")
    MERGED = "merged", _("Merged")
    STOOD_DOWN = "stood_down", _("Paging was changed")


class OnCallPageQuerySet(models.QuerySet["OnCallPage"]):
    """Words for pages."""

    def open(self) -> OnCallPageQuerySet:
        """Nobody has acknowledged these, and they still matter."""
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> OnCallPageQuerySet:
        """About tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class OnCallPage(Record):
    """A page calls on-call people to one ticket, over and over until somebody answers.

    ``raised_at`` is when the ticket last rose to a paged priority, or was
    reopened with it: one page for each such time, whoever looks and how often.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="on_call_pages"
    )
    priority = models.CharField(max_length=8, choices=Ticket.Priority.choices)
    raised_at = models.DateTimeField()
    started_at = models.DateTimeField()
    rounds = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("How often it was sent out.")
    )
    last_paged_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    end_reason = models.CharField(
        max_length=12, choices=PageEnd.choices, blank=True, default="", db_default=""
    )

    objects = OnCallPageQuerySet.as_manager()

    #: Who was called, where a query has added it.
    calls: Sequence[Any]

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="on_call_page_started"),
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(ended_at__isnull=True),
                name="on_call_page_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "raised_at"], name="on_call_page_once"
            ),
            models.UniqueConstraint(
                fields=["ticket"],
                condition=models.Q(ended_at__isnull=True),
                name="on_call_page_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, end_reason="")
                | (
                    models.Q(ended_at__isnull=False, next_at__isnull=True)
                    & ~models.Q(end_reason="")
                ),
                name="on_call_page_end_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True)
                | models.Q(ended_at__isnull=False),
                name="on_call_page_ender_has_end",
            ),
            models.CheckConstraint(
                condition=models.Q(rounds=0, last_paged_at__isnull=True)
                | models.Q(rounds__gte=1, last_paged_at__isnull=False),
                name="on_call_page_rounds_have_time",
            ),
            models.CheckConstraint(
                condition=models.Q(end_reason__in=["", *PageEnd.values]),
                name="on_call_page_end_known",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=Ticket.Priority.values),
                name="on_call_page_priority_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} since {self.raised_at}"

    @property
    def lasted(self) -> timedelta | None:
        """How long it took until somebody answered, or it ended otherwise."""
        return self.ended_at - self.started_at if self.ended_at else None


class PageDelivery(Record):
    """One sending of a page, in one of its rounds, to one person or channel."""

    page = models.ForeignKey(
        OnCallPage, on_delete=models.CASCADE, related_name="deliveries"
    )
    round = models.PositiveSmallIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="page_deliveries",
    )
    channel = models.ForeignKey(
        AlertChannel,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="page_deliveries",
    )
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
                name="page_delivery_waiting",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, channel__isnull=True)
                | models.Q(person__isnull=True, channel__isnull=False),
                name="page_delivery_person_or_channel",
            ),
            models.UniqueConstraint(
                fields=["page", "round", "person"],
                condition=models.Q(person__isnull=False),
                name="page_delivery_person_once",
            ),
            models.UniqueConstraint(
                fields=["page", "round", "channel"],
                condition=models.Q(channel__isnull=False),
                name="page_delivery_channel_once",
            ),
            models.CheckConstraint(
                condition=models.Q(status="sent", sent_at__isnull=False)
                | (~models.Q(status="sent") & models.Q(sent_at__isnull=True)),
                name="page_delivery_sent_has_time",
            ),
            choice_check("status", DeliveryStatus, "page_delivery_status"),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.round} {self.status}"
