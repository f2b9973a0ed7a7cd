"""The organisation that runs this installation."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from organisation.models.fields import validate_timezone


class Organisation(models.Model):
    """The organisation is the one company that runs this installation."""

    class RowScope(models.TextChoices):
        ALL = "all", _("Everyone sees every account")
        TEAM = "team", _("People see their team's accounts")
        BOOK = "book", _("People see their own accounts")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120, default="My organisation")
    timezone = models.CharField(
        max_length=60, default="UTC", validators=[validate_timezone]
    )
    currency = models.CharField(max_length=3, default="EUR")
    run_hour = models.PositiveSmallIntegerField(
        default=2, help_text=_("Hour of the day at which health is recomputed.")
    )
    row_scope = models.CharField(
        max_length=8, choices=RowScope.choices, default=RowScope.ALL
    )
    is_demo = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="organisation_only_one"
            ),
            models.CheckConstraint(
                condition=models.Q(run_hour__lte=23), name="organisation_run_hour"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="organisation_currency_iso",
            ),
            models.CheckConstraint(
                condition=models.Q(row_scope__in=["all", "team", "book"]),
                name="organisation_row_scope_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name
