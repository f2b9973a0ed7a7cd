# Posts of plain JSON are signed, so that the receiver can check them.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0008_alert_rules_have_windows")]

    operations = [
        migrations.AddField(
            model_name="alertchannel",
            name="signing_secret",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text=(
                    "With which posts of plain JSON are signed, so they can be checked."
                ),
                max_length=120,
            ),
        ),
    ]
