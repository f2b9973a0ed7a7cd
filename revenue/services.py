"""Writing subscriptions, and what follows from them for their accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.commercial_columns import write_commercials
from accounts.models import Account
from accounts.segments import reassign_segments
from accounts.services.differences import differences
from events.services import Actor, build_event, record_events
from organisation.clock import today
from revenue.models import Subscription, SubscriptionTerms

#: Facts without a date of their own, facts that hold from a day on, and days ahead
#: that count from when they became known.
EDITABLE = frozenset({"plan", "term_months", "is_auto_renew"})
TERMS = frozenset({"mrr_amount", "seats"})
DAYS = frozenset({"renews_on", "end_on"})

# Mixed currencies are never added up: the account shows the currency in which it pays
# most, and only the subscriptions in that currency count into its amounts.
_COMMERCIALS = """
CREATE TEMP TABLE commercials ON COMMIT DROP AS
WITH lines AS (
    SELECT s.account_id, s.currency, s.start_on, s.end_on,
           COALESCE(s.renews_on, s.end_on) AS ends_on,
           COALESCE(t.mrr_amount, s.mrr_amount) AS mrr,
           COALESCE(t.seats, s.seats) AS seats,
           s.start_on <= %(day)s AND (s.end_on IS NULL OR s.end_on > %(day)s) AS active
    FROM revenue_subscription s
    LEFT JOIN revenue_subscriptionterms t ON t.subscription_id = s.id
        AND (t.valid_from IS NULL OR t.valid_from <= %(day)s)
        AND (t.valid_to IS NULL OR t.valid_to > %(day)s)
    WHERE %(all)s OR s.account_id = ANY(%(ids)s)
), currencies AS (
    SELECT DISTINCT ON (account_id) account_id, currency
    FROM lines WHERE active
    GROUP BY account_id, currency
    ORDER BY account_id, sum(mrr) DESC, currency
), sums AS (
    SELECT l.account_id, c.currency,
           sum(l.mrr) FILTER (WHERE l.active AND l.currency = c.currency) AS mrr,
           sum(l.seats) FILTER (WHERE l.active) AS seats,
           min(l.ends_on) FILTER (WHERE l.active AND l.ends_on > %(day)s) AS renewal_on,
           COALESCE(bool_or(l.active), false) AS is_active,
           bool_or(l.start_on <= %(day)s) AS has_begun,
           min(l.start_on) AS start_on
    FROM lines l LEFT JOIN currencies c USING (account_id)
    GROUP BY l.account_id, c.currency
)
SELECT a.id AS account_id,
       s.start_on AS first_start_on,
       COALESCE(s.mrr, 0)::numeric(14, 2) AS mrr_amount,
       COALESCE(s.mrr * 12, 0)::numeric(14, 2) AS arr_amount,
       COALESCE(s.currency, a.arr_currency) AS arr_currency,
       s.seats::int AS licensed_seats,
       s.renewal_on,
       COALESCE(s.is_active, false) AS has_subscription,
       COALESCE(s.has_begun AND NOT s.is_active, false) AS is_churned
