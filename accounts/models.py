"""Accounts and the configuration around them: plans, segments, custom fields."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.querysets import AccountQuerySet
from core.merging import Combine, Move, Whole
from core.models import Record, Sourced, sourced_unique
from organisation.models import Team, validate_timezone


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
    """A custom field is a typed extra value that accounts or contacts may carry."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("Choice")

    class Target(models.TextChoices):
        ACCOUNT = "account", _("Account")
        CONTACT = "contact", _("Contact")

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


class Contact(Record, Sourced):
    """A contact is a person at an account."""

    class Sentiment(models.TextChoices):
        POSITIVE = "positive", _("Positive")
        NEUTRAL = "neutral", _("Neutral")
        NEGATIVE = "negative", _("Negative")

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="contacts"
    )
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True, default="", db_default="")
    title = models.CharField(max_length=120, blank=True, default="", db_default="")
    phone = models.CharField(max_length=60, blank=True, default="", db_default="")
    sentiment = models.CharField(
        max_length=8, choices=Sentiment.choices, blank=True, default="", db_default=""
    )
    is_opted_out_email = models.BooleanField(default=False, db_default=False)
    is_opted_out_surveys = models.BooleanField(default=False, db_default=False)
    left_on = models.DateField(null=True, blank=True)
    custom = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    search = models.GeneratedField(
        expression=SearchVector("name", "email", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["name"]
        indexes = [
            GinIndex("search", name="contact_search"),
            models.Index(Lower("email"), name="contact_email_lower"),
        ]
        constraints = [
            sourced_unique("contact_source_id_unique"),
            models.CheckConstraint(
                condition=models.Q(
                    sentiment__in=["", "positive", "neutral", "negative"]
                ),
                name="contact_sentiment_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""), name="contact_name_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactRole(models.Model):
    """A role a contact held from one day until (not including) another."""

    class Role(models.TextChoices):
        KEY_CONTACT = "key_contact", _("Key contact")
        CHAMPION = "champion", _("Champion")
        EXECUTIVE_SPONSOR = "executive_sponsor", _("Executive sponsor")
        DECISION_MAKER = "decision_maker", _("Decision maker")
        USER = "user", _("User")
        DETRACTOR = "detractor", _("Detractor")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=Role.choices)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    # Of two current intervals of one role the longer known one stands.
    MERGE = {
        "contact": Combine(
            by=("role",),
            where="{row}.valid_to IS NULL",
            columns={
                "valid_from": "CASE WHEN s.valid_from IS NULL OR d.valid_from IS NULL"
                " THEN NULL ELSE LEAST(s.valid_from, d.valid_from) END"
            },
        )
    }

    class Meta:
        ordering = ["role"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "role"],
                condition=models.Q(valid_to__isnull=True),
                name="contact_role_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="contact_role_interval",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    role__in=[
                        "key_contact",
                        "champion",
                        "executive_sponsor",
                        "decision_maker",
                        "user",
                        "detractor",
                    ]
                ),
                name="contact_role_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class Touchpoint(Record, Sourced):
    """A touchpoint is one meeting, call or message with people at an account."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("Meeting")
        CALL = "call", _("Call")
        EMAIL = "email", _("E-mail")
        CHAT = "chat", _("Chat")
        ON_SITE = "on_site", _("On-site visit")
        WEBINAR = "webinar", _("Webinar")

    #: Kinds that count as meetings in health sources.
    MEETING_KINDS = ("meeting", "call", "on_site", "webinar")

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="touchpoints"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    happened_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True, default="", db_default="")
    notes = models.TextField(blank=True, default="", db_default="")
    next_steps = models.TextField(blank=True, default="", db_default="")
    sentiment = models.CharField(
        max_length=8,
        choices=Contact.Sentiment.choices,
        blank=True,
        default="",
        db_default="",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="touchpoints",
    )
    contacts = models.ManyToManyField(Contact, blank=True, related_name="touchpoints")

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["-happened_at"]
        indexes = [
            models.Index(
                fields=["account", "-happened_at"], name="touchpoint_account_time"
            ),
            models.Index("happened_at", name="touchpoint_time"),
        ]
        constraints = [
            sourced_unique("touchpoint_source_id_unique"),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["meeting", "call", "email", "chat", "on_site", "webinar"]
                ),
                name="touchpoint_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.get_kind_display()
