"""What the engine keeps: plain JSON details, resumable runs, when a band worsened."""

import django.contrib.postgres.fields
from django.db import migrations, models

import health.fields


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="snapshot",
            name="detail",
            field=health.fields.PlainJSONField(),
        ),
        migrations.AddField(
            model_name="healthrun",
            name="account_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                help_text="The accounts to compute; empty means all.",
                null=True,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="healthrun",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="alert",
            name="worsened_on",
            field=models.DateField(
                default="2000-01-01",
                help_text=(
                    "Day on which the band last got worse; 30 days later it is normal."
                ),
            ),
            preserve_default=False,
        ),
    ]
