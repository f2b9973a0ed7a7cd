"""Events are found by account and day; their id is unique by its sequence.

An index over every event's time and id served only the rare correction and cost a
tenth of the time of writing events.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("usage", "0003_light_keys")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE usage_usageevent DROP CONSTRAINT usage_usageevent_pkey",
            "ALTER TABLE usage_usageevent ADD PRIMARY KEY (occurred_at, id)",
        )
    ]
