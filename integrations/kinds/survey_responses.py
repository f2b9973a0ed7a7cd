"""Survey responses: what customers answered, on which scale, in which words."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Field, Job, Kind
from integrations.kinds.shared import (
    ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_NAME,
    ACCOUNT_OR_CONTACT,
    CONTACT,
    CONTACT_ID,
    CONTACT_NAME,
    external_id,
)
from surveys.bulk import settle_surveys, upsert_survey_responses
from surveys.models import Survey


def _prepare(job: Job) -> None:
    settle_surveys(job.stage)


def _upsert(job: Job) -> None:
    upsert_survey_responses(job.stage, by=job.by)


SURVEY_RESPONSES = Kind(
    key="survey_responses",
    label=_("Survey responses"),
    hint=_("One row per answer; say which survey or which kind it was."),
    fields=(
        external_id("response_id", "survey_response_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        CONTACT_ID,
        CONTACT_NAME,
        Field("survey", "text", _("Survey"), max_length=120, aliases=("survey_name",)),
        Field("survey_kind", "choice", _("Kind"), choices=tuple(Survey.Kind.values)),
        Field(
            "score", "integer", _("Score"), minimum=0, maximum=10, aliases=("rating",)
        ),
        Field(
            "comment", "text", _("Comment"), max_length=10_000, aliases=("verbatim",)
        ),
        Field("sentiment", "sentiment", "", beside="comment"),
        Field(
            "responded_at",
            "instant",
            _("Answered"),
            True,
            aliases=("date", "timestamp"),
        ),
        Field("invited_at", "instant", _("Asked"), aliases=("asked_at", "sent_at")),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=(ACCOUNT, CONTACT),
    requires_one_of=(
        ACCOUNT_OR_CONTACT,
        ("survey", "survey_kind"),
        ("score", "comment"),
    ),
    day="s.responded_at::date",
    extra_columns={"survey_id": "bigint", "invitation_id": "bigint"},
)
