"""Room for the longest key of a custom field in the columns of a queue."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_one_verdict")]

    operations = [
        migrations.AlterField(
            model_name="queuecolumns",
            name="keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                blank=True,
                default=list,
                size=None,
            ),
        ),
    ]
