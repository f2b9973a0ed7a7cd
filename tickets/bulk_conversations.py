"""What makes an imported ticket a real one: its first message, and the facts that
follow from its time stamps.

Its clocks do not start: the verdict of the source stays the verdict.
"""

from __future__ import annotations

from core.staging import Stage
from tickets.services.search_words import index_staged

_TOUCHED = "s.outcome IN ('created', 'updated')"
# The source's text is text: signs that mean something in HTML are written out.
_HTML = """'<p>' || replace(replace(replace(replace(w.words,
    '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), E'\\n', '<br>') || '</p>'"""
_FIRST_MESSAGES = f"""
INSERT INTO tickets_message (
    ticket_id, kind, side, contact_id, author_name, author_email, text, html, channel,
    sent_at)
SELECT t.id, 'public', 'customer', t.contact_id, COALESCE(left(c.name, 120), ''),
       COALESCE(c.email, ''), w.words, {_HTML}, t.channel, t.opened_at
FROM tickets_ticket t JOIN {{s}} s ON s.target_id = t.id
LEFT JOIN accounts_contact c ON c.id = t.contact_id
CROSS JOIN LATERAL (
    SELECT COALESCE(NULLIF(btrim(s.description), ''), t.subject) AS words) w
WHERE {_TOUCHED}
  AND NOT EXISTS (SELECT 1 FROM tickets_message m WHERE m.ticket_id = t.id)
"""
_FACTS = f"""
UPDATE tickets_ticket t SET
    requester_name = COALESCE(NULLIF(t.requester_name, ''), left(c.name, 120), ''),
    requester_email = COALESCE(NULLIF(t.requester_email, ''), c.email, ''),
    last_customer_message_at = COALESCE(t.last_customer_message_at, t.opened_at),
    last_agent_message_at = COALESCE(t.last_agent_message_at, t.first_responded_at),
    agent_message_count = GREATEST(
        t.agent_message_count, (t.first_responded_at IS NOT NULL)::int),
    resolved_first_at = COALESCE(
        LEAST(t.resolved_at, t.closed_at, (
            SELECT min(p.valid_from) FROM tickets_ticketperiod p
            WHERE p.ticket_id = t.id AND p.field = 'status'
              AND p.value IN ('resolved', 'closed'))),
        t.resolved_first_at),
    cycle = GREATEST(t.cycle, t.reopen_count + 1)
FROM {{s}} s LEFT JOIN accounts_contact c ON c.id = s.contact_id
WHERE s.target_id = t.id AND {_TOUCHED}
"""


def open_conversations(stage: Stage) -> None:
    """After the upsert: a first message where there is none, and facts made of stamps.

    The first message says what the source describes, else the subject.
    """
    stage.run(_FIRST_MESSAGES)
    stage.run(_FACTS)
    index_staged(stage)
