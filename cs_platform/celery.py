"""Background work: the Celery application and the whole schedule."""

import os
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")

app = Celery("cs_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The code is the truth: one line per scheduled task, each safe to run twice.
app.conf.beat_schedule = {
    # The hour is the organisation's own; the task itself decides whether it is due.
    "health-nightly": {
        "task": "health.tasks.run_nightly_if_due",
        "schedule": crontab(minute="*/5"),
    },
    # After an upgrade the past is counted by itself; else there is nothing to do.
    "missing-counts": {
        "task": "health.tasks.count_missing_days",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 540},
    },
    # A score follows its facts within a minute. Unasked questions do not pile up.
    "health-requests": {
        "task": "health.tasks.recompute_requested",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 30},
    },
    # Mails and posts about alerts wait in rows until they are due. Unasked rounds do
    # not pile up.
    "alert-deliveries": {
        "task": "health.tasks.send_alert_deliveries",
        "schedule": crontab(minute="*"),
        "options": {"expires": 55},
    },
    # A critical ticket pages whoever is on call within a minute, waiting included.
    "page-on-call": {
        "task": "health.tasks.page_on_call",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    # Alerts that nobody takes go up, and those asleep wake on their day.
    "alerts-in-time": {
        "task": "health.tasks.follow_alerts_in_time",
        "schedule": crontab(minute="*/10"),
    },
    "alert-ledger": {
        "task": "health.tasks.prune_alert_ledger",
        "schedule": crontab(hour="3", minute="40"),
    },
    # News that people also get by e-mail.
    "notification-mail": {
        "task": "organisation.tasks.send_notification_mail",
        "schedule": crontab(minute="*"),
    },
    # Promises to customers: warnings, misses, and edits open tickets follow.
    "record-due-promises": {
        "task": "tickets.tasks.record_due_promises",
        "schedule": crontab(minute="*"),
    },
    # Snoozed tickets come back, resolved ones close without an objection.
    "tickets-in-time": {
        "task": "tickets.tasks.follow_tickets_in_time",
        "schedule": crontab(minute="*"),
        "options": {"expires": 55},
    },
    # Files that were uploaded and never sent.
    "left-files": {
        "task": "tickets.tasks.sweep_left_files",
        "schedule": crontab(hour="3", minute="50"),
    },
    "rebuild-clocks": {
        "task": "tickets.tasks.rebuild_clocks",
        "schedule": crontab(minute="*"),
    },
    # Tickets are found by the present names of their customers.
    "ticket-names": {
        "task": "tickets.tasks.follow_names",
        "schedule": crontab(minute="*"),
        "options": {"expires": 55},
    },
    # Work whose worker died is picked up again from its row.
    "resume-runs": {
        "task": "health.tasks.resume_stale_runs",
        "schedule": crontab(minute="*"),
    },
    "resume-imports": {
        "task": "integrations.tasks.resume_stale_imports",
        "schedule": crontab(minute="*"),
    },
}
