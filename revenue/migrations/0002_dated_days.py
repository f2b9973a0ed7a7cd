"""Terms also keep whether it was a trial, and the days ahead as they were known."""

from django.db import migrations, models

# What was known earlier was not kept: the present words stand for all of it.
FILL = """
UPDATE revenue_subscriptionterms k SET
    renews_on = s.renews_on, end_on = s.end_on,
    is_trial = s.is_trial AND k.mrr_amount = 0
FROM revenue_subscription s WHERE s.id = k.subscription_id
"""


class Migration(migrations.Migration):
    dependencies = [("revenue", "0001_initial")]

    operations = [
        migrations.AddField(
            "subscriptionterms",
            "is_trial",
            models.BooleanField(default=False, db_default=False),
        ),
        migrations.AddField(
            "subscriptionterms", "renews_on", models.DateField(blank=True, null=True)
        ),
        migrations.AddField(
            "subscriptionterms", "end_on", models.DateField(blank=True, null=True)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
