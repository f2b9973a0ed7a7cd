"""Saved views come down from reports: the same table under this room's name."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0003_emails_in_lower_case"),
        ("reports", "0002_saved_views_move_down"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE reports_savedview RENAME TO organisation_savedview",
                    "ALTER TABLE organisation_savedview RENAME TO reports_savedview",
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(
                                db_default=django.contrib.postgres.functions.RandomUUID(),
                                editable=False,
                                unique=True,
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                            ),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(
                                auto_now=True,
                                db_default=django.db.models.functions.datetime.Now(),
                            ),
                        ),
                        ("page", models.CharField(max_length=12)),
                        ("name", models.CharField(max_length=80)),
                        ("query", models.CharField(blank=True, max_length=2000)),
                        ("is_shared", models.BooleanField(default=False)),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="saved_views",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                models.F("owner"),
                                models.F("page"),
                                django.db.models.functions.text.Lower("name"),
                                name="saved_view_name_unique",
                                violation_error_message=(
                                    "You already have a view with this name."
                                ),
                            )
                        ],
                    },
                )
            ],
        )
    ]
