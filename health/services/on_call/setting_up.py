"""Who is on call, for what, and how often they are paged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.services import Actor, changes, record_event
from health.models import AlertChannel, OnCallResponder, OnCallSettings
from health.queries.on_call import responders
from health.services.on_call.following import stand_down
from organisation.models import User
from organisation.permissions import Permission, Role
from tickets.models import Ticket

FIELDS = ("priorities", "repeat_minutes", "most_pages", "second_after_minutes")
#: Which names stand for whom: the step, and people or channels.
NAMED = {
    "people": (OnCallResponder.Step.FIRST, "person"),
    "channels": (OnCallResponder.Step.FIRST, "channel"),
    "second_people": (OnCallResponder.Step.SECOND, "person"),
    "second_channels": (OnCallResponder.Step.SECOND, "channel"),
}
Named = Mapping[str, Sequence[User | AlertChannel]]


class StaleOnCall(ValueError):
    """Somebody else changed it; ``current`` is what stands there now."""

    def __init__(self, current: OnCallSettings) -> None:
        self.current = current
        super().__init__(_("Somebody else changed who is on call meanwhile."))


@transaction.atomic
def change_on_call(
    *,
    by: Actor | None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **values: Any,
) -> OnCallSettings:
    """Change what is named: the fields, and ``people``, ``channels`` of both steps.

    Tickets that were critical before paging was set up for them are left alone; pages
    that would not begin any more end. Raises ValidationError and StaleOnCall.
    """
    at = now or timezone.now()
    OnCallSettings.objects.get_or_create(pk=1)
    row = OnCallSettings.objects.select_for_update().get(pk=1)
    if expected_version is not None and row.version != expected_version:
        raise StaleOnCall(row)
    named_before = named_now()
    named = named_before | {
        name: list(values.pop(name)) for name in NAMED if name in values
    }
    before = OnCallSettings(**{name: getattr(row, name) for name in FIELDS})
    for name, value in values.items():
        setattr(row, name, value)
    row.priorities = [one for one in Ticket.Priority.values if one in row.priorities]
    _check(row, named)
    told = changes(before, row, FIELDS) | _differences(named_before, named)
    if not told:
        return row
    _start_counting(before, row, named, at)
    row.version += 1
    row.save()
    _write(named_before, named)
    stand_down(row, is_off=row.paging_since is None, now=at)
    record_event("on_call_changed", by=by, subject=row, data=told, happened_at=now)
    return row


def named_now() -> dict[str, list[Any]]:
    """Who is named, as ``change_on_call`` takes it."""
    found: dict[str, list[Any]] = {name: [] for name in NAMED}
    rows = list(responders())
    for name, (step, way) in NAMED.items():
        found[name] = [
            getattr(row, way) for row in rows if row.step == step and getattr(row, way)
        ]
    return found


def _start_counting(
    before: OnCallSettings, row: OnCallSettings, named: Named, at: datetime
) -> None:
    """From when tickets are paged: what is critical already is no news.

    A priority that joins counts from then on; the others go on as they did.
    """
    is_on = bool(named["people"] or named["channels"])
    if not is_on or row.paging_since is None:
        row.paging_since, row.joined_at = at if is_on else None, {}
        return
    new = set(row.priorities) - set(before.priorities)
    staying = {k: v for k, v in row.joined_at.items() if k in row.priorities}
    row.joined_at = staying | dict.fromkeys(sorted(new), at.isoformat())


def _write(before: Named, named: Named) -> None:
    for name, (step, way) in NAMED.items():
        gone = [each.pk for each in before[name] if each not in named[name]]
        rows = OnCallResponder.objects.filter(step=step, **{f"{way}__in": gone})
        rows.delete()
    OnCallResponder.objects.bulk_create(
        OnCallResponder(step=step, **{way: each})
        for name, (step, way) in NAMED.items()
        for each in named[name]
        if each not in before[name]
    )


def _differences(before: Named, named: Named) -> dict[str, Any]:
    """``{"people": [["Ada"], ["Ada", "Ben"]]}`` where somebody joined or left."""
    return {
        name: [_labels(before[name]), _labels(named[name])]
        for name in NAMED
        if {each.pk for each in before[name]} != {each.pk for each in named[name]}
    }


def _labels(named: Iterable[User | AlertChannel]) -> list[str]:
    return sorted(each.label if isinstance(each, User) else each.name for each in named)


# --- what cannot be -------------------------------------------------------------------


def _check(row: OnCallSettings, named: Named) -> None:
    """Raise ValidationError with a message for each field that is wrong."""
    errors: dict[str, Any] = {}
    try:
        row.full_clean()
    except ValidationError as error:
        errors = dict(error.error_dict)
    if not row.priorities:
        errors["priorities"] = _("Choose at least one priority.")
    for name in ("people", "second_people"):
        if words := _unable(named[name]):
            errors[name] = words
    errors = _twice(named) | _half_second(row, named) | errors
    if errors:
        raise ValidationError(errors)


def _unable(people: Sequence[Any]) -> str:
    """Why one of these cannot be on call."""
    for person in people:
        is_program = person.role == Role.INTEGRATION
        if is_program or not person.has_perm_code(Permission.VIEW_TICKETS):
            return _("%(who)s may not see tickets.") % {"who": person.label}
    return ""


def _twice(named: Named) -> dict[str, Any]:
    """Whoever is paged at once is paged in the second step anyway."""
    found = {}
    for first, second in (("people", "second_people"), ("channels", "second_channels")):
        both = [each for each in named[second] if each in named[first]]
        if both:
            who = _labels(both)[0]
            found[second] = _("%(who)s is paged at once already.") % {"who": who}
    return found


def _half_second(row: OnCallSettings, named: Named) -> dict[str, Any]:
    """A second step needs a first one, a time, and somebody; all or nothing."""
    has_first = named["people"] or named["channels"]
    has_second = named["second_people"] or named["second_channels"]
    minutes = row.second_after_minutes
    if has_second and not has_first:
        return {"people": _("Name somebody to page at once first.")}
    if has_second and not minutes:
        return {"second_after_minutes": _("Say after how many minutes.")}
    if minutes and not has_second:
        return {"second_people": _("Name whom to page then, or leave the time empty.")}
    last = row.repeat_minutes * (row.most_pages - 1)
    if minutes and minutes > last:
        words = _("The last page goes out after %(n)d minutes. Name fewer.")
        return {"second_after_minutes": words % {"n": last}}
    return {}
