"""Somebody says that they deal with what on call was paged about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.services import record_event
from health.models import OnCallPage, PageEnd
from health.queries.on_call import may_acknowledge
from organisation.models import User


class CannotAcknowledge(ValueError):
    """Only who works on tickets or is on call speaks for those on call."""


@transaction.atomic
def acknowledge_page(
    page: OnCallPage, *, by: User, now: datetime | None = None
) -> OnCallPage:
    """Nobody is paged about it any more. What has ended stays as it ended.

    Raises CannotAcknowledge.
    """
    if not may_acknowledge(by):
        raise CannotAcknowledge(
            _("Only people on call, or who work on tickets, can acknowledge.")
        )
    at = now or timezone.now()
    is_ours = (
        OnCallPage.objects.open()
        .filter(pk=page.pk)
        .update(
            ended_at=at,
            ended_by=by,
            end_reason=PageEnd.ACKNOWLEDGED,
            next_at=None,
            updated_at=at,
        )
    )
    current = OnCallPage.objects.select_related("ticket", "ended_by").get(pk=page.pk)
    if is_ours:
        record_event(
            "ticket_page_acknowledged",
            by=by,
            subject=current.ticket,
            account_id=current.ticket.account_id,
            data={"pages": current.rounds},
            happened_at=now,
        )
    return current
