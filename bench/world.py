"""Many accounts with 90 days of facts, made by SQL: quick, and the same every time.

Numbers come from small prime arithmetic on ids, so nothing depends on a seed or on
the order of rows.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

USERS, FEATURES, CONTACTS = 10, 6, 3
DAYS = 90
METRICS = (
    "outcome_achievement",
    "roi_realisation",
    "efficiency_gain",
    "advocacy_score",
)
# Secondary indexes are made after the rows: much faster, and in order.
REBUILT = ("account_day_by_day", "user_week_by_week", "feature_week_by_week")


def prepare() -> None:
    """What all accounts share: plan, features, surveys, metrics."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_plan (id, name) VALUES (1, 'Bench')")
        cursor.execute(
            "INSERT INTO usage_feature (id, name) "
            "SELECT f, 'feature-' || f FROM generate_series(1, %s) f",
            [FEATURES],
        )
        cursor.execute(
            "INSERT INTO accounts_planfeature (plan_id, feature) "
            "SELECT 1, 'feature-' || f FROM generate_series(1, %s) f",
            [FEATURES + 2],
        )
        cursor.execute(
            "INSERT INTO surveys_survey (id, key, name, kind) VALUES "
            "(1, 'nps', 'NPS', 'nps'), (2, 'product', 'Product', 'product')"
        )
        for number, key in enumerate(METRICS, start=1):
            cursor.execute(
                "INSERT INTO usage_metric (id, key, label, unit, direction) "
                "VALUES (%s, %s, %s, '%%', 'up')",
                [number, key, key],
            )


def add_accounts(first: int, last: int, day: date) -> None:
    """Accounts ``first`` to ``last`` with everything they did up to the day."""
    values = {"first": first, "last": last, "day": day}
    with connection.cursor() as cursor:
        # Rows refer to each other by construction; checking each would take minutes.
        cursor.execute("SET session_replication_role = replica")
        rebuild = _definitions(cursor) if last - first >= 20_000 else {}
        for name in rebuild:
            cursor.execute(f"DROP INDEX {name}")
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        for definition in rebuild.values():
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _definitions(cursor) -> dict[str, str]:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)",
        [list(REBUILT)],
    )
    return dict(cursor.fetchall())


_ACCOUNTS = "generate_series(%(first)s::bigint, %(last)s) a"
_NOON = "%(day)s::date + time '12:00' AT TIME ZONE 'UTC'"
_WEEKS = f"""generate_series(
    date_trunc('week', %(day)s::date - {DAYS - 1})::date, %(day)s::date, '7 days') w"""

