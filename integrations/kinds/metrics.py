"""Custom metrics: numbers per account that other systems know."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Field, Job, Kind
from integrations.kinds.shared import ACCOUNT, ACCOUNT_ID, ACCOUNT_NAME, external_id
from usage.bulk import upsert_metric_values


def _upsert(job: Job) -> None:
    upsert_metric_values(job.stage)


METRICS = Kind(
    key="metrics",
    label=_("Metric values"),
    hint=_("One row per account, metric and time. New metrics are made."),
    fields=(
        external_id("value_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        Field(
            "metric", "text", _("Metric"), True, max_length=120, aliases=("key", "name")
        ),
        Field("observed_at", "instant", _("Time"), True, aliases=("date", "timestamp")),
        Field("value", "number", _("Value"), True),
        Field("target", "number", _("Target"), aliases=("goal",)),
    ),
    upsert=_upsert,
    parents=(ACCOUNT,),
    requires_one_of=(("account_external_id",),),
    natural_key=("account_external_id", "metric", "observed_at"),
    day="s.observed_at::date",
    extra_columns={"metric_id": "bigint"},
)
