"""Accounts: who the customers are."""

from django.utils.translation import gettext_lazy as _

from accounts.bulk import upsert_accounts
from accounts.models import Account
from integrations.fields import Check, Field, Job, Kind, Parent
from integrations.kinds.shared import external_id
from revenue.bulk import begin_by_first_subscription


def _upsert(job: Job) -> None:
    begin_by_first_subscription(job.stage)
    upsert_accounts(job.stage, today=job.today, by=job.by, custom=job.custom)


ACCOUNTS = Kind(
    key="accounts",
    label=_("Accounts"),
    hint=_("One row per customer company."),
    fields=(
        external_id("account_id", "customer_id", "company_id"),
        Field("name", "text", _("Name"), True, aliases=("account_name", "company")),
        Field("domain", "text", _("Domain"), max_length=253, aliases=("website",)),
        Field("industry", "text", _("Industry"), max_length=120, aliases=("sector",)),
        Field("country", "text", _("Country"), max_length=60),
        Field("employees", "integer", _("Employees"), minimum=0),
        Field("seats", "integer", _("Seats"), minimum=0),
        Field("plan", "text", _("Plan"), max_length=120, aliases=("plan_tier",)),
        Field(
            "owner", "text", _("Owner"), max_length=254, aliases=("csm", "owner_email")
        ),
        Field("team", "text", _("Team"), max_length=120),
        Field("timezone", "zone", _("Time zone")),
        Field(
            "stage", "choice", _("Journey stage"), choices=tuple(Account.Stage.values)
        ),
        Field(
            "parent_external_id", "id", _("Parent account id"), aliases=("parent_id",)
        ),
        Field("tags", "list", _("Tags"), max_length=60),
        Field(
            "first_seen_on",
            "date",
            _("Customer since"),
            aliases=("signup_date", "created_at", "customer_since", "start_date"),
        ),
    ),
    upsert=_upsert,
    parents=(Parent("user", "owner", "owner_id"), Parent("team", "team", "team_id")),
    natural_key=("name",),
    checks=(
        Check(
            column="parent_external_id",
            reason="The parent account is not here; the account came in without it.",
            where="s.parent_external_id IS NOT NULL AND a.parent_id IS NULL",
            value="s.parent_external_id",
            joins="JOIN accounts_account a ON a.id = s.target_id",
            needs=("parent_external_id",),
        ),
    ),
    day="s.first_seen_on",
    custom_target="account",
    extra_columns={"plan_id": "bigint"},
)
