"""Scorecards as wholes: made, copied, put in order, for whom, put away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import named_account_for
from accounts.queries import account_options
from core.http import AuthenticatedRequest
from core.toasts import toast
from health.models import Scorecard
from health.queries.scorecard_pages import published_of, scorecard_by_slug
from health.queries.scorecard_use import trials, use_order
from health.scorecard_forms import ScorecardCreateForm, ScorecardUseForm
from health.services.scorecard_use import (
    CannotUse,
    OrderIsStale,
    archive_scorecard,
    describe_scorecard,
    make_default,
    move_scorecard,
    restore_scorecard,
    set_order,
    set_use,
)
from health.services.scorecards import copy_scorecard, create_scorecard
from health.views.scorecards.reading import card_or_404
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.EDIT_SCORECARDS)
def scorecard_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new scorecard: its name, and what it begins with; then the editor."""
    cards = list(Scorecard.objects.filter(archived_at=None).values_list("slug", "name"))
    origin = request.GET.get("copy", "")
    initial = {"copy_from": origin, "name": _name_of_copy(dict(cards).get(origin))}
    form = ScorecardCreateForm(request.POST or None, cards=cards, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            card = _created(request, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("%(name)s is created as a draft.") % {"name": card.name})
            return redirect("health:scorecard_edit", card.slug)
    status = 422 if form.errors else 200
    context = {"form": form}
    return render(request, "health/scorecard_create.html", context, status=status)


def _name_of_copy(name: str | None) -> str:
    return _("%(name)s, copy") % {"name": name} if name else ""


def _created(
    request: AuthenticatedRequest, *, name: str, description: str, copy_from: str
) -> Scorecard:
    values: dict[str, Any] = {"name": name, "description": description}
    origin = scorecard_by_slug(copy_from) if copy_from else None
    if origin is not None:
        return copy_scorecard(origin, by=request.user, **values)
    return create_scorecard(by=request.user, **values)


@require(Permission.VIEW_HEALTH)
def scorecard_order(request: AuthenticatedRequest) -> HttpResponse:
    """In which order scorecards are tried; ``?account=`` asks which one it uses."""
    find, account_id = request.GET.get("find", ""), request.GET.get("account", "")
    account = None
    if account_id:
        account = named_account_for(request, account_id, Permission.VIEW_HEALTH)
    context = {
        "order": use_order(request.user),
        "may_edit": request.user.has_perm_code(Permission.EDIT_SCORECARDS),
        "account": account,
        "trials": trials(account) if account else [],
        "find": find,
        "found": account_options(request.user, find),
    }
    return render(request, "health/scorecard_order.html", context)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def scorecard_sort(request: AuthenticatedRequest) -> HttpResponse:
    """One scorecard earlier or later (``move=slug:-1``), or all of them (``slug``)."""
    slug, _sep, step = request.POST.get("move", "").partition(":")
    try:
        if slug:
            card = card_or_404(slug)
            move_scorecard(card, by=request.user, step=1 if step == "1" else -1)
        else:
            set_order(request.POST.getlist("slug"), by=request.user)
            toast(request, _("The order is saved."))
    except OrderIsStale as error:
        toast(request, str(error))
    return redirect("health:scorecard_order")


@require(Permission.EDIT_SCORECARDS)
def scorecard_use(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What a scorecard is called, whether it is used, and for which segments."""
    card = card_or_404(slug)
    initial = {
        "name": card.name,
        "description": card.description,
        "is_active": card.is_active,
        "segments": [segment.slug for segment in card.segments.all()],
    }
    form = ScorecardUseForm(
        request.POST or None, initial=initial, is_default=card.is_default
    )
    if request.method == "POST" and form.is_valid():
        try:
            _change_use(request, card, dict(form.cleaned_data))
        except (CannotUse, ValidationError) as error:
            form.add_error(None, str(error))
        else:
            toast(request, _("%(name)s is saved.") % {"name": card.name})
            return redirect("health:scorecard_order")
    context = {"card": card, "form": form, "is_published": bool(published_of(card))}
    status = 422 if form.errors else 200
    return render(request, "health/scorecard_settings.html", context, status=status)


def _change_use(
    request: AuthenticatedRequest, card: Scorecard, values: dict[str, Any]
) -> None:
    if "is_active" in values:
        is_active, segments = values.pop("is_active"), values.pop("segments")
        set_use(card, by=request.user, segments=segments, is_active=is_active)
    describe_scorecard(card, by=request.user, **values)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def scorecard_default(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Use this scorecard for every account that no other one takes."""
    card = card_or_404(slug)
    try:
        make_default(card, by=request.user)
        toast(request, _("%(name)s is the default now.") % {"name": card.name})
    except CannotUse as error:
        toast(request, str(error))
    return redirect("health:scorecard_order")


@require_POST
@require(Permission.EDIT_SCORECARDS)
def scorecard_archive(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Put a scorecard away."""
    card = card_or_404(slug)
    try:
        archive_scorecard(card, by=request.user)
        toast(request, _("%(name)s is archived.") % {"name": card.name})
    except CannotUse as error:
        toast(request, str(error))
    return redirect("health:scorecards")


@require_POST
@require(Permission.EDIT_SCORECARDS)
def scorecard_restore(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Bring an archived scorecard back, not in use."""
    card = restore_scorecard(card_or_404(slug), by=request.user)
    toast(request, _("%(name)s is back.") % {"name": card.name})
    return redirect("health:scorecard", slug)
