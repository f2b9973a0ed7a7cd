# How far a rule looks is part of the rule.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0007_judgements_and_deliveries")]

    operations = [
        migrations.AddField(
            model_name="alertrule",
            name="window_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text=(
                    "How far back, or ahead, the rule looks; empty: it has no window."
                ),
                null=True,
            ),
        ),
    ]
