"""Levels, settings and three tiers to begin with; what is there already stays."""

from django.db import migrations

WEEK = ("mon", "tue", "wed", "thu", "fri")
LEVELS = (
    (1, "Front line", 24 * 60),
    (2, "Technical", 8 * 60),
    (3, "Complex", 4 * 60),
    (4, "Engineering", 60),
)
#: Hours per priority: first response (and next response), resolution.
HOURS = {
    "shared": {
        "critical": (1, 4),
        "high": (4, 24),
        "medium": (24, 72),
        "low": (72, 168),
    },
    "dedicated": {
        "critical": (0.5, 2),
        "high": (2, 12),
        "medium": (4, 36),
        "low": (4, 84),
    },
    "self-service": {"medium": (24, 72), "low": (72, 168)},
}
TIERS = (
    ("dedicated", "Dedicated", 10, False),
    ("shared", "Shared", 20, True),
    ("self-service", "Self-service", 30, False),
)


def targets(slug):
    found = {}
    for priority, (response, resolution) in HOURS[slug].items():
        clock = "always" if priority == "critical" else "calendar"
        hours = {"first_response": response, "resolution": resolution}
        if slug != "self-service":
            hours["next_response"] = response
        found[priority] = {
            metric: {"minutes": round(value * 60), "clock": clock}
            for metric, value in hours.items()
        }
    return found


def set_up(apps, schema_editor):
    for level, name, minutes in LEVELS:
        apps.get_model("tickets", "SupportLevel").objects.get_or_create(
            level=level, defaults={"name": name, "response_minutes": minutes}
        )
    apps.get_model("tickets", "SupportSettings").objects.get_or_create(id=1)
    tiers = apps.get_model("tickets", "SlaTier").objects
    if tiers.exists():
        return
    organisation = apps.get_model("organisation", "Organisation").objects.first()
    calendars = apps.get_model("organisation", "WorkingCalendar").objects
    calendar, _ = calendars.get_or_create(
        name="Office hours",
        defaults={
            "timezone": organisation.timezone if organisation else "UTC",
            "weekly": {day: [["09:00", "17:00"]] for day in WEEK},
        },
    )
    versions = apps.get_model("tickets", "SlaTierVersion").objects
    for slug, name, priority, is_default in TIERS:
        tier = tiers.create(
            slug=slug, name=name, priority=priority, is_default=is_default
        )
        versions.create(tier=tier, number=1, targets=targets(slug), calendar=calendar)


def take_back(apps, schema_editor):
    """Nothing: what was set up may be in use by now."""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0005_pausing_on_hold"),
        ("organisation", "0005_calendar_versions_and_notifications"),
    ]

    operations = [migrations.RunPython(set_up, take_back)]
