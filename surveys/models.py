"""Surveys, who was asked, and what they answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from core.merging import Move
from core.models import Record, Sourced, sourced_unique


class Survey(Record):
    """A survey is a question on a fixed scale. Its kind decides scale and formula."""

    class Kind(models.TextChoices):
        NPS = "nps", _("NPS, 0 to 10")
        CSAT = "csat", _("Satisfaction, 1 to 5")
        CES = "ces", _("Effort, 1 to 7")
        PRODUCT = "product", _("Product satisfaction, 1 to 5")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["nps", "csat", "ces", "product"]),
                name="survey_kind_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


#: Lowest and highest answer per survey kind.
SCALES: dict[str, tuple[int, int]] = {
    "nps": (0, 10),
    "csat": (1, 5),
    "ces": (1, 7),
    "product": (1, 5),
}


class SurveyInvitation(Record, Sourced):
    """A contact was asked to answer a survey."""

    survey = models.ForeignKey(
        Survey, on_delete=models.CASCADE, related_name="invitations"
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="survey_invitations"
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="survey_invitations",
    )
    asked_at = models.DateTimeField()

    MERGE = {"account": Move(), "contact": Move()}

    class Meta:
        indexes = [
            models.Index("account", "asked_at", name="invitation_account_time"),
            models.Index("asked_at", name="invitation_time"),
        ]
        constraints = [sourced_unique("invitation_source_id_unique")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.asked_at:%Y-%m-%d}"


class SurveyResponse(Record, Sourced):
    """A survey response is one answer: a number on the survey's scale and words.

    ``sentiment`` is the compound score of the words, −1 to 1.
    """

    survey = models.ForeignKey(
        Survey, on_delete=models.CASCADE, related_name="responses"
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="survey_responses"
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="survey_responses",
    )
    invitation = models.OneToOneField(
        SurveyInvitation,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="response",
    )
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True, default="", db_default="")
    sentiment = models.FloatField(null=True, blank=True)
    responded_at = models.DateTimeField()

    MERGE = {"account": Move(), "contact": Move()}

    class Meta:
        ordering = ["-responded_at"]
        indexes = [
            models.Index(
                fields=["account", "-responded_at"], name="response_account_time"
            ),
            models.Index("responded_at", name="response_time"),
        ]
        constraints = [
            sourced_unique("response_source_id_unique"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__lte=10),
                name="response_score_range",
            ),
            models.CheckConstraint(
                condition=models.Q(sentiment__isnull=True)
                | models.Q(sentiment__range=(-1, 1)),
                name="response_sentiment_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.score}"
