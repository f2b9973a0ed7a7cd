"""A log of ticket states, folded: the last row is the ticket, the others its past."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Field, Job, Kind
from integrations.kinds.tickets import TICKET_CHECKS, TICKET_FIELDS, TICKET_PARENTS
from tickets.bulk import fold_ticket_events, upsert_tickets


def _prepare(job: Job) -> None:
    fold_ticket_events(job.stage, order_by=job.order_columns)
    job.stage.run(
        "UPDATE {s} SET csat_at = COALESCE("
        "csat_at, closed_at, resolved_at, changed_at) "
        "WHERE outcome IS NULL AND csat IS NOT NULL"
    )


def _upsert(job: Job) -> None:
    upsert_tickets(job.stage, by=job.by, custom=job.custom)


TICKET_EVENTS = Kind(
    key="ticket_events",
    label=_("Ticket event log"),
    hint=_("Many rows per ticket, one for each change of state."),
    fields=(
        Field(
            "external_id", "id", _("Ticket id"), aliases=("id", "ticket_id", "number")
        ),
        Field("number", "id", _("Number"), max_length=40),
        *TICKET_FIELDS,
        Field(
            "changed_at",
            "instant",
            _("Changed at"),
            aliases=("updated_at", "sys_updated_at", "timestamp"),
        ),
    ),
    prepare=_prepare,
    upsert=_upsert,
    parents=TICKET_PARENTS,
    id_required=True,
    folds=True,
    checks=TICKET_CHECKS,
    day="s.opened_at::date",
    custom_target="ticket",
    extra_columns={"history": "jsonb"},
)
