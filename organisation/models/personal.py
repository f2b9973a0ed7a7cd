"""What a person keeps or is told: saved views and notifications."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import Record
from organisation.models.people import User
from organisation.permissions import Permission


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Words for saved views."""

    def usable_by(self, user: User) -> SavedViewQuerySet:
        """One's own, and those somebody shares."""
        return self.filter(models.Q(owner=user) | models.Q(is_shared=True))

    def for_page(self, page: str, user: User) -> SavedViewQuerySet:
        """What this person finds on a page, own views first."""
        own = models.Case(models.When(owner=user, then=0), default=1)
        return self.usable_by(user).filter(page=page).order_by(own, "name", "pk")

    def changeable_by(self, user: User) -> SavedViewQuerySet:
        """One's own; shared ones also by those who look after shared views."""
        own = models.Q(owner=user)
        if user.has_perm_code(Permission.EDIT_SETTINGS):
            own |= models.Q(is_shared=True)
        return self.filter(own)


class SavedView(Record):
    """A saved view is the query string of a list page, kept under a name."""

    class Page(models.TextChoices):
        PORTFOLIO = "portfolio", _("Portfolio")
        ALERTS = "alerts", _("Alerts")
        TICKETS = "tickets", _("Tickets")
        TASKS = "tasks", _("Tasks")

    page = models.CharField(max_length=12, choices=Page.choices)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    is_shared = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "page",
                Lower("name"),
                name="saved_view_name_unique",
                violation_error_message=_("You already have a view with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Words for notifications."""

    def unread(self) -> NotificationQuerySet:
        """Not looked at yet."""
        return self.filter(read_at__isnull=True)


class Notification(Record):
    """A notification tells one person one thing, once, with a link to it.

    ``key`` names what it is about (``mention-421``): the same news twice is one row.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.CharField(max_length=500, blank=True, default="", db_default="")
    path = models.CharField(max_length=300)
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    is_mailed = models.BooleanField(
        default=False, db_default=False, help_text=_("Whether an e-mail goes with it.")
    )
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(
                fields=["person", "-happened_at", "-id"], name="notification_person"
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(is_mailed=True, mailed_at__isnull=True),
                name="notification_to_mail",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="notification_once")
        ]

    def __str__(self) -> str:
        return self.title
