"""Numbers come from a sequence, so that two tickets never share one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0003_queue_indexes'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE tickets_number_seq START WITH 1001",
            "DROP SEQUENCE tickets_number_seq",
        ),
        migrations.AddField(
            model_name='ticket',
            name='escalation_count',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='ticket',
            name='csat_comment',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
