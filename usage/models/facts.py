"""What a product says: its users and features, raw events, days counted by a source.

``UsageEvent`` is partitioned by month; its table is made by a hand-written migration.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.models import Account, Contact
from core.merging import Join, Move
from core.models import Sourced


class ProductUser(models.Model):
    """A product user is one person as the product knows them, inside one account."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="product_users"
    )
    key = models.CharField(max_length=200)
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="product_users",
    )

    MERGE = {"account": Join(by=("key",), within="account"), "contact": Move()}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key"], name="product_user_unique"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Feature(models.Model):
    """A feature is a named part of the product that usage facts speak of."""

    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class UsageEvent(models.Model):
    """A usage event is one thing a product user did; raw, kept by month partitions."""

    pk = models.CompositePrimaryKey("occurred_at", "id")
    id = models.BigIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    product_user = models.ForeignKey(
        ProductUser,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    feature = models.ForeignKey(
        Feature,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    occurred_at = models.DateTimeField()
    day = models.DateField()
    name = models.CharField(max_length=120)
    is_session_start = models.BooleanField(default=False)
    quantity = models.IntegerField(default=1)

    MERGE = {"account": Move(), "product_user": Move()}

    class Meta:
        managed = False
        db_table = "usage_usageevent"

    def __str__(self) -> str:
        return self.name


class UsageEventKey(models.Model):
    """The key under which a source sent an event; makes a repeat harmless.

    Stands apart from the partitioned table because a unique key there would have to
    include the time. ``key`` and ``content`` are 16-byte digests.
    """

    source = models.CharField(max_length=60)
    key = models.UUIDField()
    content = models.UUIDField()
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key"], name="usage_event_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class DailyUsage(Sourced):
    """Usage that a source already counted per day, for an account, user or feature."""

    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="daily_usage",
    )
    day = models.DateField()
    product_user = models.ForeignKey(
        ProductUser,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    feature = models.ForeignKey(
        Feature,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    events = models.PositiveIntegerField(default=0, db_default=0)
    sessions = models.PositiveIntegerField(default=0, db_default=0)
    active_users = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.PositiveBigIntegerField(default=0, db_default=0)
    errors = models.PositiveIntegerField(default=0, db_default=0)
    content = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    MERGE = {"account": Move(), "product_user": Move()}

    class Meta:
        indexes = [models.Index("account", "day", name="daily_usage_account_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="daily_usage_source_id_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"
