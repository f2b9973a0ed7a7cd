"""The record of runs, for administrators."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from accounts.models import Account
from core.paging import Order, Page, keyset_page
from health.models import HealthRun, HealthRunError
from organisation.models import User

BY_START = Order("started", "started_at", is_descending=True, is_nullable=False)
# A run stops long before it has noted this many broken accounts.
MOST_ERRORS = 200


def run_page(*, after: str = "", before: str = "") -> Page[HealthRun]:
    """One page of runs, the newest first."""
    return keyset_page(_runs(), order=BY_START, after=after, before=before)


def is_any_running() -> bool:
    """Whether a run waits or works now."""
    return HealthRun.objects.filter(status=HealthRun.Status.RUNNING).exists()


def run_by_id(public_id: UUID) -> HealthRun | None:
    """One run, with who started it and how long it took."""
    return _runs().filter(public_id=public_id).first()


def account_errors(run: HealthRun, user: User) -> list[HealthRunError]:
    """The accounts a run could not score, as far as this person may see them."""
    rows = HealthRunError.objects.filter(run=run).select_related("account")
    seen = rows.filter(account__in=Account.objects.visible_to(user))
    return list(seen.order_by("account__name", "pk")[:MOST_ERRORS])


def _runs() -> QuerySet[HealthRun]:
    took = F("finished_at") - F("started_at")
    runs = HealthRun.objects.select_related("started_by").defer("account_ids")
    return runs.annotate(took=took)
