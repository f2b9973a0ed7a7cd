"""Daily usage: what a source counted per day already."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Check, Field, Job, Kind
from integrations.kinds.shared import (
    ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_NAME,
    ACCOUNT_OR_SUBSCRIPTION,
    SUBSCRIPTION,
    SUBSCRIPTION_ID,
    external_id,
)
from usage.bulk import upsert_daily_usage


def _upsert(job: Job) -> None:
    upsert_daily_usage(job.stage)


USAGE_DAILY = Kind(
    key="usage_daily",
    label=_("Daily usage"),
    hint=_("One row per account and day, and if you like per person or feature."),
    fields=(
        external_id("usage_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        SUBSCRIPTION_ID,
        Field("day", "date", _("Day"), True, aliases=("date", "usage_date")),
        Field(
            "product_user",
            "id",
            _("Product user"),
            aliases=("user", "user_id", "login"),
        ),
        Field(
            "feature", "text", _("Feature"), max_length=120, aliases=("feature_name",)
        ),
        Field("events", "integer", _("Events"), minimum=0, aliases=("count",)),
        Field("sessions", "integer", _("Sessions"), minimum=0, aliases=("logins",)),
        Field(
            "active_users", "integer", _("Active users"), minimum=0, aliases=("dau",)
        ),
        Field(
            "seconds", "integer", _("Seconds"), minimum=0, aliases=("duration_secs",)
        ),
        Field("errors", "integer", _("Errors"), minimum=0, aliases=("error_count",)),
    ),
    upsert=_upsert,
    parents=(ACCOUNT, SUBSCRIPTION),
    requires_one_of=(
        ACCOUNT_OR_SUBSCRIPTION,
        ("events", "sessions", "active_users", "seconds"),
    ),
    checks=(
        Check(
            column="day",
            reason="The usage lies before the subscription's start.",
            where="s.day < p.start_on",
            value="s.day::text",
            joins="JOIN revenue_subscription p ON p.id = s.subscription_id",
            needs=("subscription_external_id",),
        ),
    ),
    day="s.day",
)
