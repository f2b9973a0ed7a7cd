"""Each clock keeps the setting by which it pauses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_numbers_and_counts")]

    operations = [
        migrations.AddField(
            model_name="slaclock",
            name="is_paused_on_hold",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The setting as it was when the clock began.",
            ),
        ),
    ]
