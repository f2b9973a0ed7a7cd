"""The event log of demo tickets, derived from their rows in one statement."""

from __future__ import annotations

from django.db import connection

_HAS_CONVERSATION = "t.source = 'demo' AND t.last_customer_message_at IS NOT NULL"
#: Time, ticket, kind, who (id and name; none: the system) and what the event says.
_SELECTS = f"""
SELECT t.opened_at AS at, t.id AS ticket_id, 'ticket_created' AS kind,
    NULL::bigint AS actor_id, 'System' AS actor, jsonb_build_object(
        'priority', t.priority, 'subject', t.subject, 'channel', t.channel,
        'category', t.category) AS data
FROM tickets_ticket t WHERE {_HAS_CONVERSATION}
UNION ALL
SELECT p.at, p.ticket_id,
    CASE WHEN p.value IN ('resolved', 'closed') THEN 'ticket_' || p.value
        WHEN p.before IN ('resolved', 'closed') THEN 'ticket_reopened'
        ELSE 'ticket_status_changed' END,
    p.actor_id, p.actor, jsonb_build_object(
        'status', jsonb_build_array(p.before, p.value))
FROM (
    SELECT p.valid_from AS at, p.ticket_id, p.value,
        lag(p.value) OVER (PARTITION BY p.ticket_id ORDER BY p.valid_from, p.id)
            AS before,
        CASE WHEN p.value <> 'closed' THEN u.id END AS actor_id,
        CASE WHEN p.value <> 'closed' THEN coalesce(u.name, 'System')
            ELSE 'System' END AS actor
    FROM tickets_ticketperiod p JOIN tickets_ticket t ON t.id = p.ticket_id
    LEFT JOIN organisation_user u ON u.id = t.assignee_id
    WHERE p.field = 'status' AND {_HAS_CONVERSATION}
) p WHERE p.before IS NOT NULL
UNION ALL
SELECT p.valid_from, t.id, 'ticket_assigned', u.id, u.name, jsonb_build_object(
    'assignee', jsonb_build_array('', u.name))
FROM tickets_ticketperiod p JOIN tickets_ticket t ON t.id = p.ticket_id
JOIN organisation_user u ON u.id = t.assignee_id
WHERE p.field = 'status' AND p.value = 'assigned' AND {_HAS_CONVERSATION}
UNION ALL
SELECT m.sent_at, t.id,
    CASE WHEN m.kind = 'note' THEN 'ticket_note_added'
        WHEN m.side = 'agent' THEN 'ticket_replied'
        ELSE 'ticket_message_received' END,
    m.author_id, CASE WHEN m.author_id IS NULL THEN 'System' ELSE m.author_name END,
    jsonb_build_object('message', m.public_id)
FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id
WHERE {_HAS_CONVERSATION} AND m.sent_at > t.opened_at
UNION ALL
SELECT t.escalated_at, t.id, 'ticket_escalated', u.id, u.name, jsonb_build_object(
    'level', jsonb_build_array(t.level - 1, t.level),
    'reason', (SELECT split_part(m.text, E'\\n\\n', 2) FROM tickets_message m
        WHERE m.ticket_id = t.id AND m.kind = 'note' AND m.sent_at = t.escalated_at
        LIMIT 1))
FROM tickets_ticket t JOIN organisation_user u ON u.id = t.assignee_id
WHERE {_HAS_CONVERSATION} AND t.escalated_at IS NOT NULL
UNION ALL
SELECT t.csat_at, t.id, 'ticket_rated', NULL, 'System', jsonb_build_object(
    'score', t.csat, 'comment', t.csat_comment)
FROM tickets_ticket t WHERE {_HAS_CONVERSATION} AND t.csat_at IS NOT NULL
UNION ALL
SELECT e.happened_at, t.id,
    CASE e.kind WHEN 'breach' THEN 'sla_breached' ELSE 'sla_warning' END,
    NULL, 'System', jsonb_build_object(
        'metric', e.metric, 'cycle', e.cycle, 'priority', t.priority)
FROM tickets_slaevent e JOIN tickets_ticket t ON t.id = e.ticket_id
WHERE {_HAS_CONVERSATION} AND e.kind IN ('breach', 'warning')
"""


def write_ticket_history() -> None:
    """One event per thing that happened, in order of time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (kind, happened_at, account_id, subject_type, "
            "subject_id, subject_label, data, actor_id, actor_label) "
            "SELECT h.kind, h.at, t.account_id, 'tickets.ticket', t.id, t.number, "
            f"h.data, h.actor_id, h.actor FROM ({_SELECTS}) AS h "
            "JOIN tickets_ticket t ON t.id = h.ticket_id ORDER BY h.at"
        )
