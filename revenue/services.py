"""Writing subscriptions, and what follows from them for their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from accounts.commercial_columns import write_commercials
from organisation.clock import today

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
           bool_or(l.start_on <= %(day)s) AS has_begun
    FROM lines l LEFT JOIN currencies c USING (account_id)
    GROUP BY l.account_id, c.currency
)
SELECT a.id AS account_id,
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
    active. Returns how many accounts changed.
    """
    values = {
        "day": on,
        "all": account_ids is None,
        "ids": list(account_ids or []),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS commercials")
        cursor.execute(_COMMERCIALS, values)
        return write_commercials("commercials")


def refresh_after_merge(*, survivor_id: int) -> None:
    """The subscriptions of a merged account count for the one that stays."""
    refresh_commercials(on=today(), account_ids=[survivor_id])
