"""Changing SLA tiers: whom they are for, and what they promise from now on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Account
from events.services import Actor, changes, record_event
from organisation.models import User, WorkingCalendar
from tickets.models import SlaMetric, SlaTier, SlaTierVersion, Ticket
from tickets.services.tiers import ALWAYS_ON, BY_CALENDAR

TIER_FIELDS = ("name", "description", "priority", "is_active")
LINKS = ("segments", "plans", "accounts")
#: A promise of more than a year is a slip of the keyboard.
MOST_MINUTES = 366 * 24 * 60
_OWN = ["public_id", "created_at", "updated_at"]

Targets = dict[str, dict[str, dict[str, Any]]]


@transaction.atomic
def create_tier(
    *,
    by: Actor | None,
    name: str,
    targets: Mapping[str, Any],
    calendar: WorkingCalendar,
    **values: Any,
) -> SlaTier:
    """A new tier with its first targets. Raises ValidationError per field."""
    links = {key: values.pop(key) for key in LINKS if key in values}
    tier = SlaTier(name=name.strip(), slug=_free_slug(name), **values)
    tier.full_clean(exclude=_OWN)
    tier.save()
    _set_links(tier, links)
    record_event("sla_tier_created", by=by, subject=tier)
    publish_targets(tier, by=by, targets=targets, calendar=calendar)
    return tier


@transaction.atomic
def update_tier(tier: SlaTier, *, by: Actor | None, **values: Any) -> SlaTier:
    """Change name, order and whom it is for; running clocks stay as they are.

    Raises ValidationError, also for switching off the default.
    """
    current = SlaTier.objects.select_for_update().get(pk=tier.pk)
    before = SlaTier.objects.get(pk=tier.pk)
    links = {key: values.pop(key) for key in LINKS if key in values}
    for name, value in values.items():
        setattr(current, name, value)
    if current.is_default and not current.is_active:
        raise ValidationError(
            {"is_active": _("The default tier stays on. Choose another default first.")}
        )
    current.full_clean(exclude=_OWN)
    current.save()
    told = changes(before, current, TIER_FIELDS) | _set_links(current, links)
    if told:
        record_event("sla_tier_changed", by=by, subject=current, data=told)
    return current


def unseen_accounts(tier: SlaTier, person: User) -> list[Account]:
    """Accounts of the tier that this person may not see, and so cannot take from it."""
    seen = Account.objects.visible_to(person)
    return list(Account.objects.filter(sla_tiers=tier).exclude(pk__in=seen))


@transaction.atomic
def make_default(tier: SlaTier, *, by: Actor | None) -> SlaTier:
    """The tier of everybody whom no other tier names."""
    tiers = SlaTier.objects.select_for_update()
    before = tiers.filter(is_default=True).exclude(pk=tier.pk).first()
    tiers.filter(is_default=True).exclude(pk=tier.pk).update(is_default=False)
    tiers.filter(pk=tier.pk).update(is_default=True, is_active=True)
    tier.is_default = tier.is_active = True
    data = {"default": [before.slug if before else None, tier.slug]}
    record_event("sla_tier_changed", by=by, subject=tier, data=data)
    return tier


@transaction.atomic
def publish_targets(
    tier: SlaTier,
    *,
    by: Actor | None,
    targets: Mapping[str, Any],
    calendar: WorkingCalendar,
    note: str = "",
) -> SlaTierVersion:
    """A new version of what is promised; the newest one where nothing differs.

    New tickets have it at once, running clocks keep the version they began with.
    Raises ValidationError for targets that make no sense.
    """
    SlaTier.objects.select_for_update().get(pk=tier.pk)
    cleaned = clean_targets(targets)
    newest = tier.versions.order_by("-number").first()
    if (
        newest is not None
        and newest.targets == cleaned
        and newest.calendar_id == calendar.pk
    ):
        return newest
    version = SlaTierVersion.objects.create(
        tier=tier,
        number=newest.number + 1 if newest else 1,
        targets=cleaned,
        calendar=calendar,
        note=note.strip()[:300],
        published_by_id=getattr(by, "pk", None),
    )
    data = {"version": [newest.number if newest else None, version.number]}
    record_event("sla_tier_published", by=by, subject=tier, data=data)
    return version


@transaction.atomic
def delete_tier(tier: SlaTier, *, by: Actor | None) -> None:
    """Remove a tier that no clock ever ran by. Raises ValidationError otherwise."""
    if tier.is_default:
        raise ValidationError(_("The default tier cannot be removed."))
    record_event("sla_tier_deleted", by=by, subject=tier)
    try:
        tier.delete()
    except models.ProtectedError as error:
        words = _("Clocks ran by this tier, so it is kept. Switch it off instead.")
        raise ValidationError(words) from error


def clean_targets(raw: Mapping[str, Any]) -> Targets:
    """Targets as they are stored. Raises ValidationError naming what is wrong."""
    cleaned: Targets = {}
    for priority, metrics in raw.items():
        if priority not in Ticket.Priority.values or not isinstance(metrics, Mapping):
            raise _refused(_("“%(what)s” is not a priority.") % {"what": priority})
        for metric, target in metrics.items():
            if metric not in SlaMetric.values:
                raise _refused(_("“%(what)s” is not a metric.") % {"what": metric})
            cleaned.setdefault(priority, {})[metric] = _clean_target(target)
    if not cleaned:
        raise _refused(_("Promise something: at least one target."))
    return cleaned


def _clean_target(target: Any) -> dict[str, Any]:
    minutes = target.get("minutes") if isinstance(target, Mapping) else None
    is_whole = isinstance(minutes, int) and not isinstance(minutes, bool)
    if not is_whole or minutes is None or not 1 <= minutes <= MOST_MINUTES:
        raise _refused(_("A target lasts from one minute to a year."))
    if target.get("clock") not in (BY_CALENDAR, ALWAYS_ON):
        raise _refused(_("A target runs by the calendar or around the clock."))
    return {"minutes": minutes, "clock": target["clock"]}


def _refused(words: str) -> ValidationError:
    return ValidationError({"targets": words})


def _set_links(tier: SlaTier, links: Mapping[str, Iterable[Any]]) -> dict[str, Any]:
    """Set whom the tier is for; what changed, as numbers of rows."""
    told: dict[str, Any] = {}
    for name, rows in links.items():
        manager = getattr(tier, name)
        before = set(manager.values_list("pk", flat=True))
        after = {row.pk for row in rows}
        if before != after:
            manager.set(after)
            told[name] = [len(before), len(after)]
    return told


def _free_slug(name: str) -> str:
    stem = slugify(name)[:50] or "tier"
    taken = set(
        SlaTier.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
