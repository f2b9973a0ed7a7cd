"""Touchpoints: meetings, calls and messages with people at an account."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Touchpoint
from accounts.people_bulk import upsert_touchpoints
from integrations.fields import Field, Job, Kind, Parent
from integrations.kinds.shared import (
    ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_NAME,
    ACCOUNT_OR_CONTACT,
    CONTACT,
    CONTACT_ID,
    CONTACT_NAME,
    SMALL,
    external_id,
)


def _upsert(job: Job) -> None:
    upsert_touchpoints(job.stage, by=job.by)


TOUCHPOINTS = Kind(
    key="touchpoints",
    label=_("Touchpoints"),
    hint=_("One row per meeting, call or message."),
    fields=(
        external_id("touchpoint_id", "meeting_id", "activity_id"),
        ACCOUNT_ID,
        ACCOUNT_NAME,
        CONTACT_ID,
        CONTACT_NAME,
        Field(
            "kind",
            "choice",
            _("Kind"),
            choices=tuple(Touchpoint.Kind.values),
            aliases=("type",),
        ),
        Field("happened_at", "instant", _("Time"), True, aliases=("date", "start")),
        Field("minutes", "integer", _("Minutes"), minimum=0, maximum=SMALL),
        Field("subject", "text", _("Subject"), aliases=("title",)),
        Field("notes", "text", _("Notes"), max_length=20_000),
        Field("next_steps", "text", _("Next steps"), max_length=20_000),
        Field(
            "sentiment",
            "choice",
            _("Sentiment"),
            choices=tuple(Contact.Sentiment.values),
        ),
        Field("person", "text", _("Our person"), max_length=254, aliases=("owner",)),
    ),
    upsert=_upsert,
    parents=(ACCOUNT, CONTACT, Parent("user", "person", "person_id")),
    requires_one_of=(ACCOUNT_OR_CONTACT,),
    day="s.happened_at::date",
)
