"""Saved views serve alerts and tickets too, so they live in organisation from now on.

Only the state changes here; the table is renamed by organisation's next migration.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("SavedView")]
        )
    ]
