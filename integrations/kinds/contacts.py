"""Contacts: the people at an account."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from accounts.people_bulk import upsert_contacts
from integrations.fields import Field, Job, Kind
from integrations.kinds.shared import ACCOUNT, ACCOUNT_ID, ACCOUNT_NAME, external_id

_KNOWN_ROLES = (
    "ARRAY['key_contact', 'champion', 'executive_sponsor', 'decision_maker', 'user', "
    "'detractor']"
)


def _prepare(job: Job) -> None:
    if not job.stage.has("roles"):
        return
    job.stage.run(
        "UPDATE {s} s SET roles = (SELECT array_agg(DISTINCT "
        "replace(replace(lower(role), ' ', '_'), '-', '_')) FROM unnest(s.roles) role) "
        "WHERE outcome IS NULL AND roles IS NOT NULL"
    )
    job.stage.reject(
        f"NOT s.roles <@ {_KNOWN_ROLES}",
        column="roles",
        value="array_to_string(s.roles, '; ')",
        reason="A role is not known; use key_contact, champion, executive_sponsor, "
        "decision_maker, user or detractor.",
    )


def _upsert(job: Job) -> None:
    upsert_contacts(job.stage, today=job.today, by=job.by, custom=job.custom)


CONTACTS = Kind(
    key="contacts",
    label=_("Contacts"),
    hint=_("One row per person at a customer."),
    fields=(
        external_id("contact_id", "person_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        Field("name", "text", _("Name"), True, aliases=("full_name", "contact_name")),
        Field(
            "email", "email", _("E-mail"), max_length=254, aliases=("e_mail", "mail")
        ),
        Field("title", "text", _("Title"), max_length=120, aliases=("job_title",)),
        Field("phone", "text", _("Phone"), max_length=60),
        Field(
            "sentiment",
            "choice",
            _("Sentiment"),
            choices=tuple(Contact.Sentiment.values),
        ),
        Field("roles", "list", _("Roles"), max_length=20, maximum=6, aliases=("role",)),
        Field("is_opted_out_email", "flag", _("No e-mails")),
        Field("is_opted_out_surveys", "flag", _("No surveys")),
        Field("left_on", "date", _("Left on")),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=(ACCOUNT,),
    requires_one_of=(("account_external_id",),),
    natural_key=("account_external_id", "email"),
    custom_target="contact",
)
