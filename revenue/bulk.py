"""Subscriptions, churn events and late payments in bulk, set-based.

Each function takes a :class:`core.staging.Stage` whose rows know their account, and
settles the open ones. ``revenue.services.refresh_commercials`` follows once per file.
"""

from __future__ import annotations

from datetime import date

from accounts.bulk import settle_plans
from core.staging import Stage, Target, upsert
from events.bulk import record_staged_events
from events.services import Actor
from revenue.models import SubscriptionTerms

_FIND = """
UPDATE {s} s SET target_id = t.id FROM {table} t
WHERE s.outcome IS NULL AND t.source = %(source)s AND t.external_id = s.row_key
"""


def upsert_subscriptions(stage: Stage, *, today: date, by: Actor | None) -> None:
    """Create or update subscriptions; their terms keep what held before.

    ``mrr`` is the resolved monthly amount and ``currency`` its currency; a trial has
    an amount of zero. ``overdue_since`` opens a late payment, an empty one settles it.
    """
    stage.run(_FIND.replace("{table}", "revenue_subscription"))
    settle_plans(stage)
    upsert(stage, _subscriptions(stage))
    for statement in (_CLOSE_TERMS, _CORRECT_TERMS, _OPEN_TERMS):
        stage.run(statement, {"today": today})
    if stage.has("overdue_since"):
        _keep_overdue(stage, today=today)
    record_staged_events(
        stage,
        kinds={"created": "subscription_created", "updated": "subscription_updated"},
        by=by,
        subject_type="revenue.subscription",
        label="s.row_key",
        happened_at="s.start_on::timestamptz",
        data="jsonb_build_object('mrr', s.mrr, 'currency', s.currency)",
    )


def _subscriptions(stage: Stage) -> Target:
    optional = {
        "plan": ("plan_id", "s.plan_id"),
        "seats": ("seats", "s.seats"),
        "end_on": ("end_on", "s.end_on"),
        "renews_on": ("renews_on", "s.renews_on"),
        "term_months": ("term_months", "s.term_months"),
    }
    columns = dict(column for name, column in optional.items() if stage.has(name))
    columns |= {"account_id": "s.account_id", "start_on": "s.start_on"}
    columns |= {"currency": "s.currency", "mrr_amount": "s.mrr"}
    flags = {name for name in ("is_trial", "is_auto_renew") if stage.has(name)}
    return Target(
        "revenue_subscription",
        columns,
        kept={name: f"s.{name}" for name in flags},
        on_insert={
            **{name: f"COALESCE(s.{name}, false)" for name in flags},
            "source": "%(source)s",
            "external_id": "s.row_key",
        },
        on_update={"updated_at": "now()"},
    )


_FACTS = ", ".join(SubscriptionTerms.FACTS)
_OF_TERMS = ", ".join(f"k.{name}" for name in SubscriptionTerms.FACTS)
_OF_SUBSCRIPTION = ", ".join(f"a.{name}" for name in SubscriptionTerms.FACTS)
_CLOSE_TERMS = f"""
UPDATE revenue_subscriptionterms k SET valid_to = %(today)s
FROM revenue_subscription a JOIN {{s}} s ON s.target_id = a.id
WHERE s.outcome IN ('created', 'updated') AND k.subscription_id = a.id
  AND k.valid_to IS NULL AND (k.valid_from IS NULL OR k.valid_from < %(today)s)
  AND ({_OF_TERMS}) IS DISTINCT FROM ({_OF_SUBSCRIPTION})
"""
_CORRECT_TERMS = f"""
UPDATE revenue_subscriptionterms k SET ({_FACTS}) = ({_OF_SUBSCRIPTION})
FROM revenue_subscription a JOIN {{s}} s ON s.target_id = a.id
WHERE s.outcome IN ('created', 'updated') AND k.subscription_id = a.id
  AND k.valid_to IS NULL AND k.valid_from >= %(today)s
"""
_OPEN_TERMS = f"""
INSERT INTO revenue_subscriptionterms (subscription_id, {_FACTS}, valid_from)
SELECT a.id, {_OF_SUBSCRIPTION},
       CASE WHEN EXISTS (
           SELECT 1 FROM revenue_subscriptionterms k WHERE k.subscription_id = a.id)
       THEN %(today)s::date END
FROM revenue_subscription a JOIN {{s}} s ON s.target_id = a.id
WHERE s.outcome IN ('created', 'updated') AND NOT EXISTS (
    SELECT 1 FROM revenue_subscriptionterms k
    WHERE k.subscription_id = a.id AND k.valid_to IS NULL)
"""

