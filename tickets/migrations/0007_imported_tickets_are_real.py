"""Tickets that were imported before become real ones: subject, first message, facts."""

from django.db import migrations

SUBJECTS = """
UPDATE tickets_ticket SET subject = left(COALESCE(NULLIF(category, ''), number), 300)
WHERE subject = '' AND source <> ''
"""
MESSAGES = """
INSERT INTO tickets_message (
    ticket_id, kind, side, contact_id, author_name, author_email, text, html, channel,
    sent_at)
SELECT t.id, 'public', 'customer', t.contact_id, COALESCE(left(c.name, 120), ''),
       COALESCE(c.email, ''), t.subject,
       '<p>' || replace(replace(replace(t.subject, '&', '&amp;'), '<', '&lt;'),
                        '>', '&gt;') || '</p>', t.channel, t.opened_at
FROM tickets_ticket t LEFT JOIN accounts_contact c ON c.id = t.contact_id
WHERE t.source <> ''
  AND NOT EXISTS (SELECT 1 FROM tickets_message m WHERE m.ticket_id = t.id)
"""
FACTS = """
UPDATE tickets_ticket t SET
    requester_name = COALESCE(NULLIF(t.requester_name, ''), left(c.name, 120), ''),
    requester_email = COALESCE(NULLIF(t.requester_email, ''), c.email, ''),
    last_customer_message_at = COALESCE(t.last_customer_message_at, t.opened_at),
    last_agent_message_at = COALESCE(t.last_agent_message_at, t.first_responded_at),
    agent_message_count = GREATEST(
        t.agent_message_count, (t.first_responded_at IS NOT NULL)::int),
    resolved_first_at = COALESCE(t.resolved_first_at, t.resolved_at, t.closed_at),
    cycle = GREATEST(t.cycle, t.reopen_count + 1)
FROM tickets_ticket o LEFT JOIN accounts_contact c ON c.id = o.contact_id
WHERE o.id = t.id AND t.source <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0006_promises_to_begin_with'),
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(SUBJECTS, migrations.RunSQL.noop),
        migrations.RunSQL(MESSAGES, migrations.RunSQL.noop),
        migrations.RunSQL(FACTS, migrations.RunSQL.noop),
    ]
