"""Accounts, their names in other systems, and the terms they had."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.configuration import Plan, Segment
from accounts.querysets import AccountQuerySet
from core.merging import Move, Whole
from core.models import Record
from organisation.models import Team, validate_timezone


class Account(Record):
    """An account is a customer: the company whose health we follow.

    The columns after *written by other rooms* stand here so that every list can
    filter and sort by them; they are written through ``accounts.services`` only.
    """

    class Stage(models.TextChoices):
        ONBOARDING = "onboarding", _("Onboarding")
        ADOPTION = "adoption", _("Adoption")
        VALUE = "value_realisation", _("Value realisation")
        EXPANSION = "expansion", _("Expansion")
        ADVOCACY = "advocacy", _("Advocacy")
        RENEWAL = "renewal", _("Renewal")
        AT_RISK = "at_risk", _("At risk")
        CHURNED = "churned", _("Churned")
        WON_BACK = "won_back", _("Won back")

    class Band(models.TextChoices):
        GREEN = "green", _("Healthy")
        YELLOW = "yellow", _("At risk")
        ORANGE = "orange", _("Critical")
        RED = "red", _("Churn risk")
        UNKNOWN = "unknown", _("Not enough data")

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True, default="", db_default="")
    segment = models.ForeignKey(
        Segment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts",
    )
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts"
    )
    seats = models.PositiveIntegerField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts_owned",
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts"
    )
    timezone = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        validators=[validate_timezone],
    )
    industry = models.CharField(max_length=120, blank=True, default="", db_default="")
    country = models.CharField(max_length=60, blank=True, default="", db_default="")
    employees = models.PositiveIntegerField(null=True, blank=True)
    stage = models.CharField(
        max_length=20,
        choices=Stage.choices,
        default=Stage.ONBOARDING,
        db_default=Stage.ONBOARDING,
    )
    stage_since = models.DateField(null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
    )
    tags = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        db_default=models.Value([], ArrayField(models.CharField(max_length=60))),
    )
    custom = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    first_seen_on = models.DateField(help_text=_("Day on which the customer began."))
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    version = models.PositiveIntegerField(default=1, db_default=1)

    # Written by other rooms through accounts.services.
    mrr_amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, db_default=0
    )
    arr_amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, db_default=0
    )
    arr_currency = models.CharField(max_length=3, default="EUR", db_default="EUR")
    licensed_seats = models.PositiveIntegerField(null=True, blank=True)
    renewal_on = models.DateField(null=True, blank=True)
    has_subscription = models.BooleanField(default=False, db_default=False)
    is_churned = models.BooleanField(default=False, db_default=False)
    last_touch_at = models.DateTimeField(null=True, blank=True)
    last_active_on = models.DateField(null=True, blank=True)
    health_score = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    health_band = models.CharField(
        max_length=8,
        choices=Band.choices,
        default=Band.UNKNOWN,
        db_default=Band.UNKNOWN,
    )
    health_coverage = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    health_change_30d = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    health_band_30d = models.CharField(
        max_length=8, choices=Band.choices, blank=True, default="", db_default=""
    )
    health_reason = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )
    health_weeks = ArrayField(
        models.DecimalField(max_digits=4, decimal_places=1, null=True),
        default=list,
        blank=True,
        db_default=models.Value(
            [],
            ArrayField(models.DecimalField(max_digits=4, decimal_places=1, null=True)),
        ),
        help_text=_("Weekly scores, oldest first, at most 12."),
    )
    health_day = models.DateField(null=True, blank=True)
    is_health_by_hand = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Whether score or band is set by hand at the moment."),
    )
    health_computed_score = models.DecimalField(
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("What the scorecard gives while the shown score is set by hand."),
    )

    search = models.GeneratedField(
        expression=SearchVector("name", "domain", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = AccountQuerySet.as_manager()

    MERGE = {"parent": Move(), "merged_into": Move()}

    class Meta:
        ordering = ["name"]
        indexes = [
            GinIndex("search", name="account_search"),
            GinIndex("tags", name="account_tags"),
            models.Index("owner", "health_score", "id", name="account_owner_score"),
            models.Index(
                "health_band", "health_score", "id", name="account_band_score"
            ),
            models.Index("health_score", "id", name="account_score"),
            models.Index(Lower("name"), "id", name="account_name_lower"),
            models.Index("arr_amount", "id", name="account_arr"),
            models.Index("renewal_on", "id", name="account_renewal"),
            models.Index("health_change_30d", "id", name="account_change"),
            models.Index("updated_at", "id", name="account_updated"),
            models.Index("domain", name="account_domain"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    stage__in=[
                        "onboarding",
                        "adoption",
                        "value_realisation",
                        "expansion",
                        "advocacy",
                        "renewal",
                        "at_risk",
                        "churned",
                        "won_back",
                    ]
                ),
                name="account_stage_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    health_band__in=["green", "yellow", "orange", "red", "unknown"]
                ),
                name="account_band_known",
            ),
            models.CheckConstraint(
                condition=models.Q(health_score__isnull=True)
                | models.Q(health_score__range=(0, 100)),
                name="account_score_range",
            ),
            models.CheckConstraint(
                condition=models.Q(mrr_amount__gte=0, arr_amount__gte=0),
                name="account_revenue_not_negative",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="account_not_own_parent",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""), name="account_name_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse an account that stands above itself."""
        above = self.parent
        while above is not None:
            if above.pk == self.pk:
                raise ValidationError(
                    {"parent": _("An account cannot be above itself.")}
                )
            above = above.parent


class AccountExternalId(models.Model):
    """The name of an account in another system; an account may have several."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="external_ids"
    )
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["source", "external_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="account_external_id_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"


class AccountTerms(models.Model):
    """The seats and plan an account had from one day until (not including) another.

    The first interval has no start: what we learnt first holds for all time before.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="terms_history"
    )
    seats = models.PositiveIntegerField(null=True, blank=True)
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    MERGE = {"account": Whole()}

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(valid_to__isnull=True),
                name="account_terms_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="account_terms_interval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} from {self.valid_from}"
