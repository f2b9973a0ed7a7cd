"""Product usage: raw facts, roll-ups and custom metrics.

``UsageEvent`` is partitioned by month; its table is made by a hand-written migration.
Roll-ups are rebuilt from raw facts for the touched account-weeks, so late, repeated
and out-of-order facts give the same roll-ups as one ordered load.

Facts and roll-ups come by the million, so their foreign keys are not checked by the
database and have no index of their own: checking cost more than writing. They are
written only from ids that were looked up in the same statement.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from core.merging import Combine, Join, Keep, Move
from core.models import Record, Sourced

#: How two weeks of one product user become one when accounts merge.
WEEK_SUMS = {
    "days": "s.days | d.days",
    "events": "s.events + d.events",
    "sessions": "s.sessions + d.sessions",
}


#: People active on a day in both of two merging accounts, so that they count once.
#: Days come before people in the walk (``core.merging`` goes by name), so both
#: accounts still have their own rows when this is asked.
KNOWN_TO_BOTH = """
SELECT count(*) FROM usage_userweek a
JOIN usage_productuser ours ON ours.id = a.product_user_id
JOIN usage_productuser theirs
    ON theirs.account_id = d.account_id AND theirs.key = ours.key
JOIN usage_userweek b ON b.account_id = d.account_id
    AND b.product_user_id = theirs.id AND b.week = a.week
WHERE a.account_id = s.account_id AND a.week = date_trunc('week', s.day)::date
    AND (a.days & b.days & (1 << (extract(isodow FROM s.day)::int - 1))) <> 0
"""


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


class AccountDay(models.Model):
    """Roll-up: what an account did on one day, in the organisation's time zone."""

    pk = models.CompositePrimaryKey("account_id", "day")
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="usage_days",
    )
    day = models.DateField()
    events = models.IntegerField(db_default=0)
    sessions = models.IntegerField(db_default=0)
    active_users = models.IntegerField(db_default=0)
    seconds = models.BigIntegerField(db_default=0)
    errors = models.IntegerField(db_default=0)

    MERGE = {
        "account": Combine(
            by=("day",),
            columns={
                "events": "s.events + d.events",
                "sessions": "s.sessions + d.sessions",
                "active_users": f"s.active_users + d.active_users - ({KNOWN_TO_BOTH})",
                "seconds": "s.seconds + d.seconds",
                "errors": "s.errors + d.errors",
            },
        )
    }

    class Meta:
        indexes = [models.Index("day", "account", name="account_day_by_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class UserWeek(models.Model):
    """Roll-up: on which days of one week (Monday first) a product user was active.

    ``days`` has bit 0 for Monday … bit 6 for Sunday. Daily activity of any window
    can be read from it at a seventh of the rows.
    """

    pk = models.CompositePrimaryKey("account_id", "product_user_id", "week")
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="user_weeks",
    )
    product_user = models.ForeignKey(
        ProductUser,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="weeks",
    )
    week = models.DateField()
    days = models.SmallIntegerField()
    events = models.IntegerField(db_default=0)
    sessions = models.IntegerField(db_default=0)

    MERGE = {
        "account": Combine(by=("product_user", "week"), columns=WEEK_SUMS),
        "product_user": Combine(by=("account", "week"), columns=WEEK_SUMS),
    }

    class Meta:
        indexes = [models.Index("week", "account", name="user_week_by_week")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__range=(1, 127)), name="user_week_days_bits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_user_id} {self.week}"


class FeatureWeek(models.Model):
    """Roll-up: on which days of one week an account used a feature, and how often."""

    pk = models.CompositePrimaryKey("account_id", "feature_id", "week")
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="feature_weeks",
    )
    feature = models.ForeignKey(
        Feature,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="weeks",
    )
    week = models.DateField()
    days = models.SmallIntegerField()
    events = models.IntegerField(db_default=0)
    events_by_day = ArrayField(models.IntegerField(), size=7)

    MERGE = {
        "account": Combine(
            by=("feature", "week"),
            columns={
                "days": "s.days | d.days",
                "events": "s.events + d.events",
                "events_by_day": "(SELECT array_agg(COALESCE(a, 0) + COALESCE(b, 0)"
                " ORDER BY n) FROM unnest(s.events_by_day, d.events_by_day)"
                " WITH ORDINALITY AS e(a, b, n))",
            },
        )
    }

    class Meta:
        indexes = [models.Index("week", "account", name="feature_week_by_week")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__range=(1, 127)), name="feature_week_days_bits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.feature_id} {self.week}"


class UsageFeed(models.Model):
    """When usage first and last arrived for an account: zero is not missing."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="usage_feed"
    )
    first_day = models.DateField()
    last_day = models.DateField()

    MERGE = {
        "account": Combine(
            by=(),
            columns={
                "first_day": "LEAST(s.first_day, d.first_day)",
                "last_day": "GREATEST(s.last_day, d.last_day)",
            },
        )
    }

    def __str__(self) -> str:
        return f"{self.account_id} {self.first_day}–{self.last_day}"


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
