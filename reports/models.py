"""Saved views: a list with its filters, columns and order under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import Record
from organisation.models import User
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
