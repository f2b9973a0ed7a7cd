"""Custom metrics: numbers per account that other systems or people supply."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.merging import Keep
from core.models import Record, Sourced


class Metric(Record):
    """A custom metric is a number per account that other systems or people supply."""

    class Direction(models.TextChoices):
        UP = "up", _("Higher is better")
        DOWN = "down", _("Lower is better")

    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    unit = models.CharField(max_length=30, blank=True, default="")
    direction = models.CharField(
        max_length=4, choices=Direction.choices, default=Direction.UP
    )

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class MetricValue(Sourced):
    """One value of a custom metric for one account at one time."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="metric_values"
    )
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="values")
    observed_at = models.DateTimeField()
    value = models.FloatField()
    target = models.FloatField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    MERGE = {"account": Keep(by=("metric", "observed_at", "source"))}

    class Meta:
        indexes = [
            models.Index(
                fields=["metric", "account", "-observed_at"], name="metric_value_latest"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="metric_value_source_id_unique",
            ),
            models.UniqueConstraint(
                fields=["account", "metric", "observed_at", "source"],
                name="metric_value_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.value}"
