"""People at accounts and the touchpoints with them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from core.merging import Combine, Move
from core.models import Record, Sourced, sourced_unique


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
