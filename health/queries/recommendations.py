"""What the scorecard recommends for one account now, and what people made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from core.formatting import number, score
from core.numbers import round_half_up
from health.definition import Definition, parse_definition
from health.models import (
    RecommendationDecision,
    RecommendationOutcome,
    ScorecardVersion,
    Snapshot,
)
from health.queries.snapshots import latest_snapshot
from health.scoring import recommendations

#: Nobody hears the same advice again for this long after saying no, or after doing it.
QUIET = timedelta(days=30)
SHOWN_DECISIONS = 5


@dataclass(frozen=True)
class OpenRecommendation:
    """An action for a dimension below its threshold that nobody has decided about."""

    dimension: str
    label: str
    score: float
    below: float
    priority: str
    action: str
    expected_effect: str
    playbook: str

    @property
    def why(self) -> str:
        """The reason in words: "Usage is at 52.0, below 60."."""
        return _("%(dimension)s is at %(score)s, below %(limit)s.") % {
            "dimension": self.label,
            "score": score(self.score),
            "limit": number(self.below, 0 if self.below == int(self.below) else 1),
        }


def recommendations_for(
    account: Account, *, snapshot: Snapshot | None = None, now: datetime | None = None
) -> list[OpenRecommendation]:
    """What to do for an account, most urgent first.

    Dimension scores are those of the newest snapshot; thresholds and actions those of
    the scorecard as it is published now. Left out is what has become a task that is
    still open, and for 30 days what was done or dismissed. No data, no advice; and none
    for customers who have left.
    """
    newest = snapshot or latest_snapshot(account)
    is_gone = account.archived_at is not None or account.is_churned
    if newest is None or is_gone:
        return []
    quiet = _quiet(account, now or timezone.now())
    found = _advised(newest)
    return [each for each in found if (each.dimension, each.action) not in quiet]


def recent_decisions(account: Account) -> QuerySet[RecommendationDecision]:
    """What people decided lately and nobody took back, the newest first."""
    found = RecommendationDecision.objects.filter(account=account)
    return found.filter(
        undone_at__isnull=True, decided_at__gt=timezone.now() - QUIET
    ).select_related("decided_by", "task")[:SHOWN_DECISIONS]


def _advised(snapshot: Snapshot) -> list[OpenRecommendation]:
    definition = _published_definition(snapshot)
    scores = _dimension_scores(snapshot)
    dimensions = {dimension.key: dimension for dimension in definition.dimensions}
    found = []
    for advice in recommendations(definition, scores):
        dimension, value = dimensions[advice.dimension], scores[advice.dimension]
        chosen = None if value is None else dimension.recommendation_for(value)
        if value is None or chosen is None or chosen.below is None:
            # What is said "otherwise" is praise, not something to do.
            continue
        found.append(
            OpenRecommendation(
                dimension=advice.dimension,
                label=dimension.label,
                score=value,
                below=chosen.below,
                priority=advice.priority,
                action=advice.action,
                expected_effect=advice.expected_effect,
                playbook=advice.playbook,
            )
        )
    return found


def _published_definition(snapshot: Snapshot) -> Definition:
    """The snapshot's scorecard as it is published now, else as it was then."""
    newest = (
        ScorecardVersion.objects.filter(
            scorecard=snapshot.version.scorecard_id,
            status=ScorecardVersion.Status.PUBLISHED,
        )
        .exclude(pk=snapshot.version_id)
        .first()
    )
    return parse_definition((newest or snapshot.version).definition)


def _dimension_scores(snapshot: Snapshot) -> dict[str, float | None]:
    """Dimension scores as shown, with one decimal."""
    definition = parse_definition(snapshot.version.definition)
    keys = [dimension.key for dimension in definition.dimensions]
    pairs = zip(keys, snapshot.detail["dims"], strict=True)
    return {key: None if v is None else round_half_up(v) for key, v in pairs}


def _quiet(account: Account, now: datetime) -> set[tuple[str, str]]:
    """Advice that was decided about and is not to be repeated yet."""
    since = now - QUIET
    task_open = Q(task__done_at__isnull=True, task__removed_at__isnull=True)
    accepted = Q(outcome=RecommendationOutcome.ACCEPTED, task__isnull=False) & (
        task_open | Q(task__removed_at__isnull=True, task__done_at__gt=since)
    )
    dismissed = Q(outcome=RecommendationOutcome.DISMISSED, decided_at__gt=since)
    found = RecommendationDecision.objects.filter(account=account)
    rows = found.filter(accepted | dismissed, undone_at__isnull=True)
    return set(rows.values_list("dimension", "action"))
