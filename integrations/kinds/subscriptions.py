"""Subscriptions: what accounts pay, from when until when."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Check, Field, Job, Kind
from integrations.kinds.shared import (
    ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_NAME,
    SMALL,
    external_id,
)
from revenue.bulk import upsert_subscriptions

_LIMIT = 999_999_999_999


def _prepare(job: Job) -> None:
    """One monthly amount and one currency per row, and only possible facts."""
    stage = job.stage
    stage.run(
        "UPDATE {s} SET mrr = round(COALESCE(mrr_amount, arr_amount / 12, 0), 2), "
        "currency = COALESCE(currency, mrr_currency, arr_currency, %(ours)s), "
        "is_trial = COALESCE(is_trial, false) WHERE outcome IS NULL",
        {"ours": job.currency},
    )
    stage.reject(
        "COALESCE(s.mrr_currency, s.currency) <> s.currency "
        "OR COALESCE(s.arr_currency, s.currency) <> s.currency",
        column="currency",
        value="s.currency",
        reason="The amount is written in another currency than the row's.",
    )
    stage.reject(
        "s.mrr_amount IS NULL AND s.arr_amount IS NULL AND NOT s.is_trial",
        column="mrr_amount",
        reason="The row has no amount.",
    )
    stage.reject(
        "s.is_trial AND s.mrr <> 0",
        column="mrr_amount",
        value="s.mrr::text",
        reason="A trial has no monthly amount.",
    )
    stage.reject(
        "s.end_on < s.start_on",
        column="end_on",
        value="s.end_on::text",
        reason="The end lies before the start.",
    )


def _upsert(job: Job) -> None:
    upsert_subscriptions(job.stage, today=job.today, by=job.by)


SUBSCRIPTIONS = Kind(
    key="subscriptions",
    label=_("Subscriptions"),
    hint=_("One row per contract line, with its monthly amount."),
    fields=(
        external_id("subscription_id", "contract_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        Field("plan", "text", _("Plan"), max_length=120, aliases=("plan_tier",)),
        Field("seats", "integer", _("Seats"), minimum=0, aliases=("quantity",)),
        Field("mrr_amount", "money", _("MRR"), minimum=0, maximum=_LIMIT),
        Field("mrr_currency", "currency", "", beside="mrr_amount"),
        Field("arr_amount", "money", _("ARR"), minimum=0, maximum=_LIMIT),
        Field("arr_currency", "currency", "", beside="arr_amount"),
        Field("currency", "currency", _("Currency")),
        Field(
            "start_on", "date", _("Start"), True, aliases=("start_date", "started_on")
        ),
        Field("end_on", "date", _("End"), aliases=("end_date", "ended_on")),
        Field("renews_on", "date", _("Renews on"), aliases=("renewal_date",)),
        Field("term_months", "integer", _("Term in months"), minimum=0, maximum=SMALL),
        Field("is_trial", "flag", _("Trial")),
        Field("is_auto_renew", "flag", _("Renews by itself"), aliases=("auto_renew",)),
        Field("overdue_since", "date", _("Payment overdue since")),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=(ACCOUNT,),
    requires_one_of=(("account_external_id",), ("mrr_amount", "arr_amount")),
    id_required=True,
    checks=(
        Check(
            column="start_on",
            reason="The subscription starts before the account was first seen.",
            where="s.start_on < a.first_seen_on",
            value="s.start_on::text",
            joins="JOIN accounts_account a ON a.id = s.account_id",
        ),
    ),
    day="s.start_on",
    extra_columns={"plan_id": "bigint", "mrr": "numeric"},
)