FROM accounts_account a LEFT JOIN sums s ON s.account_id = a.id
WHERE %(all)s OR a.id = ANY(%(ids)s)
"""


def refresh_commercials(*, on: date, account_ids: Sequence[int] | None = None) -> int:
    """Bring MRR, ARR, seats, renewal and churn on accounts up to date for a day.

    ``account_ids=None`` means every account. ARR is 12 × MRR of the subscriptions
    active on the day; an account is churned when it has had a subscription and none is
    active. An account was first seen no later than its first subscription began.
    Returns how many accounts changed.
    """
    values: dict[str, Any] = {
        "day": on,
        "all": account_ids is None,
        "ids": list(account_ids or []),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS commercials")
        cursor.execute(_COMMERCIALS, values)
        return write_commercials("commercials")


def _refresh_account(account_id: int) -> None:
    """ARR and what hangs on it, the segment, follow a change at once."""
    refresh_commercials(on=today(), account_ids=[account_id])
    reassign_segments([account_id])


def refresh_after_merge(*, survivor_id: int) -> None:
    """The subscriptions of a merged account count for the one that stays."""
    refresh_commercials(on=today(), account_ids=[survivor_id])


@transaction.atomic
def create_subscription(
    *, account: Account, by: Actor | None, **fields: Any
) -> Subscription:
    """Add a contract line; the account's ARR follows at once.

    Raises ValidationError with messages per field.
    """
    _refuse_unknown(
        fields,
        EDITABLE
        | TERMS
        | DAYS
        | {"start_on", "currency", "is_trial", "source", "external_id"},
    )
    subscription = Subscription(account=account)
    for name, value in fields.items():
        setattr(subscription, name, value)
    subscription.full_clean()
    subscription.save()
    _begin_terms(subscription)
    _refresh_account(account.pk)
    _record("subscription_created", subscription, by, _facts(subscription))
    subscription.refresh_from_db()
    return subscription


@transaction.atomic
def change_subscription(
    subscription: Subscription, *, by: Actor | None, on: date, **changed: Any
) -> Subscription:
    """Change a contract line; amount and seats hold from a day on.

    The day lies between the start and today. What held before stays known, so every
    past day can still be computed; a new renewal or end is known from today on.
    Raises ValidationError with messages per field.
    """
    _refuse_unknown(changed, EDITABLE | TERMS | DAYS)
    current = Subscription.objects.select_for_update().get(pk=subscription.pk)
    before = Subscription.objects.select_related("plan").get(pk=subscription.pk)
    if not current.start_on <= on <= today():
        raise ValidationError({"on": _("Choose a day between the start and today.")})
    for name, value in changed.items():
        setattr(current, name, value)
    found = differences(before, current, EDITABLE | TERMS | DAYS)
    if not found:
        return current
    current.full_clean()
    current.save()
    if not SubscriptionTerms.objects.filter(subscription=current).exists():
        _begin_terms(before)
    set_subscription_terms(current, on=on, names=TERMS & set(found))
    set_subscription_terms(current, on=today(), names=DAYS & set(found))
    _refresh_account(current.account_id)
    is_ending = "end_on" in found and current.end_on is not None
    kind = "subscription_ended" if is_ending else "subscription_updated"
    _record(kind, current, by, found | {"on": on.isoformat()})
    return current


def set_subscription_terms(
    subscription: Subscription, *, on: date, names: Collection[str]
) -> None:
    """These facts of the subscription hold from a day on, until changed again.

    From its first day on they hold for all time: what stood before was a mistake.
    """
    if not names:
        return
    values = {name: getattr(subscription, name) for name in names}
    history = SubscriptionTerms.objects.filter(subscription=subscription)
    if on <= subscription.start_on:
        history.update(**values)
        return
    then = history.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lt=on),
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
    ).first()
    if then is not None:
        history.filter(pk=then.pk).update(valid_to=on)
        then.pk, then.valid_from = None, on
        then.save(force_insert=True)
    history.filter(valid_from__gte=on).update(**values)


def _begin_terms(subscription: Subscription) -> None:
    """The subscription's first terms: they hold since it began."""
    facts = {name: getattr(subscription, name) for name in SubscriptionTerms.FACTS}
    SubscriptionTerms.objects.create(subscription=subscription, **facts)


def _facts(subscription: Subscription) -> dict[str, Any]:
    return {
        "mrr_amount": str(subscription.mrr_amount),
        "currency": subscription.currency,
        "seats": subscription.seats,
        "start_on": subscription.start_on.isoformat(),
    }


def _record(
    kind: str, subscription: Subscription, by: Actor | None, data: dict[str, Any]
) -> None:
    event = build_event(
        kind,
        by=by,
        subject=subscription,
        account_id=subscription.account_id,
        data=data,
    )
    event.subject_label = subscription.label[:300]
    record_events([event])


def _refuse_unknown(fields: Mapping[str, Any], known: Set[str]) -> None:
    unknown = set(fields) - known
    if unknown:
        raise TypeError(f"Not editable: {', '.join(sorted(unknown))}")
