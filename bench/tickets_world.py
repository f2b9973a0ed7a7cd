"""Very many tickets with conversations and clocks, made by SQL: quick, and the same
every time. Numbers come from small prime arithmetic on ids."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from bench import database
from tickets.services.search_words import index_all_tickets

ACCOUNTS, AGENTS, TEAMS = 2_000, 20, 5
#: In the order they were opened, over so many days.
DAYS = 1_000
#: Of a hundred tickets so many are open, and most of them are new.
OPEN_PERCENT = 6
#: In every ticket, in a third of them, in one of ten thousand.
EVERYWHERE, COMMON_WORD, RARE_WORD = "case", "login", "quokka"
#: Tables whose secondary indexes are made after the rows: much faster, and in order.
_TABLES = (
    "tickets_ticket",
    "tickets_message",
    "tickets_slaclock",
    "tickets_ticketwords",
)


def add_tickets(tickets: int, open_percent: int = OPEN_PERCENT) -> None:
    """Accounts, people, tickets 1 to ``tickets``, messages, clocks; analysed."""
    newest = min(open_percent * 5, 100)
    values: dict[str, Any] = {
        "n": tickets,
        "now": datetime.now(UTC),
        "accounts": ACCOUNTS,
        "agents": AGENTS,
        "teams": TEAMS,
        "days": DAYS,
        "newest": newest,
        "open": open_percent * 100 // newest,
        "common": COMMON_WORD,
        "rare": RARE_WORD,
    }
    with connection.cursor() as cursor:
        # Rows refer to each other by construction; checking each would take minutes.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        rebuild = _definitions(cursor)
        for name in rebuild:
            cursor.execute(f"DROP INDEX {name}")
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
        words = rebuild.pop("ticket_words")
        for definition in rebuild.values():
            cursor.execute(definition)
        # It reads the messages of each ticket by the index just made.
        index_all_tickets()
        cursor.execute(words)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("RESET maintenance_work_mem")
    database.execute("VACUUM ANALYZE")


def _definitions(cursor) -> dict[str, str]:
    """Indexes of the large tables that no constraint stands on."""
    cursor.execute(
        "SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x"
        " JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_class t ON t.oid = x.indrelid"
        " WHERE t.relname = ANY(%s) AND NOT x.indisunique",
        [list(_TABLES)],
    )
    return dict(cursor.fetchall())


_SUBJECT = """
    (ARRAY['Cannot open', 'Slow', 'Question about', 'Error in', 'Wish for',
        'Wrong numbers in', 'Missing', 'How to change'])[1 + t * 7 %% 8] || ' '
    || (ARRAY['the export', 'invoices', 'the dashboard', 'user rights', 'the API',
        'the weekly report', 'imports', 'the calendar', 'webhooks'])[1 + t * 5 %% 9]
"""
_TEXT = """
    (ARRAY['Since this morning', 'After the last update', 'As agreed on the phone',
        'Thank you for the quick answer', 'We looked into it together'])
        [1 + (t + m) * 3 %% 5]
    || ', ' || (ARRAY['the page stays empty', 'the figures differ from last week',
        'nobody in the team can save', 'it works again for most of us',
        'the file arrives twice', 'the connection ends after a minute',
        'please find the steps below'])[1 + (t * 11 + m) %% 7]
    || CASE WHEN t %% 3 = 0 THEN ' after the ' || %(common)s ELSE ' since Monday' END
    || CASE WHEN t %% 10007 = 11 AND m = 0 THEN ' ' || %(rare)s ELSE '' END
    || '. Case ' || t || '-' || m
