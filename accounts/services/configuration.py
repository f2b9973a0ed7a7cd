"""Segments, plans and custom fields: the settings around accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import CustomField, Plan, PlanFeature, Segment
from accounts.segments import clean_rules, reassign_segments
from accounts.services.differences import differences
from events.services import Actor, record_event
from organisation.clock import today

_SEGMENT_FIELDS = ("name", "rules", "coverage_model", "touch_cadence_days")
_STEP = 10


@transaction.atomic
def save_segment(
    segment: Segment | None, *, by: Actor | None, **values: Any
) -> Segment:
    """Create a segment (last in order) or change one; accounts move at once.

    Raises ValidationError, also for rules that mean nothing.
    """
    is_new = segment is None
    row = segment or Segment(priority=_next_priority(), slug=_free_slug(values["name"]))
    before = None if is_new else Segment.objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(row, name, clean_rules(value) if name == "rules" else value)
    row.full_clean()
    row.save()
    data = differences(before, row, _SEGMENT_FIELDS) if before else {}
    if is_new or data:
        moved = reassign_segments()
        kind = "segment_created" if is_new else "segment_updated"
        record_event(kind, by=by, subject=row, data=data | {"accounts_moved": moved})
    return row


@transaction.atomic
def move_segment(segment: Segment, *, up: bool, by: Actor | None) -> None:
    """Swap a segment with its neighbour; the first that matches takes the account."""
    rows = list(Segment.objects.select_for_update().order_by("priority"))
    index = next(i for i, row in enumerate(rows) if row.pk == segment.pk)
    other = index - 1 if up else index + 1
    if not 0 <= other < len(rows):
        return
    mine, theirs = rows[index], rows[other]
    free = rows[-1].priority + 1
    for row, priority in (
        (mine, free),
        (theirs, mine.priority),
        (mine, theirs.priority),
    ):
        Segment.objects.filter(pk=row.pk).update(priority=priority)
    moved = reassign_segments()
    record_event(
        "segment_moved",
        by=by,
        subject=segment,
        data={"place": [index + 1, other + 1], "accounts_moved": moved},
    )


@transaction.atomic
def delete_segment(segment: Segment, *, by: Actor | None) -> None:
    """Remove a segment; its accounts go to the next one that matches."""
    record_event("segment_deleted", by=by, subject=segment)
    reassign_segments(without=segment)
    segment.delete()


@transaction.atomic
def save_plan(
    plan: Plan | None, *, by: Actor | None, name: str, features: Sequence[str]
) -> Plan:
    """Create or change a plan; its core features are dated from today.

    The features a plan begins with hold for all time before.
    """
    is_new = plan is None
    row = plan or Plan()
    before = "" if is_new else row.name
    row.name = name
    row.full_clean()
    row.save()
    current = PlanFeature.objects.filter(plan=row, valid_to__isnull=True)
    held = set(current.values_list("feature", flat=True))
    since = today() if PlanFeature.objects.filter(plan=row).exists() else None
    ending = current.exclude(feature__in=features)
    ending.filter(valid_from__gte=today()).delete()
    ending.update(valid_to=today())
    PlanFeature.objects.bulk_create(
        PlanFeature(plan=row, feature=feature, valid_from=since)
        for feature in features
        if feature not in held
    )
    if is_new or before != name or held != set(features):
        record_event(
            "plan_created" if is_new else "plan_updated",
            by=by,
            subject=row,
            data={"name": [before, name], "features": [sorted(held), sorted(features)]},
        )
    return row


@transaction.atomic
def save_custom_field(
    field: CustomField | None, *, by: Actor | None, **values: Any
) -> CustomField:
    """Create a custom field, or change the label and choices of one.

    Key, owner and kind never change: stored values would lose their meaning.
    """
    is_new = field is None
    row = field or CustomField()
    fixed = {"key", "target", "kind"}
    if not is_new and fixed & set(values):
        raise ValidationError(_("Key, owner and kind of a field stay as they are."))
    before = None if is_new else CustomField.objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    data = differences(before, row, ("label", "choices")) if before else {}
    if is_new or data:
        kind = "custom_field_created" if is_new else "custom_field_updated"
        record_event(kind, by=by, subject=row, data=data)
    return row


@transaction.atomic
def delete_custom_field(field: CustomField, *, by: Actor | None) -> None:
    """Remove a field from every page. Stored values stay and come back with it.

    Raises ValidationError while a segment rule asks about it.
    """
    name = f"custom.{field.key}"
    users = [
        segment.name
        for segment in Segment.objects.all()
        if any(
            each["field"] == name
            for rule in segment.rules
            for each in rule.get("any", [rule])
        )
    ]
    if field.target == CustomField.Target.ACCOUNT and users:
        raise ValidationError(
            _("Segments ask about this field: %(names)s.") % {"names": ", ".join(users)}
        )
    record_event("custom_field_deleted", by=by, subject=field)
    field.delete()


def _next_priority() -> int:
    last = Segment.objects.aggregate(last=Max("priority"))["last"] or 0
    return int(last) + _STEP


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "segment"
    taken = set(Segment.objects.values_list("slug", flat=True))
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )
