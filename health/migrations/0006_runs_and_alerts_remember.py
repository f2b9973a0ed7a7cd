# What a run shows survives its process; what band an alert closed in is kept.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0005_one_index_for_snapshots")]

    operations = [
        migrations.AddField(
            model_name="healthrun",
            name="is_shown",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Off when a later day follows at once and is shown instead.",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="band_closed",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The last known band when the alert closed.",
                max_length=8,
            ),
        ),
    ]
