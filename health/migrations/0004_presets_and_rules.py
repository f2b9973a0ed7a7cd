"""The shipped scorecards and alert rules."""

from django.db import migrations

from health.services.shipped import FIRST_RULES, create_alert_rules, publish_presets


def create(apps, schema_editor):
    publish_presets(
        scorecards=apps.get_model("health", "Scorecard"),
        versions=apps.get_model("health", "ScorecardVersion"),
    )
    create_alert_rules(
        rules=apps.get_model("health", "AlertRule"), keys=FIRST_RULES
    )


class Migration(migrations.Migration):
    dependencies = [("health", "0003_published_versions_stay")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
