"""A ticket reopened after it kept its promises has no verdict until it ends again."""

from django.db import migrations, models

_OPEN_AGAIN = """
UPDATE tickets_ticket t SET is_sla_met = NULL
WHERE t.is_sla_met AND t.status NOT IN ('resolved', 'closed')
  AND EXISTS (SELECT 1 FROM tickets_slaclock c WHERE c.ticket_id = t.id)
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_column_keys")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="is_sla_met",
            field=models.BooleanField(
                blank=True,
                help_text=(
                    "Whether all promises were kept, or what the source says; empty "
                    "while a ticket is open, unless a cycle before missed one."
                ),
                null=True,
            ),
        ),
        migrations.RunSQL(_OPEN_AGAIN, migrations.RunSQL.noop),
    ]
