"""Tasks: what somebody is to do, for which account, until when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.merging import Move
from core.models import Record, choice_check


class TaskOrigin(models.TextChoices):
    """Where a task came from."""

    PERSON = "person", _("Written by hand")
    RECOMMENDATION = "recommendation", _("From a recommendation")
    ALERT = "alert", _("From an alert")


class TaskQuerySet(models.QuerySet["Task"]):
    """Words for tasks."""

    def present(self) -> TaskQuerySet:
        """Not removed."""
        return self.filter(removed_at__isnull=True)

    def open(self) -> TaskQuerySet:
        """Still to be done."""
        return self.present().filter(done_at__isnull=True)

    def done(self) -> TaskQuerySet:
        """Done, and not removed since."""
        return self.present().filter(done_at__isnull=False)

    def reachable_by(self, user) -> TaskQuerySet:
        """One's own, and those of accounts this person may see; removed ones too."""
        if not user.has_perm_code("view_tasks"):
            return self.none()
        own = models.Q(account__isnull=True) & (
            models.Q(owner=user) | models.Q(created_by=user)
        )
        return self.filter(
            own | models.Q(account__in=Account.objects.live().visible_to(user))
        )

    def visible_to(self, user) -> TaskQuerySet:
        """Those of :meth:`reachable_by` that were not removed."""
        return self.reachable_by(user).present()

    def with_people(self) -> TaskQuerySet:
        """With what a row of any list shows."""
        return self.select_related(
            "account__segment", "owner", "created_by", "done_by"
        ).defer("account__search", "account__custom")


class Task(Record):
    """A task is one thing to do, with an owner and a day on which it is due."""

    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True, default="")
    due_on = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    origin = models.CharField(
        max_length=16, choices=TaskOrigin.choices, default=TaskOrigin.PERSON
    )
    playbook = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text=_("The playbook that the work belongs to, when one is named."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = TaskQuerySet.as_manager()

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["owner", "due_on", "id"],
                condition=models.Q(done_at__isnull=True, removed_at__isnull=True),
                name="task_owner_due",
            ),
            models.Index(fields=["account", "-id"], name="task_account"),
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(done_at__isnull=True, removed_at__isnull=True),
                name="task_open_due",
            ),
            models.Index(
                fields=["-done_at", "-id"],
                condition=models.Q(done_at__isnull=False, removed_at__isnull=True),
                name="task_done_time",
            ),
        ]
        constraints = [
            choice_check("origin", TaskOrigin, "task_origin_known"),
            models.CheckConstraint(
                condition=~models.Q(title=""), name="task_has_title"
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=False)
                | models.Q(done_by__isnull=True),
                name="task_done_by_needs_time",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=False)
                | models.Q(removed_by__isnull=True),
                name="task_removed_by_needs_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title
