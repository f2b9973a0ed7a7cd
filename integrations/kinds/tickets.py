"""Tickets as closed records: what was asked, when it was answered, how it went."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Check, Field, Job, Kind, Parent
from integrations.kinds.shared import (
    ACCOUNT_ID,
    ACCOUNT_NAME,
    CONTACT,
    CONTACT_ID,
    CONTACT_NAME,
    OPTIONAL_ACCOUNT,
    SMALL,
    SUBSCRIPTION,
    SUBSCRIPTION_ID,
    external_id,
)
from tickets.bulk import upsert_tickets
from tickets.models import Ticket

_MAX_HOURS = 24 * 3660

TICKET_FIELDS = (
    ACCOUNT_ID,
    ACCOUNT_NAME,
    SUBSCRIPTION_ID,
    CONTACT_ID,
    CONTACT_NAME,
    Field("subject", "text", _("Subject"), max_length=300, aliases=("title",)),
    Field(
        "description",
        "text",
        _("Description"),
        max_length=50_000,
        aliases=("body", "text", "message"),
    ),
    Field("category", "text", _("Category"), max_length=60),
    Field("channel", "choice", _("Channel"), choices=tuple(Ticket.Channel.values)),
    Field("status", "choice", _("Status"), choices=tuple(Ticket.Status.values)),
    Field("priority", "choice", _("Priority"), choices=tuple(Ticket.Priority.values)),
    Field("level", "integer", _("Support level"), minimum=1, maximum=4),
    Field("assignee", "text", _("Assignee"), max_length=254, aliases=("assigned_to",)),
    Field("team", "text", _("Team"), max_length=120, aliases=("assignment_group",)),
    Field(
        "opened_at",
        "instant",
        _("Opened"),
        True,
        aliases=("submitted_at", "created_at"),
    ),
    Field("first_responded_at", "instant", _("First answer")),
    Field("resolved_at", "instant", _("Resolved")),
    Field("closed_at", "instant", _("Closed")),
    Field("escalated_at", "instant", _("Escalated at")),
    Field("reopened_at", "instant", _("Reopened at")),
    Field("reopen_count", "integer", _("Times reopened"), minimum=0, maximum=SMALL),
    Field(
        "csat",
        "integer",
        _("Satisfaction, 1 to 5"),
        minimum=1,
        maximum=5,
        aliases=("satisfaction_score",),
    ),
    Field("csat_at", "instant", _("Satisfaction given")),
    Field("is_sla_met", "flag", _("SLA met"), aliases=("made_sla",)),
)
TICKET_PARENTS = (
    OPTIONAL_ACCOUNT,
    SUBSCRIPTION,
    CONTACT,
    Parent("user", "assignee", "assignee_id"),
    Parent("team", "team", "team_id"),
)
TICKET_CHECKS = (
    Check(
        column="opened_at",
        reason="The ticket was opened before the account was first seen.",
        where="(s.opened_at AT TIME ZONE %(zone)s)::date < a.first_seen_on",
        value="s.opened_at::text",
        joins="JOIN accounts_account a ON a.id = s.account_id",
    ),
    Check(
        column="first_responded_at",
        reason="The first answer lies after the resolution.",
        where="s.first_responded_at > COALESCE(s.resolved_at, s.closed_at)",
        value="s.first_responded_at::text",
    ),
    Check(
        column="resolved_at",
        reason="The resolution lies before the opening.",
        where="s.resolved_at < s.opened_at",
        value="s.resolved_at::text",
    ),
    Check(
        column="closed_at",
        reason="The closing lies before the opening.",
        where="s.closed_at < s.opened_at",
        value="s.closed_at::text",
    ),
    Check(
        column="resolved_at",
        reason="The ticket is closed but has no resolution.",
        where="s.closed_at IS NOT NULL AND s.resolved_at IS NULL",
        value="s.closed_at::text",
        needs=("resolved_at",),
    ),
)
# A duration stands for an instant; a flag for the instant we know to be nearest.
_INSTANTS = """
UPDATE {s} SET
    first_responded_at = COALESCE(first_responded_at,
        opened_at + first_response_minutes * interval '1 minute'),
    resolved_at = COALESCE(resolved_at,
        opened_at + resolution_hours * interval '1 hour')
WHERE outcome IS NULL
"""
_DERIVED = """
UPDATE {s} SET
    escalated_at = COALESCE(escalated_at, CASE WHEN is_escalated THEN opened_at END),
    reopened_at = COALESCE(reopened_at,
        CASE WHEN is_reopened THEN COALESCE(closed_at, resolved_at, opened_at) END),
    csat_at = CASE WHEN csat IS NOT NULL
        THEN COALESCE(csat_at, closed_at, resolved_at, opened_at) END,
    status = COALESCE(status, CASE WHEN closed_at IS NOT NULL THEN 'closed'
                                   WHEN resolved_at IS NOT NULL THEN 'resolved' END)
WHERE outcome IS NULL
"""


def _prepare(job: Job) -> None:
    job.stage.run(_INSTANTS)
    job.stage.run(_DERIVED)


def _upsert(job: Job) -> None:
    upsert_tickets(job.stage, by=job.by, custom=job.custom)


TICKETS = Kind(
    key="tickets",
    label=_("Tickets"),
    hint=_("One row per ticket, with its times."),
    fields=(
        external_id("ticket_id", "number"),
        Field("number", "id", _("Number"), max_length=40),
        *TICKET_FIELDS,
        Field(
            "first_response_minutes",
            "number",
            _("Minutes to first answer"),
            minimum=0,
            maximum=_MAX_HOURS * 60,
        ),
        Field(
            "resolution_hours",
            "number",
            _("Hours to resolution"),
            minimum=0,
            maximum=_MAX_HOURS,
        ),
        Field("is_escalated", "flag", _("Was escalated"), aliases=("escalated",)),
        Field("is_reopened", "flag", _("Was reopened"), aliases=("reopened",)),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=TICKET_PARENTS,
    natural_key=("number",),
    id_required=True,
    checks=TICKET_CHECKS,
    day="s.opened_at::date",
    custom_target="ticket",
)
