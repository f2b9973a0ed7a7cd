"""Counts of the views read indexes alone; views of everything have indexes too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_health_by_hand'),
        ('organisation', '0005_calendar_versions_and_notifications'),
        ('tickets', '0007_imported_tickets_are_real'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_due',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_assignee',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_team',
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('spam_at__isnull', True), ('status__in', ('new', 'triaged', 'assigned', 'in_progress', 'waiting', 'on_hold'))), fields=['next_due_at', 'id'], include=('snoozed_until', 'breached_at', 'status'), name='ticket_queue_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('spam_at__isnull', True), ('status__in', ('new', 'triaged', 'assigned', 'in_progress', 'waiting', 'on_hold'))), fields=['assignee', 'next_due_at', 'id'], include=('snoozed_until',), name='ticket_queue_assignee'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('spam_at__isnull', True), ('status__in', ('new', 'triaged', 'assigned', 'in_progress', 'waiting', 'on_hold'))), fields=['team', 'next_due_at', 'id'], include=('snoozed_until',), name='ticket_queue_team'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('spam_at__isnull', True)), fields=['next_due_at', 'id'], name='ticket_genuine_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.Case(models.When(priority='critical', then=1), models.When(priority='high', then=2), models.When(priority='medium', then=3), default=4, output_field=models.SmallIntegerField()), models.F('id'), condition=models.Q(('merged_into__isnull', True), ('spam_at__isnull', True)), name='ticket_genuine_priority'),
        ),
    ]
