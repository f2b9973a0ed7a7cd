"""The alert rules that came with alerts on more than scores."""

from django.db import migrations

from health.services.shipped import create_alert_rules


def create(apps, schema_editor):
    create_alert_rules(rules=apps.get_model("health", "AlertRule"))


class Migration(migrations.Migration):
    dependencies = [("health", "0009_channels_sign_their_posts")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
