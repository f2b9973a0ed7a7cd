"""Churn events: losses as a source recorded them."""

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
from revenue.bulk import upsert_churns
from revenue.models import ChurnEvent


def _prepare(job: Job) -> None:
    job.stage.run(
        "UPDATE {s} SET currency = COALESCE(currency, lost_currency, refund_currency, "
        "CASE WHEN COALESCE(amount_lost, refund) IS NOT NULL THEN %(ours)s END) "
        "WHERE outcome IS NULL",
        {"ours": job.currency},
    )
    job.stage.reject(
        "COALESCE(s.lost_currency, s.currency) <> s.currency "
        "OR COALESCE(s.refund_currency, s.currency) <> s.currency",
        column="currency",
        value="s.currency",
        reason="An amount is written in another currency than the row's.",
    )


def _upsert(job: Job) -> None:
    upsert_churns(job.stage, by=job.by)


CHURNS = Kind(
    key="churns",
    label=_("Churn events"),
    hint=_("One row per customer that left or pays less."),
    fields=(
        external_id("churn_event_id", "churn_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        SUBSCRIPTION_ID,
        Field("kind", "choice", _("Kind"), choices=tuple(ChurnEvent.Kind.values)),
        Field("churned_on", "date", _("Day"), True, aliases=("churn_date", "date")),
        Field("amount_lost", "money", _("Amount lost")),
        Field("lost_currency", "currency", "", beside="amount_lost"),
        Field("refund", "money", _("Refund"), aliases=("refund_amount",)),
        Field("refund_currency", "currency", "", beside="refund"),
        Field("currency", "currency", _("Currency")),
        Field(
            "reasons",
            "list",
            _("Reasons"),
            max_length=120,
            maximum=3,
            aliases=("reason",),
        ),
        Field("is_reactivation", "flag", _("Came back")),
        Field(
            "notes", "text", _("Notes"), max_length=10_000, aliases=("feedback_text",)
        ),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=(ACCOUNT, SUBSCRIPTION),
    requires_one_of=(ACCOUNT_OR_SUBSCRIPTION,),
    checks=(
        Check(
            column="churned_on",
            reason="The account has an active subscription on the day it churned.",
            where=(
                "COALESCE(s.kind, 'full') = 'full' AND EXISTS ("
                "SELECT 1 FROM revenue_subscription r "
                "WHERE r.account_id = s.account_id AND r.start_on <= s.churned_on "
                "AND (r.end_on IS NULL OR r.end_on > s.churned_on))"
            ),
            value="s.churned_on::text",
        ),
        Check(
            column="churned_on",
            reason="The account churned before it was first seen.",
            where="s.churned_on < a.first_seen_on",
            value="s.churned_on::text",
            joins="JOIN accounts_account a ON a.id = s.account_id",
        ),
    ),
    day="s.churned_on",
)
