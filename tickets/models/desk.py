"""How the support desk is set up: canned replies, levels, settings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import Record, choice_check
from organisation.models import Team


class CannedReply(Record):
    """A canned reply is a text used again and again, with fields filled in.

    Without an owner it is shared by everybody.
    """

    name = models.CharField(max_length=120)
    body = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="canned_replies",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(owner__isnull=True),
                name="canned_reply_shared_name",
                violation_error_message=_("A shared reply has this name already."),
            ),
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=models.Q(owner__isnull=False),
                name="canned_reply_own_name",
                violation_error_message=_("You already have a reply with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SupportLevel(models.Model):
    """One of the four levels of support, with the response it promises."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=60)
    response_minutes = models.PositiveIntegerField()
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Tickets that are escalated to this level go to this team."),
    )

    class Meta:
        ordering = ["level"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__range=(1, 4)), name="support_level_range"
            ),
            models.CheckConstraint(
                condition=models.Q(response_minutes__gte=1),
                name="support_level_response_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"L{self.level} {self.name}"


class RetargetFrom(models.TextChoices):
    """From when a changed target counts."""

    CREATION = "creation", _("From the ticket's creation")
    CHANGE = "change", _("From the change")


class SupportSettings(models.Model):
    """How support works here: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    auto_close_days = models.PositiveSmallIntegerField(default=7)
    is_paused_on_hold = models.BooleanField(
        default=False, help_text=_("Whether resolution also pauses while on hold.")
    )
    retarget_from = models.CharField(
        max_length=8, choices=RetargetFrom.choices, default=RetargetFrom.CREATION
    )
    warn_percent = models.PositiveSmallIntegerField(default=75)
    has_public_form = models.BooleanField(default=True)
    asks_for_rating = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="support_settings_only_one"
            ),
            choice_check("retarget_from", RetargetFrom, "support_retarget_known"),
            models.CheckConstraint(
                condition=models.Q(warn_percent__range=(1, 99)),
                name="support_warn_percent_range",
            ),
            models.CheckConstraint(
                condition=models.Q(auto_close_days__gte=1),
                name="support_auto_close_positive",
            ),
        ]

    def __str__(self) -> str:
        return "Support settings"


class QueueColumns(models.Model):
    """The columns one person wants to see in the queue, in their order."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="queue_columns",
    )
    # A custom field's key has 60 characters, and "custom." stands before it.
    keys = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Queue columns of {self.person_id}"


class BulkChange(Record):
    """A change of many tickets at once, with what they were before, to undo it."""

    verb = models.CharField(max_length=20)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    before = models.JSONField(help_text=_("Ticket id to its fields before."))
    ticket_count = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.verb} {self.ticket_count}"
