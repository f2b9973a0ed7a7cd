"""Deciding about recommendations: accepted ones become tasks, others say why not."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from events.services import Actor, record_event
from health.models import RecommendationDecision, RecommendationOutcome
from health.queries.recommendations import OpenRecommendation, recommendations_for
from organisation.models import User
from playbooks.models import Task, TaskOrigin
from playbooks.services import create_task, remove_task

_TITLE = 200


class NotRecommended(Exception):
    """This is not, or no longer, recommended for the account."""


@transaction.atomic
def accept_recommendation(
    account: Account,
    *,
    dimension: str,
    by: Actor | None,
    action: str = "",
    due_on: date | None = None,
    owner: User | None = None,
) -> Task:
    """Make a task of what is recommended for a dimension; the decision is kept.

    ``action`` guards against a scorecard that says something else meanwhile. Raises
    NotRecommended, and ValidationError for an owner who may not see the account.
    """
    found, now = _open(account, dimension, action), timezone.now()
    task = create_task(
        by=by,
        title=found.action[:_TITLE],
        account=account,
        due_on=due_on,
        owner=owner,
        note="\n".join(filter(None, (found.why, found.expected_effect))),
        origin=TaskOrigin.RECOMMENDATION,
        playbook=found.playbook[:120],
    )
    _decide(account, found, RecommendationOutcome.ACCEPTED, by, now, task=task)
    return task


@transaction.atomic
def dismiss_recommendation(
    account: Account, *, dimension: str, by: Actor | None, reason: str, action: str = ""
) -> RecommendationDecision:
    """Say why nothing is to be done; it stays away for 30 days.

    Raises NotRecommended, and ValidationError without a reason.
    """
    said = " ".join(reason.split())
    if not said:
        raise ValidationError({"reason": _("Say why this does not help here.")})
    found = _open(account, dimension, action)
    return _decide(
        account, found, RecommendationOutcome.DISMISSED, by, timezone.now(), reason=said
    )


@transaction.atomic
def undo_decision(
    decision: RecommendationDecision, *, by: Actor | None
) -> RecommendationDecision:
    """Take a decision back; its task goes, unless somebody has done it already."""
    rows = RecommendationDecision.objects.select_for_update(of=("self",))
    current = rows.select_related("account", "task").get(pk=decision.pk)
    if current.undone_at is not None:
        return current
    current.undone_at = timezone.now()
    current.save(update_fields=["undone_at", "updated_at"])
    if current.task is not None and current.task.done_at is None:
        remove_task(current.task, by=by)
    _record("recommendation_undone", current, by)
    return current


def _open(account: Account, dimension: str, action: str) -> OpenRecommendation:
    """The recommendation somebody decides about, while no one else can."""
    locked = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    for found in recommendations_for(locked):
        if found.dimension == dimension and action in ("", found.action):
            return found
    raise NotRecommended(_("This is no longer recommended."))


def _decide(
    account: Account,
    found: OpenRecommendation,
    outcome: str,
    by: Actor | None,
    now: datetime,
    *,
    reason: str = "",
    task: Task | None = None,
) -> RecommendationDecision:
    decision = RecommendationDecision(
        account=account,
        dimension=found.dimension,
        action=found.action,
        outcome=outcome,
        reason=reason,
        dimension_score=round(found.score, 1),
        decided_at=now,
        decided_by_id=getattr(by, "pk", None),
        task=task,
    )
    decision.full_clean(validate_constraints=False)
    decision.save()
    decision.refresh_from_db()
    _record(f"recommendation_{outcome}", decision, by)
    return decision


def _record(kind: str, decision: RecommendationDecision, by: Actor | None) -> None:
    record_event(
        kind,
        by=by,
        subject=decision.account,
        account_id=decision.account_id,
        data={
            "dimension": decision.dimension,
            "action": decision.action,
            "reason": decision.reason,
        },
    )
