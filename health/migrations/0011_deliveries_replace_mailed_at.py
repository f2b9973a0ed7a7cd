# Whether an alert was told stands in its deliveries.

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("health", "0010_more_alert_rules")]

    operations = [migrations.RemoveField(model_name="alert", name="mailed_at")]
