"""The record of runs, for administrators."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.models import Account
from core.paging import Order, Page, keyset_page
from health.models import HealthRun, HealthRunError
from organisation.models import User

BY_START = Order("started", "started_at", is_descending=True, is_nullable=False)
_AFTER_CHANGE = Q(trigger=HealthRun.Trigger.EVENT, account_ids__isnull=False)
# A run stops long before it has noted this many broken accounts.
MOST_ERRORS = 200


def run_page(
    *, after: str = "", before: str = "", is_after_change: bool = False
) -> Page[HealthRun]:
    """One page of runs, the newest first.

    Runs of some accounts after a change are many; they stand on a page of their own,
    save those in which something broke.
    """
    runs = _runs().filter(_AFTER_CHANGE) if is_after_change else _others()
    return keyset_page(runs, order=BY_START, after=after, before=before)


def is_any_running(*, is_after_change: bool = False) -> bool:
    """Whether a run of this page waits or works now."""
    runs = _runs().filter(_AFTER_CHANGE) if is_after_change else _others()
    return runs.filter(status=HealthRun.Status.RUNNING).exists()


def run_by_id(public_id: UUID) -> HealthRun | None:
    """One run, with who started it and how long it took."""
    return _runs().filter(public_id=public_id).first()


def account_errors(run: HealthRun, user: User) -> list[HealthRunError]:
    """The accounts a run could not score, as far as this person may see them."""
    rows = HealthRunError.objects.filter(run=run).select_related("account")
    seen = rows.filter(account__in=Account.objects.visible_to(user))
    return list(seen.order_by("account__name", "pk")[:MOST_ERRORS])


def _others() -> QuerySet[HealthRun]:
    is_fine = Q(errors=0) & ~Q(status=HealthRun.Status.FAILED)
    return _runs().exclude(_AFTER_CHANGE & is_fine)


def _runs() -> QuerySet[HealthRun]:
    took = F("finished_at") - F("started_at")
    runs = HealthRun.objects.select_related("started_by").defer("account_ids")
    return runs.annotate(took=took)
