"""What was computed: snapshots of accounts, and counts of the whole portfolio."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from accounts.models import Account, Plan, Segment
from core.merging import Stay
from health.fields import PlainJSONField
from health.models.scorecards import ScorecardVersion
from organisation.models import Team


class Snapshot(models.Model):
    """A snapshot is what was computed for one account on one day.

    ``detail`` holds compact arrays in formula order:
    ``{"raw": [...], "norm": [...], "weight": [...], "dims": [...]}`` (null = missing).
    ``score`` and ``band`` are what the scorecard gives; ``override_score`` and
    ``override_band`` what a person had set by hand that day.
    A restated snapshot stands beside what was known then.
    """

    pk = models.CompositePrimaryKey("account_id", "day", "is_restated")
    # The primary key begins with the account: a second index would only cost.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="snapshots", db_index=False
    )
    day = models.DateField()
    is_restated = models.BooleanField(default=False, db_default=False)
    is_provisional = models.BooleanField(default=False, db_default=False)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    band = models.CharField(max_length=8)
    coverage = models.DecimalField(max_digits=4, decimal_places=1)
    override_score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    override_band = models.CharField(
        max_length=8, blank=True, default="", db_default=""
    )
    version = models.ForeignKey(
        ScorecardVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    engine = models.PositiveSmallIntegerField()
    detail = PlainJSONField()
    computed_at = models.DateTimeField(db_default=Now())

    # What was computed for an account stays true of that account.
    MERGE = {"account": Stay()}

    class Meta:
        # Days arrive in order: a few pages of index find all rows of a day.
        indexes = [BrinIndex(fields=["day"], name="snapshot_day", pages_per_range=16)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True)
                | models.Q(score__range=(0, 100)),
                name="snapshot_score_range",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    band__in=["green", "yellow", "orange", "red", "unknown"]
                ),
                name="snapshot_band_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    override_band__in=["", "green", "yellow", "orange", "red"]
                ),
                name="snapshot_override_band_known",
            ),
            models.CheckConstraint(
                condition=models.Q(override_score__isnull=True)
                | models.Q(override_score__range=(0, 100))
                & ~models.Q(override_band=""),
                name="snapshot_override_score_has_band",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}: {self.score}"

    @property
    def is_by_hand(self) -> bool:
        """Whether a person had set score or band that day."""
        return self.override_band != ""

    @property
    def shown_score(self) -> Decimal | None:
        """What a person read: the score set by hand, else the computed one."""
        return self.score if self.override_score is None else self.override_score

    @property
    def shown_band(self) -> str:
        """The band a person read."""
        return self.override_band or self.band


class BandCount(models.Model):
    """How many accounts, with how much ARR, stood in a band at the end of a day.

    One row per combination of segment, plan, CSM and currency as they were that day;
    written by the run that computed the day, so that pages about the whole portfolio
    read hundreds of rows and not millions.
    """

    day = models.DateField()
    segment = models.ForeignKey(
        Segment, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    plan = models.ForeignKey(
        Plan, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    band = models.CharField(max_length=8)
    accounts = models.PositiveIntegerField()
    arr = models.DecimalField(max_digits=16, decimal_places=2)
    score_sum = models.DecimalField(max_digits=12, decimal_places=1)
    scored = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="band_count_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    band__in=["green", "yellow", "orange", "red", "unknown", "churned"]
                ),
                name="band_count_band_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.band}: {self.accounts}"


class BandMembers(models.Model):
    """Which accounts stood in a band at the end of a day, and the ARR of each.

    Written together with the counts of the day. One row per band and currency with
    its accounts in arrays, since a day is only ever read whole: a hundred thousand
    accounts take a megabyte and two days are compared in one short statement.
    """

    day = models.DateField()
    band = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    account_ids = ArrayField(models.BigIntegerField())
    # In the order of the accounts.
    arr = ArrayField(models.DecimalField(max_digits=16, decimal_places=2))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "band", "currency"], name="band_members_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    band__in=["green", "yellow", "orange", "red", "unknown", "churned"]
                ),
                name="band_members_band_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.band}: {len(self.account_ids)}"
