"""The same health, computed the way one would write it first: account by account.

Plain Django, one small query for each number. Kept as the reference that the
set-based engine is measured against; both must give the same results.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Avg, Sum

from accounts.models import Account, Contact, Touchpoint
from health.definition import Definition
from health.models import ScorecardVersion, Snapshot
from health.scoring import ENGINE_VERSION, Result, score_one
from surveys.models import SurveyResponse
from usage.models import AccountDay, FeatureWeek, Metric, MetricValue, UserWeek


def recompute_account_by_account(
    accounts: Iterable[Account],
    *,
    day: date,
    definition: Definition,
    version: ScorecardVersion,
) -> dict[int, Result]:
    """Score and store each account in turn."""
    results = {}
    for account in accounts:
        values = {
            key: value
            for key, value in read_values(account, day).items()
            if value is not None
        }
        result = score_one(definition, values)
        store(account, day, result, version)
        results[account.pk] = result
    return results


def read_values(account: Account, day: date) -> dict[str, float | None]:
    """The fifteen raw values of the Calculator scorecard."""
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    since_90 = end - timedelta(days=90)
    seats = licensed_seats(account, day)
    opened = account.tickets.filter(opened_at__gte=since_90, opened_at__lt=end)
    escalated = opened.filter(escalated_at__lt=end).count()
    resolved = account.tickets.filter(
        resolved_at__gte=since_90, resolved_at__lt=end
    ).values_list("opened_at", "resolved_at")
    hours = [(done - start).total_seconds() / 3600 for start, done in resolved]
    rating = account.tickets.filter(
        csat__isnull=False, csat_at__gte=since_90, csat_at__lt=end
    ).aggregate(mean=Avg("csat"))["mean"]
    month = account.tickets.filter(
        opened_at__gte=end - timedelta(days=30), opened_at__lt=end
    ).count()
    meetings = account.touchpoints.filter(
        kind__in=Touchpoint.MEETING_KINDS,
        happened_at__gte=since_90,
        happened_at__lt=end,
    ).count()
    return {
        "daily_active_user_rate": daily_active_user_rate(account, day, seats),
        "feature_adoption_rate": feature_adoption_rate(account, day),
        "weekly_logins_per_user": weekly_logins_per_user(account, day),
        "nps": nps(account, end),
        "support_satisfaction": None if rating is None else (rating - 1) / 4 * 100,
        "product_satisfaction": product_satisfaction(account, end),
        **{key: latest_metric(account, key, end) for key in METRICS},
        "meetings_per_quarter": meetings,
        "stakeholder_engagement": stakeholder_engagement(account, day, end),
        "tickets_per_user_month": month / seats if seats else None,
        "mean_resolution_hours": sum(hours) / len(hours) if hours else None,
        "escalation_rate": 100 * escalated / opened.count() if opened else None,
    }


METRICS = (
    "outcome_achievement",
    "roi_realisation",
    "efficiency_gain",
    "advocacy_score",
)


def licensed_seats(account: Account, day: date) -> int:
    """Seats of the active subscriptions, else the account's own."""
    bought = account.subscriptions.active_on(day).aggregate(sum=Sum("seats"))["sum"]
    return bought or account.seats or 0


def daily_active_user_rate(account: Account, day: date, seats: int) -> float | None:
    days = AccountDay.objects.filter(
        account=account, day__gt=day - timedelta(days=28), day__lte=day
    )
    users = sum(row.active_users for row in days if row.day.weekday() < 5)
    return min(100 * users / 20 / seats, 100.0) if seats else None


def active_days(row: UserWeek | FeatureWeek, first: date, last: date) -> int:
    """How many days of the week row lie in the window."""
    days = (row.week + timedelta(days=bit) for bit in range(7) if row.days >> bit & 1)
    return sum(first <= day <= last for day in days)