STATEMENTS = (
    f"""
    INSERT INTO accounts_account (id, name, first_seen_on, plan_id, seats)
    SELECT a, 'Account ' || a, %(day)s::date - 400, 1, {USERS} + a %% 7
    FROM {_ACCOUNTS}""",
    f"""
    INSERT INTO accounts_accountexternalid (account_id, source, external_id)
    SELECT a, 'bench', 'B-' || a FROM {_ACCOUNTS}""",
    f"""
    INSERT INTO accounts_accountterms (account_id, seats, plan_id)
    SELECT a, {USERS} + a %% 7, 1 FROM {_ACCOUNTS}""",
    f"""
    INSERT INTO revenue_subscription
        (id, account_id, currency, mrr_amount, seats, start_on, external_id)
    SELECT a, a, 'EUR', 100 + a %% 900, {USERS} + a %% 7, %(day)s::date - 400,
        'S-' || a
    FROM {_ACCOUNTS}""",
    f"""
    INSERT INTO revenue_subscriptionterms (subscription_id, mrr_amount, seats)
    SELECT a, 100 + a %% 900, {USERS} + a %% 7 FROM {_ACCOUNTS}""",
    f"""
    INSERT INTO accounts_contact (id, account_id, name)
    SELECT a * {CONTACTS} + c, a, 'Contact ' || c
    FROM {_ACCOUNTS}, generate_series(0, {CONTACTS - 1}) c""",
    f"""
    INSERT INTO accounts_contactrole (contact_id, role)
    SELECT a * {CONTACTS} + c, CASE c WHEN 2 THEN 'executive_sponsor'
        ELSE 'key_contact' END
    FROM {_ACCOUNTS}, generate_series(0, {CONTACTS - 1}) c""",
    f"""
    INSERT INTO usage_productuser (id, account_id, key, contact_id)
    SELECT a * {USERS} + u, a, 'user-' || u,
        CASE WHEN u < {CONTACTS} AND a %% 3 > 0 THEN a * {CONTACTS} + u END
    FROM {_ACCOUNTS}, generate_series(0, {USERS - 1}) u""",
    f"""
    INSERT INTO usage_usagefeed (account_id, first_day, last_day)
    SELECT a, %(day)s::date - {DAYS - 1}, %(day)s FROM {_ACCOUNTS}""",
    f"""
    INSERT INTO usage_accountday (account_id, day, events, sessions, active_users)
    SELECT a, %(day)s::date - d, 20 + (a * d) %% 50, 5 + (a * 7 + d) %% 15,
        (a * 11 + d * 3) %% {USERS + 1}
    FROM {_ACCOUNTS}, generate_series({DAYS - 1}, 0, -1) d""",
    f"""
    INSERT INTO usage_userweek (account_id, product_user_id, week, days)
    SELECT a, a * {USERS} + u, w::date,
        1 + (a * 31 + u * 17 + extract(week FROM w)::int * 13) %% 127
    FROM {_ACCOUNTS}, generate_series(0, {USERS - 1}) u, {_WEEKS}
    WHERE (a + u * 3 + extract(week FROM w)::int) %% 6 > (a + u) %% 5""",
    f"""
    INSERT INTO usage_featureweek
        (account_id, feature_id, week, days, events, events_by_day)
    SELECT a, f, w::date, 1 + (a * 29 + f * 19 + extract(week FROM w)::int) %% 127, 35,
        '{{5,5,5,5,5,5,5}}'
    FROM {_ACCOUNTS}, generate_series(1, {FEATURES}) f, {_WEEKS}
    WHERE (a + f * 5 + extract(week FROM w)::int) %% 7 > a %% 6""",
    f"""
    INSERT INTO tickets_ticket (id, number, account_id, contact_id, opened_at, status,
        resolved_at, closed_at, csat, csat_at, escalated_at, source)
    SELECT a * 4 + t, 'T-' || a * 4 + t, a,
        CASE t WHEN 0 THEN a * {CONTACTS} END, opened,
        CASE WHEN is_done THEN 'closed' ELSE 'in_progress' END,
        CASE WHEN is_done THEN done END, CASE WHEN is_done THEN done END,
        CASE WHEN is_done AND t < 3 THEN 1 + (a + t) %% 5 END,
        CASE WHEN is_done AND t < 3 THEN done END,
        CASE WHEN (a + t) %% 9 = 0 THEN opened + interval '2 hours' END, 'bench'
    FROM (
        SELECT a, t, opened, opened + ((a * 5 + t * 11) %% 70) * interval '1 hour'
            + interval '7 minutes' AS done, (a + t * 3) %% 10 > 0 AS is_done
        FROM {_ACCOUNTS}, generate_series(0, 3) t, LATERAL (
            SELECT {_NOON} - ((a * 13 + t * 29) %% 110 + 4) * interval '1 day'
                AS opened) o) x""",
    f"""
    INSERT INTO surveys_surveyresponse
        (survey_id, account_id, contact_id, score, responded_at, source, external_id)
    SELECT s, a, a * {CONTACTS} + (a + s) %% {CONTACTS},
        CASE s WHEN 1 THEN (a * 3) %% 11 ELSE 1 + a %% 5 END,
        {_NOON} - ((a * 17 + s * 41) %% 200) * interval '1 day', 'bench',
        a || '-' || s
    FROM {_ACCOUNTS}, generate_series(1, 2) s
    WHERE (a + s) %% 4 > 0""",
    f"""
    INSERT INTO accounts_touchpoint (id, account_id, kind, happened_at)
    SELECT a * 3 + t, a, CASE t WHEN 0 THEN 'email' ELSE 'meeting' END,
        {_NOON} - ((a * 23 + t * 37) %% 150) * interval '1 day'
    FROM {_ACCOUNTS}, generate_series(0, 2) t""",
    f"""
    INSERT INTO accounts_touchpoint_contacts (touchpoint_id, contact_id)
    SELECT a * 3 + t, a * {CONTACTS} + t %% 2
    FROM {_ACCOUNTS}, generate_series(0, 2) t""",
    f"""
    INSERT INTO usage_metricvalue
        (account_id, metric_id, observed_at, value, source, external_id)
    SELECT a, m, {_NOON} - (m + v * 30) * interval '1 day',
        (a * 7 + m * 13 + v * 5) %% 101, 'bench', a || '-' || m || '-' || v
    FROM {_ACCOUNTS}, generate_series(1, {len(METRICS)}) m, generate_series(0, 2) v
    WHERE (a + m) %% 8 > 0""",
)
