"""Settings: SLA tiers, what they promise, and how support works here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.models import WorkingCalendar
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs
from tickets.models import ClockRebuild, SlaMetric, SlaTier, SupportLevel, Ticket
from tickets.services.rebuild import start_rebuild, tickets_to_rebuild
from tickets.services.rows import support_settings as current_settings
from tickets.services.support import change_support
from tickets.services.tier_changes import (
    create_tier,
    delete_tier,
    make_default,
    publish_targets,
    update_tier,
)
from tickets.services.tiers import newest_version
from tickets.sla_forms import SupportForm, TargetsForm, TierForm


@require(Permission.EDIT_SUPPORT)
@require_GET
def sla_tiers(request: AuthenticatedRequest) -> HttpResponse:
    """Every tier with whom it is for and what it promises."""
    rows = SlaTier.objects.prefetch_related("versions__calendar").annotate(
        account_count=Count("accounts", distinct=True),
        plan_count=Count("plans", distinct=True),
        segment_count=Count("segments", distinct=True),
    )
    is_open = ~Q(status__in=("resolved", "closed"))
    counts = dict(
        Ticket.objects.genuine()
        .filter(is_open, tier__isnull=False)
        .order_by()
        .values_list("tier")
        .annotate(n=Count("pk"))
    )
    context = {
        "rows": [
            (tier, tier.versions.all()[:1], counts.get(tier.pk, 0)) for tier in rows
        ],
        "tabs": settings_tabs(request),
    }
    return render(request, "tickets/sla_tiers.html", context)


@require(Permission.EDIT_SUPPORT)
def sla_tier_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new tier; it begins with the targets of the default."""
    default_tier = SlaTier.objects.filter(is_default=True).first()
    default = newest_version(default_tier.pk if default_tier else None)
    form, targets = (
        TierForm(request.POST or None, by=request.user),
        TargetsForm(request.POST or None, version=default),
    )
    if request.method == "POST" and form.is_valid() and targets.is_valid():
        promised = {
            name: targets.cleaned_data[name] for name in ("targets", "calendar")
        }
        try:
            tier = create_tier(by=request.user, **form.cleaned_data, **promised)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The tier %(name)s is saved.") % {"name": tier.name})
            return redirect("tickets:sla_tier", tier.public_id)
    context = {
        "form": form,
        "targets": targets,
        "metrics": list(SlaMetric),
        "tabs": settings_tabs(request),
    }
    status = 422 if form.errors or targets.errors else 200
    return render(request, "tickets/sla_tier_create.html", context, status=status)


@require(Permission.EDIT_SUPPORT)
def sla_tier(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One tier: whom it is for, and the matrix of its targets."""
    tier = get_object_or_404(SlaTier, public_id=public_id)
    form = TierForm(request.POST or None, by=request.user, tier=tier)
    if request.method == "POST" and form.is_valid():
        try:
            update_tier(tier, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The tier %(name)s is saved.") % {"name": tier.name})
            return redirect("tickets:sla_tier", tier.public_id)
    return _tier_page(request, tier, form=form)


@require(Permission.EDIT_SUPPORT)
@require_POST
def sla_targets(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Publish what the tier promises from now on."""
    tier = get_object_or_404(SlaTier, public_id=public_id)
    form = TargetsForm(request.POST, version=newest_version(tier.pk))
    if not form.is_valid():
        return _tier_page(request, tier, targets=form)
    found = form.cleaned_data
    try:
        version = publish_targets(
            tier,
            by=request.user,
            targets=found["targets"],
            calendar=found["calendar"],
            note=found["note"],
        )
    except ValidationError as error:
        form.take_errors(error)
        return _tier_page(request, tier, targets=form)
    words = _("Version %(n)s counts for new tickets.") % {"n": version.number}
    if found["recompute"]:
        words = f"{words} {_rebuild_words(request, tier)}"
    toast(request, words)
    return redirect("tickets:sla_tier", tier.public_id)


@require(Permission.EDIT_SUPPORT)
@require_POST
def sla_tier_rebuild(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Let open tickets follow the newest targets and calendar."""
    tier = get_object_or_404(SlaTier, public_id=public_id)
    toast(request, _rebuild_words(request, tier))
    return redirect("tickets:sla_tier", tier.public_id)


@require(Permission.EDIT_SUPPORT)
def sla_calendar(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Let open tickets follow the newest version of a calendar; the count first."""
    calendar = get_object_or_404(WorkingCalendar, public_id=public_id)
    if request.method == "POST":
        row = start_rebuild(by=request.user, calendar=calendar)
        toast(request, _count_words(row.ticket_count))
        return redirect("organisation:calendar", calendar.public_id)
    context = {
        "calendar": calendar,
        "open_count": tickets_to_rebuild(calendar=calendar).count(),
        "rebuild": ClockRebuild.objects.filter(calendar=calendar).first(),
        "tabs": settings_tabs(request),
    }
    return render(request, "tickets/sla_calendar.html", context)


def _rebuild_words(request: AuthenticatedRequest, tier: SlaTier) -> str:
    return _count_words(start_rebuild(by=request.user, tier=tier).ticket_count)


def _count_words(count: int) -> str:
    words = ngettext(
        "%(n)d open ticket is being recomputed.",
        "%(n)d open tickets are being recomputed.",
        count,
    )
    return words % {"n": count}


@require(Permission.EDIT_SUPPORT)
@require_POST
def sla_tier_default(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """The tier of everybody whom no other tier names."""
    tier = get_object_or_404(SlaTier, public_id=public_id)
    make_default(tier, by=request.user)
    toast(request, _("%(name)s is the default now.") % {"name": tier.name})
    return redirect("tickets:sla_tiers")


@require(Permission.EDIT_SUPPORT)
@require_POST
def sla_tier_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a tier that no clock ever ran by."""
    tier = get_object_or_404(SlaTier, public_id=public_id)
    try:
        delete_tier(tier, by=request.user)
    except ValidationError as error:
        toast(request, " ".join(error.messages), level=40)
        return redirect("tickets:sla_tier", tier.public_id)
    toast(request, _("The tier %(name)s is removed.") % {"name": tier.name})
    return redirect("tickets:sla_tiers")


@require(Permission.EDIT_SUPPORT)
def support_settings(request: AuthenticatedRequest) -> HttpResponse:
    """How support works here, and what each level promises."""
    form = SupportForm(
        request.POST or None,
        support=current_settings(),
        levels=list(SupportLevel.objects.all()),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_support(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The settings are saved."))
            return redirect("tickets:support_settings")
    context = {"form": form, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "tickets/support_settings.html", context, status=status)


def _tier_page(
    request: AuthenticatedRequest, tier: SlaTier, **forms: Any
) -> HttpResponse:
    version = newest_version(tier.pk)
    context = {
        "tier": tier,
        "version": version,
        "versions": tier.versions.select_related("published_by")[:10],
        "form": TierForm(by=request.user, tier=tier),
        "targets": TargetsForm(version=version),
        "metrics": list(SlaMetric),
        "open_count": tickets_to_rebuild(tier=tier).count(),
        "rebuild": ClockRebuild.objects.filter(tier=tier).first(),
        "tabs": settings_tabs(request),
    } | forms
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "tickets/sla_tier.html", context, status=status)