_OVERDUE_SETTLED = """
WITH settled AS (
    UPDATE revenue_overduepayment p SET
        settled_on = GREATEST(%(today)s::date, p.due_on), updated_at = now()
    FROM {s} s
    WHERE s.outcome IN ('updated', 'unchanged') AND p.subscription_id = s.target_id
      AND p.source = %(source)s AND p.settled_on IS NULL
      AND p.due_on IS DISTINCT FROM s.overdue_since
    RETURNING p.subscription_id
)
UPDATE {s} s SET outcome = 'updated' FROM settled
WHERE settled.subscription_id = s.target_id AND s.outcome = 'unchanged'
"""
_OVERDUE_OPENED = """
WITH opened AS (
    INSERT INTO revenue_overduepayment
        (account_id, subscription_id, due_on, source, external_id)
    SELECT s.account_id, s.target_id, s.overdue_since, %(source)s,
           left(s.row_key, 180) || ' ' || s.overdue_since
    FROM {s} s
    WHERE s.outcome IN ('created', 'updated', 'unchanged')
      AND s.overdue_since IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING subscription_id
)
UPDATE {s} s SET outcome = 'updated' FROM opened
WHERE opened.subscription_id = s.target_id AND s.outcome = 'unchanged'
"""


def _keep_overdue(stage: Stage, *, today: date) -> None:
    stage.run(_OVERDUE_SETTLED, {"today": today})
    stage.run(_OVERDUE_OPENED)


_BEGUN = """
UPDATE {s} s SET first_seen_on = b.day
FROM (
    SELECT e.external_id, min(b.start_on) AS day
    FROM {s} s JOIN accounts_accountexternalid e
        ON e.source = %(source)s AND e.external_id = s.row_key
    JOIN revenue_subscription b ON b.account_id = e.account_id
    WHERE s.outcome IS NULL GROUP BY e.external_id
) b
WHERE s.outcome IS NULL AND s.row_key = b.external_id AND s.first_seen_on > b.day
"""


def begin_by_first_subscription(stage: Stage) -> None:
    """Staged accounts were first seen no later than their first subscription began."""
    if stage.has("first_seen_on"):
        stage.run(_BEGUN)


def upsert_churns(stage: Stage, *, by: Actor | None) -> None:
    """Create or update churn events: history, never the state of an account."""
    stage.run(_FIND.replace("{table}", "revenue_churnevent"))
    optional = {
        "amount_lost": ("amount_lost", "s.amount_lost"),
        "refund": ("refund_amount", "s.refund"),
        "reasons": ("reasons", "COALESCE(s.reasons, '{}')::varchar[]"),
        "notes": ("notes", "COALESCE(s.notes, '')"),
    }
    columns = dict(column for name, column in optional.items() if stage.has(name))
    columns |= {"account_id": "s.account_id", "churned_on": "s.churned_on"}
    if stage.has("currency", "amount_lost", "refund"):
        columns["currency"] = "COALESCE(s.currency, '')"
    kept, on_insert = {}, {"source": "%(source)s", "external_id": "s.row_key"}
    for name, default in (("kind", "'full'"), ("is_reactivation", "false")):
        if stage.has(name):
            kept[name] = f"s.{name}"
            on_insert[name] = f"COALESCE(s.{name}, {default})"
    upsert(
        stage,
        Target(
            "revenue_churnevent",
            columns,
            kept,
            on_insert,
            on_update={"updated_at": "now()"},
        ),
    )
    record_staged_events(
        stage,
        kinds={"created": "churn_recorded", "updated": "churn_updated"},
        by=by,
        subject_type="revenue.churnevent",
        label="array_to_string(s.reasons, ', ')",
        happened_at="s.churned_on::timestamptz",
    )
