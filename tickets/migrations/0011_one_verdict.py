"""Of several verdicts of one cycle the miss stays, else the newest; then one it is."""

from django.db import migrations, models

_STRIKE = """
DELETE FROM tickets_slaevent e USING tickets_slaevent o
WHERE e.kind IN ('met', 'no_response') AND o.kind IN ('met', 'no_response', 'breach')
  AND e.ticket_id = o.ticket_id AND e.metric = o.metric AND e.cycle = o.cycle
  AND e.id <> o.id AND (o.kind = 'breach' OR o.id > e.id)
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_words_of_tickets")]

    operations = [
        migrations.RunSQL(_STRIKE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="slaevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["breach", "met", "no_response"])),
                fields=("ticket", "metric", "cycle"),
                name="sla_event_one_verdict",
            ),
        ),
    ]
