"""Tickets are found by the words of their whole conversation, kept beside them.

With the words their index leaves the ticket, and so do indexes nobody asked: each of
them was written with every change of a ticket.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Of long conversations the newest 100,000 bytes: more might not fit a search vector.
FILL = """
INSERT INTO tickets_ticketwords (ticket_id, words)
SELECT t.id, to_tsvector('simple', concat_ws(' ',
    t.number, t.subject, t.requester_name, t.requester_email, c.name, c.email, a.name,
    a.domain, said.words))
FROM tickets_ticket t
LEFT JOIN accounts_account a ON a.id = t.account_id
LEFT JOIN accounts_contact c ON c.id = t.contact_id
LEFT JOIN LATERAL (
    SELECT string_agg(
        left(m.text, (CASE WHEN m.taken <= 100000 THEN m.size
                           ELSE (100000 - m.taken + m.size) / 4 END)::int),
        ' ' ORDER BY m.sent_at DESC, m.id DESC) AS words
    FROM (
        SELECT id, sent_at, text, octet_length(text) + 1 AS size,
            sum(octet_length(text) + 1) OVER (ORDER BY sent_at DESC, id DESC) AS taken
        FROM tickets_message WHERE ticket_id = t.id) m
    WHERE m.taken - m.size < 100000) said ON true
"""


def _unindexed(to, name, related_name):
    return migrations.AlterField(
        model_name="ticket",
        name=name,
        field=models.ForeignKey(
            blank=True,
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.SET_NULL,
            related_name=related_name,
            to=to,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_health_by_hand"),
        ("organisation", "0005_calendar_versions_and_notifications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("tickets", "0009_queue_columns"),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketWords",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="ticketwords",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["words"], name="ticket_words"
            ),
        ),
        migrations.RemoveIndex(model_name="ticket", name="ticket_search"),
        migrations.RemoveField(model_name="ticket", name="search"),
        migrations.RemoveIndex(model_name="message", name="message_search"),
        migrations.RemoveField(model_name="message", name="search"),
        _unindexed("accounts.account", "account", "tickets"),
        _unindexed("organisation.team", "team", "tickets"),
        _unindexed(settings.AUTH_USER_MODEL, "created_by", "+"),
        _unindexed("tickets.ticket", "merged_into", "merged_tickets"),
        _unindexed("tickets.slatier", "tier", "tickets"),
    ]
