"""Runs, the accounts they could not score, and the accounts waiting for one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.merging import Keep, Stay
from core.models import Record


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


class RecomputeRequest(models.Model):
    """An account whose facts changed and whose score is about to follow.

    Further facts move ``due_at`` on, but never more than a short while past
    ``first_at``: many facts, one recompute.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    first_at = models.DateTimeField()
    due_at = models.DateTimeField()

    MERGE = {"account": Keep(by=())}

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="recompute_request_due")]

    def __str__(self) -> str:
        return f"{self.account_id} due {self.due_at}"
