"""Configuration around accounts: plans, segments, custom fields."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import Record, Sourced, sourced_unique


class Plan(Record, Sourced):
    """A plan is what an account has bought, with the features that are its core."""

    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="plan_name_unique"),
            sourced_unique("plan_source_id_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanFeature(models.Model):
    """A feature is core to a plan from one day until (not including) another."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="features")
    feature = models.CharField(max_length=120)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["feature"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "feature"],
                condition=models.Q(valid_to__isnull=True),
                name="plan_feature_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="plan_feature_interval",
            ),
        ]

    def __str__(self) -> str:
        return self.feature


class Segment(Record):
    """A segment is a named group of accounts, chosen by rules, first match wins.

    ``rules`` is a list of ``{"field", "op", "value"}`` that must all hold; an empty
    list matches every account.
    """

    class Coverage(models.TextChoices):
        HIGH_TOUCH = "high_touch", _("High touch")
        MID_TOUCH = "mid_touch", _("Mid touch")
        LOW_TOUCH = "low_touch", _("Low touch")
        TECH_TOUCH = "tech_touch", _("Tech touch")

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    priority = models.PositiveSmallIntegerField(unique=True)
    rules = models.JSONField(default=list, blank=True)
    coverage_model = models.CharField(
        max_length=12, choices=Coverage.choices, default=Coverage.MID_TOUCH
    )
    touch_cadence_days = models.PositiveSmallIntegerField(default=30)

    class Meta:
        ordering = ["priority"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="segment_name_unique"),
            models.CheckConstraint(
                condition=models.Q(
                    coverage_model__in=[
                        "high_touch",
                        "mid_touch",
                        "low_touch",
                        "tech_touch",
                    ]
                ),
                name="segment_coverage_known",
            ),
            models.CheckConstraint(
                condition=models.Q(touch_cadence_days__gte=1),
                name="segment_cadence_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomField(Record):
    """A custom field is a typed extra value of accounts, contacts or tickets."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("Choice")

    class Target(models.TextChoices):
        ACCOUNT = "account", _("Account")
        CONTACT = "contact", _("Contact")
        TICKET = "ticket", _("Ticket")

    target = models.CharField(
        max_length=8, choices=Target.choices, default=Target.ACCOUNT
    )
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TEXT)
    choices = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    class Meta:
        ordering = ["target", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "key"], name="custom_field_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.label
