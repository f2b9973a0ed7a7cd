"""Usage events: single things product users did."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Field, Job, Kind
from integrations.kinds.shared import (
    ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_NAME,
    ACCOUNT_OR_SUBSCRIPTION,
    SUBSCRIPTION,
    SUBSCRIPTION_ID,
)
from usage.bulk import upsert_usage_events


def _prepare(job: Job) -> None:
    """Each month of events is a table of its own, so absurd times are refused."""
    job.stage.reject(
        "s.occurred_at < '1990-01-01' OR s.occurred_at >= '2100-01-01'",
        column="occurred_at",
        value="s.occurred_at::text",
        reason="The time lies outside the years 1990 to 2099.",
    )


def _upsert(job: Job) -> None:
    upsert_usage_events(job.stage, zone=job.organisation_zone)


USAGE_EVENTS = Kind(
    key="usage_events",
    label=_("Usage events"),
    hint=_("One row per thing somebody did in the product."),
    fields=(
        Field("external_id", "id", _("Id"), aliases=("event_id", "message_id")),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        SUBSCRIPTION_ID,
        Field(
            "occurred_at",
            "instant",
            _("Time"),
            True,
            aliases=("timestamp", "time", "event_time", "date"),
        ),
        Field(
            "name", "text", _("Event"), max_length=120, aliases=("event", "event_name")
        ),
        Field(
            "product_user",
            "id",
            _("Product user"),
            aliases=("user", "user_id", "login"),
        ),
        Field(
            "feature", "text", _("Feature"), max_length=120, aliases=("feature_name",)
        ),
        Field("is_session_start", "flag", _("Starts a session")),
        Field("quantity", "integer", _("Quantity"), minimum=1, aliases=("count",)),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=(ACCOUNT, SUBSCRIPTION),
    requires_one_of=(ACCOUNT_OR_SUBSCRIPTION,),
    day="s.occurred_at::date",
)
