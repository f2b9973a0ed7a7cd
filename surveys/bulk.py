"""Survey responses in bulk, with the surveys and invitations they belong to."""

from __future__ import annotations

from core.staging import Stage, Target, upsert
from events.bulk import record_staged_events
from events.services import Actor
from surveys.models import SCALES, Survey

_KEY = (
    "left(trim(BOTH '-' FROM regexp_replace("
    "lower(COALESCE(s.survey, s.survey_kind)), '[^a-z0-9_]+', '-', 'g')), 60)"
)
_NAMED = " ".join(f"WHEN '{kind}' THEN '{kind}'" for kind in Survey.Kind.values)
_SURVEYS = f"""
INSERT INTO surveys_survey (key, name, kind)
SELECT DISTINCT ON (key) key, left(COALESCE(survey, upper(survey_kind)), 120), kind
FROM (
    SELECT {_KEY} AS key, s.survey, s.survey_kind, s.row_no,
           COALESCE(s.survey_kind, CASE lower(s.survey) {_NAMED} END) AS kind
    FROM {{s}} s WHERE s.outcome IS NULL
) named WHERE key <> '' AND kind IS NOT NULL ORDER BY key, row_no
ON CONFLICT DO NOTHING
"""
_SURVEY_IDS = f"""
UPDATE {{s}} s SET survey_id = v.id, survey_kind = v.kind FROM surveys_survey v
WHERE s.outcome IS NULL AND v.key = {_KEY}
"""


def settle_surveys(stage: Stage) -> None:
    """Fill ``survey_id``, making surveys whose kind is known; check the scale.

    A survey that exists is known by its key and keeps its kind.
    """
    stage.run(_SURVEYS)
    stage.run(_SURVEY_IDS)
    stage.reject(
        "s.survey_id IS NULL",
        column="survey",
        value="s.survey",
        reason="No survey is called this, and the row does not say its kind.",
    )
    for kind, (low, high) in SCALES.items():
        stage.reject(
            f"s.survey_kind = '{kind}' AND s.score NOT BETWEEN {low} AND {high}",
            column="score",
            value="s.score::text",
            reason=f"The score of this survey goes from {low} to {high}.",
        )


_FIND = """
UPDATE {s} s SET target_id = t.id, invitation_id = t.invitation_id
FROM surveys_surveyresponse t
WHERE s.outcome IS NULL AND t.source = %(source)s AND t.external_id = s.row_key
"""
_INVITATION_IDS = """
UPDATE {s} s SET invitation_id = i.id FROM surveys_surveyinvitation i
WHERE s.outcome IS NULL AND s.invited_at IS NOT NULL
  AND i.source = %(source)s AND i.external_id = s.row_key
"""
_INVITATIONS = """
INSERT INTO surveys_surveyinvitation
    (survey_id, account_id, contact_id, asked_at, source, external_id)
SELECT s.survey_id, s.account_id, s.contact_id, s.invited_at, %(source)s, s.row_key
FROM {s} s WHERE s.outcome IS NULL AND s.invited_at IS NOT NULL
  AND s.invitation_id IS NULL
"""


def upsert_survey_responses(stage: Stage, *, by: Actor | None) -> None:
    """Create or update responses; a row with ``invited_at`` brings its invitation."""
    stage.run(_FIND)
    if stage.has("invited_at"):
        stage.run(_INVITATION_IDS)
        stage.run(_INVITATIONS)
        stage.run(_INVITATION_IDS)
    columns = {
        "survey_id": "s.survey_id",
        "account_id": "s.account_id",
        "responded_at": "s.responded_at",
        "invitation_id": "s.invitation_id",
    }
    if stage.has("contact_external_id"):
        columns["contact_id"] = "s.contact_id"
    if stage.has("score"):
        columns["score"] = "s.score"
    if stage.has("comment"):
        columns["comment"] = "COALESCE(s.comment, '')"
        columns["sentiment"] = "s.sentiment"
    upsert(
        stage,
        Target(
            "surveys_surveyresponse",
            columns,
            on_insert={"source": "%(source)s", "external_id": "s.row_key"},
            on_update={"updated_at": "now()"},
        ),
    )
    record_staged_events(
        stage,
        kinds={"created": "survey_answered", "updated": "survey_answer_updated"},
        by=by,
        subject_type="surveys.surveyresponse",
        label="COALESCE(s.survey, upper(s.survey_kind))",
        happened_at="s.responded_at",
        data="jsonb_build_object('kind', s.survey_kind, 'score', s.score)",
    )
