"""Roll-ups: what an account, its people and its features did per day and week.

They are rebuilt from raw facts for the touched account-weeks, so late, repeated and
out-of-order facts give the same roll-ups as one ordered load.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Account
from core.merging import Combine
from usage.models.facts import Feature, ProductUser

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