def weeks_of(model: type, day: date, days: int, **filters):
    """Week rows with a day in the window."""
    first = day - timedelta(days=days - 1)
    rows = model.objects.filter(
        week__gte=first - timedelta(days=6), week__lte=day, **filters
    )
    return [row for row in rows if active_days(row, first, day)]


def weekly_logins_per_user(account: Account, day: date) -> float:
    sessions = AccountDay.objects.filter(
        account=account, day__gt=day - timedelta(days=28), day__lte=day
    ).aggregate(sum=Sum("sessions"))["sum"]
    weeks = weeks_of(UserWeek, day, 28, account=account)
    users = len({row.product_user_id for row in weeks})
    return (sessions or 0) / 4 / users if users else 0.0


def feature_adoption_rate(account: Account, day: date) -> float | None:
    terms = account.terms_history.select_related("plan").first()
    core = {row.feature for row in terms.plan.features.all()}
    weeks = weeks_of(FeatureWeek, day, 30, account=account)
    used = {row.feature.name for row in weeks if row.feature.name in core}
    return 100 * len(used) / len(core) if core else None


def nps(account: Account, end: datetime) -> float | None:
    answers = SurveyResponse.objects.filter(
        account=account,
        survey__kind="nps",
        score__isnull=False,
        responded_at__gte=end - timedelta(days=180),
        responded_at__lt=end,
    ).order_by("responded_at", "id")
    last = {row.contact_id or -row.pk: row.score for row in answers}
    if not last:
        return None
    votes = [1 if score >= 9 else -1 if score <= 6 else 0 for score in last.values()]
    return 100 * sum(votes) / len(votes)


def product_satisfaction(account: Account, end: datetime) -> float | None:
    mean = SurveyResponse.objects.filter(
        account=account,
        survey__kind="product",
        responded_at__gte=end - timedelta(days=180),
        responded_at__lt=end,
    ).aggregate(mean=Avg("score"))["mean"]
    return None if mean is None else (mean - 1) / 4 * 100


def latest_metric(account: Account, key: str, end: datetime) -> float | None:
    metric = Metric.objects.get(key=key)
    value = (
        MetricValue.objects.filter(account=account, metric=metric, observed_at__lt=end)
        .order_by("-observed_at", "-id")
        .first()
    )
    return None if value is None else value.value


def stakeholder_engagement(account: Account, day: date, end: datetime) -> float | None:
    contacts = Contact.objects.filter(account=account, roles__role="key_contact")
    active = [contact for contact in contacts if is_active(contact, day, end)]
    return 100 * len(active) / len(contacts) if contacts else None


def is_active(contact: Contact, day: date, end: datetime) -> bool:
    since = end - timedelta(days=90)
    if contact.touchpoints.filter(happened_at__gte=since, happened_at__lt=end).exists():
        return True
    if contact.survey_responses.filter(
        responded_at__gte=since, responded_at__lt=end
    ).exists():
        return True
    if contact.tickets.filter(opened_at__gte=since, opened_at__lt=end).exists():
        return True
    users = contact.product_users.all()
    return any(weeks_of(UserWeek, day, 90, product_user=user) for user in users)


def store(
    account: Account, day: date, result: Result, version: ScorecardVersion
) -> None:
    """One snapshot, and the columns the lists show."""
    score = None if result.score is None else Decimal(str(result.score))
    detail = {
        "raw": [indicator.value for indicator in result.indicators],
        "norm": [indicator.score for indicator in result.indicators],
        "weight": [indicator.effective_weight for indicator in result.indicators],
        "dims": list(result.dimensions.values()),
    }
    Snapshot.objects.update_or_create(
        account=account,
        day=day,
        is_restated=False,
        defaults={
            "score": score,
            "band": result.band,
            "coverage": Decimal(str(round(result.coverage, 1))),
            "version": version,
            "engine": ENGINE_VERSION,
            "detail": detail,
        },
    )
    account.health_score = score
    account.health_band = result.band
    account.health_day = day
    account.save(update_fields=["health_score", "health_band", "health_day"])
