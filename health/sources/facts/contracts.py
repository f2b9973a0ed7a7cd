"""Contract facts: seats, plan, subscriptions and payments on the day."""

from health.sources.facts.tables import templated

_COVERS_DAY = (
    "(t.valid_from IS NULL OR t.valid_from <= {day}) "
    "AND (t.valid_to IS NULL OR t.valid_to > {day})"
)
_IS_ACTIVE = "(s.end_on IS NULL OR s.end_on > {day})"
# A renewal moved or an end announced later was not yet known on the day.
_RENEWS = (
    "CASE WHEN t.id IS NULL THEN coalesce(s.renews_on, s.end_on) "
    "ELSE coalesce(t.renews_on, t.end_on) END"
)

SUBSCRIPTIONS = templated(
    "subscriptions",
    {
        "has_had_subscription": "1",
        "active_subscriptions": f"count(*) FILTER (WHERE {_IS_ACTIVE})",
        "subscribed_seats": "sum(CASE WHEN t.id IS NULL THEN s.seats ELSE t.seats END)"
        f" FILTER (WHERE {_IS_ACTIVE})",
        "days_to_renewal": f"min({_RENEWS}) FILTER ("
        f"WHERE {_IS_ACTIVE} AND {_RENEWS} >= {{day}}) - {{day}}",
    },
    f"""
    SELECT s.account_id, {{columns}}
    FROM revenue_subscription s
    LEFT JOIN revenue_subscriptionterms t
        ON t.subscription_id = s.id AND {_COVERS_DAY}
    WHERE s.start_on <= {{day}} AND {{only_s}}
    GROUP BY s.account_id
    """,
)

TERMS = templated(
    "terms",
    {
        "own_seats": "CASE WHEN t.id IS NULL THEN a.seats ELSE t.seats END",
        "core_features": "core.features",
    },
    f"""
    SELECT a.id AS account_id, {{columns}}
    FROM accounts_account a
    LEFT JOIN accounts_accountterms t ON t.account_id = a.id AND {_COVERS_DAY}
    LEFT JOIN (
        SELECT t.plan_id, count(DISTINCT t.feature) AS features
        FROM accounts_planfeature t WHERE {_COVERS_DAY} GROUP BY t.plan_id) core
      ON core.plan_id = CASE WHEN t.id IS NULL THEN a.plan_id ELSE t.plan_id END
    WHERE {{only_id_a}}
    """,
)

PAYMENTS = templated(
    "payments",
    {"days_overdue": "{day} - min(p.due_on)"},
    """
    SELECT p.account_id, {columns}
    FROM revenue_overduepayment p
    WHERE p.due_on < {day} AND (p.settled_on IS NULL OR p.settled_on > {day})
      AND {only_p}
    GROUP BY p.account_id
    """,
)

TABLES = (SUBSCRIPTIONS, TERMS, PAYMENTS)
