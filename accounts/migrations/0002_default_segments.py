"""The four segments every organisation begins with; all of them can be edited."""

from django.db import migrations

SEGMENTS = [
    {
        "name": "Enterprise",
        "slug": "enterprise",
        "priority": 10,
        "rules": [
            {
                "any": [
                    {"field": "employees", "op": "gt", "value": 1000},
                    {"field": "arr", "op": "gte", "value": 100000},
                ]
            }
        ],
        "coverage_model": "high_touch",
        "touch_cadence_days": 14,
    },
    {
        "name": "Mid-market",
        "slug": "mid-market",
        "priority": 20,
        "rules": [
            {"field": "employees", "op": "gte", "value": 100},
            {"field": "employees", "op": "lte", "value": 1000},
        ],
        "coverage_model": "mid_touch",
        "touch_cadence_days": 30,
    },
    {
        "name": "SMB",
        "slug": "smb",
        "priority": 30,
        "rules": [
            {
                "any": [
                    {"field": "employees", "op": "lt", "value": 100},
                    {"field": "arr", "op": "gte", "value": 10000},
                ]
            }
        ],
        "coverage_model": "low_touch",
        "touch_cadence_days": 90,
    },
    {
        "name": "Tech-touch",
        "slug": "tech-touch",
        "priority": 40,
        "rules": [],
        "coverage_model": "tech_touch",
        "touch_cadence_days": 180,
    },
]


def create(apps, schema_editor):
    Segment = apps.get_model("accounts", "Segment")
    for values in SEGMENTS:
        taken = Segment.objects.filter(
            priority=values["priority"]
        ) | Segment.objects.filter(name__iexact=values["name"])
        if not taken.exists():
            Segment.objects.get_or_create(slug=values["slug"], defaults=values)


def remove(apps, schema_editor):
    Segment = apps.get_model("accounts", "Segment")
    Segment.objects.filter(slug__in=[values["slug"] for values in SEGMENTS]).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, remove)]