"""

_STATEMENTS = (
    """
    INSERT INTO organisation_team (id, name)
    SELECT 100 + g, 'Team ' || g FROM generate_series(1, %(teams)s) g""",
    """
    INSERT INTO organisation_user (id, email, name, role, password, theme, timezone,
        locale, is_active, team_id)
    SELECT u, 'person' || u || '@example.com', 'Person ' || u,
        CASE u WHEN 1 THEN 'admin' ELSE 'agent' END, '!', 'system', '', '', true,
        101 + u %% %(teams)s
    FROM generate_series(1, %(agents)s) u""",
    """
    INSERT INTO accounts_account (id, name, domain, first_seen_on, owner_id)
    SELECT a, 'Account ' || a, 'a' || a || '.example.com',
        %(now)s::date - %(days)s, 1 + a %% %(agents)s
    FROM generate_series(1, %(accounts)s) a""",
    """
    INSERT INTO accounts_contact (id, account_id, name, email)
    SELECT a, a, 'Nora Person ' || a, 'nora@a' || a || '.example.com'
    FROM generate_series(1, %(accounts)s) a""",
    f"""
    INSERT INTO tickets_ticket (id, number, account_id, contact_id, requester_name,
        requester_email, channel, subject, category, status, priority, level,
        assignee_id, team_id, tags, opened_at, created_at, updated_at,
        first_responded_at, resolved_at, resolved_first_at, closed_at,
        last_customer_message_at, last_agent_message_at, agent_message_count,
        snoozed_until, spam_at, tier_id, next_due_at, next_due_metric, breached_at)
    SELECT t, 'T-' || 1000 + t, a, a, 'Nora Person ' || a,
        'nora@a' || a || '.example.com',
        (ARRAY['email', 'web_form', 'portal'])[1 + t %% 3], {_SUBJECT},
        (ARRAY['technical', 'billing', 'how_to', 'feature'])[1 + t %% 4], status,
        (ARRAY['low', 'medium', 'medium', 'high', 'medium', 'critical', 'low'])
            [1 + t * 3 %% 7],
        1 + t %% 2,
        CASE WHEN status NOT IN ('new', 'triaged') THEN 1 + t / 7 %% %(agents)s END,
        CASE WHEN t %% 9 > 0 THEN 101 + t / 11 %% %(teams)s END,
        CASE t / 13 %% 10 WHEN 0 THEN ARRAY['vip'] ELSE '{{}}' END,
        opened, opened, opened + interval '3 hours',
        CASE WHEN status <> 'new' THEN opened + interval '1 hour' END,
        CASE WHEN is_done THEN opened + interval '2 days' END,
        CASE WHEN is_done THEN opened + interval '2 days' END,
        CASE WHEN status = 'closed' THEN opened + interval '9 days' END,
        opened + t %% 2 * interval '2 hours',
        CASE WHEN status <> 'new' THEN opened + interval '1 hour' END,
        CASE WHEN status <> 'new' THEN 1 ELSE 0 END,
        CASE WHEN NOT is_done AND t %% 17 = 0 THEN %(now)s + interval '2 days' END,
        CASE WHEN t %% 199 = 0 THEN opened END, tier,
        CASE WHEN is_running THEN due END,
        CASE WHEN is_running THEN 'resolution' ELSE '' END,
        CASE WHEN is_running AND due < %(now)s THEN due
            WHEN is_done AND t %% 23 = 0 THEN opened + interval '1 day' END
    FROM (
        SELECT t, 1 + t * 7919 %% %(accounts)s AS a, status,
            status IN ('resolved', 'closed') AS is_done,
            status NOT IN ('resolved', 'closed', 'waiting') AS is_running,
            %(now)s - (%(n)s - t) * (%(days)s * interval '1 day' / %(n)s)
                - interval '10 minutes' AS opened,
            -- One in eight is late; the others are due within four weeks.
            %(now)s + ((t * 104729 %% 40320) - 5040) * interval '1 minute'
                + t %% 60 * interval '1 second' AS due,
            (SELECT id FROM tickets_slatier WHERE is_default) AS tier
        FROM generate_series(1, %(n)s::bigint) t, LATERAL (
            SELECT CASE WHEN t > %(n)s * (100 - %(newest)s) / 100
                    AND t * 7919 %% 100 < %(open)s
                THEN (ARRAY['new', 'triaged', 'assigned', 'in_progress', 'in_progress',
                    'in_progress', 'waiting', 'on_hold'])[1 + t / 3 %% 8]
                WHEN t > %(n)s * 99 / 100 THEN 'resolved' ELSE 'closed' END AS status
        ) s) x""",
    """
    UPDATE tickets_ticket SET merged_into_id = id - 1
    WHERE id %% 211 = 0 AND status = 'closed'""",
    f"""
    INSERT INTO tickets_message (ticket_id, kind, side, author_id, contact_id,
        author_name, html, text, channel, sent_at)
    SELECT t, 'public', CASE m WHEN 1 THEN 'agent' ELSE 'customer' END,
        CASE m WHEN 1 THEN 1 + t %% %(agents)s END,
        CASE WHEN m <> 1 THEN contact_id END,
        CASE m WHEN 1 THEN 'Person ' || 1 + t %% %(agents)s ELSE requester_name END,
        '<p>' || x.text || '</p>', x.text, channel, opened_at + m * interval '1 hour'
    FROM (SELECT id AS t, * FROM tickets_ticket) o,
        LATERAL generate_series(0, 1 + (t %% 2)::int) m,
        LATERAL (SELECT {_TEXT} AS text) x
    WHERE m = 0 OR status <> 'new'""",
    """
    INSERT INTO tickets_ticketperiod (ticket_id, field, value, valid_from)
    SELECT id, f, CASE f WHEN 'status' THEN status ELSE priority END, opened_at
    FROM tickets_ticket, unnest(ARRAY['status', 'priority']) f""",
    """
    INSERT INTO tickets_slaclock (ticket_id, metric, cycle, tier_version_id,
        target_seconds, warn_percent, carried_seconds, started_at, state, due_at,
        warn_at, stopped_at, late_seconds, warned_at, breached_at)
    SELECT t.id, m, 1, v.id, 259200, 75, 0, opened_at, state,
        CASE state WHEN 'running' THEN next_due_at
            WHEN 'met' THEN opened_at + interval '2 hours' END,
        CASE state WHEN 'running' THEN next_due_at - interval '1 hour' END,
        CASE state WHEN 'met' THEN first_responded_at END,
        CASE WHEN state = 'running' AND next_due_at < %(now)s THEN 0 END,
        CASE WHEN state = 'running' AND next_due_at < %(now)s
            THEN next_due_at - interval '1 hour' END,
        CASE WHEN state = 'running' AND next_due_at < %(now)s THEN next_due_at END
    FROM tickets_ticket t
    JOIN tickets_slatierversion v ON v.tier_id = t.tier_id,
        unnest(ARRAY['first_response', 'resolution']) m,
        LATERAL (SELECT CASE WHEN m = 'first_response' THEN 'met'
            WHEN status = 'waiting' THEN 'paused' ELSE 'running' END AS state) s
    WHERE status NOT IN ('resolved', 'closed')
        AND (m = 'resolution' OR first_responded_at IS NOT NULL)""",
    "SELECT setval('tickets_number_seq', 1000 + %(n)s::bigint)",
    *(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10000000)"
        for table in (
            "organisation_team",
            "organisation_user",
            "accounts_account",
            "accounts_contact",
            "tickets_ticket",
        )
    ),
)
