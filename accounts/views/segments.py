"""Settings: segments in their order, with the rules that choose their accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import SegmentForm, SegmentRuleFormSet
from accounts.models import Segment
from accounts.queries import segments_with_counts
from accounts.segments import rules_in_words
from accounts.services import delete_segment, move_segment, save_segment
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs


@require(Permission.EDIT_SETTINGS)
@require_GET
def segments(request: AuthenticatedRequest) -> HttpResponse:
    """The segments in the order in which they are tried."""
    rows = list(segments_with_counts())
    words = [rules_in_words(row.rules) for row in rows]
    context = {
        "rows": list(zip(rows, words, strict=True)),
        "tabs": settings_tabs(request),
    }
    return render(request, "accounts/segments.html", context)


@require(Permission.EDIT_SETTINGS)
def segment_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new segment; it is tried last until it is moved."""
    return _segment_form(request, None)


@require(Permission.EDIT_SETTINGS)
def segment(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One segment with its rules."""
    return _segment_form(request, get_object_or_404(Segment, public_id=public_id))


def _segment_form(request: AuthenticatedRequest, row: Segment | None) -> HttpResponse:
    names = ("name", "coverage_model", "touch_cadence_days")
    initial = {name: getattr(row, name) for name in names} if row else None
    form = SegmentForm(request.POST or None, initial=initial)
    rules = SegmentRuleFormSet(request.POST or None, rules=row.rules if row else [])
    if request.method == "POST" and form.is_valid() and rules.is_valid():
        try:
            values = form.cleaned_data | {"rules": rules.rules()}
            saved = save_segment(row, by=request.user, **values)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The segment %(name)s is saved.") % {"name": saved.name})
            return redirect("accounts:segments")
    context: dict[str, Any] = {
        "form": form,
        "rules": rules,
        "segment": row,
        "tabs": settings_tabs(request),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/segment.html", context, status=status)


@require(Permission.EDIT_SETTINGS)
@require_POST
def segment_move(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One place up (``up=1``) or down."""
    row = get_object_or_404(Segment, public_id=public_id)
    move_segment(row, up=request.POST.get("up") == "1", by=request.user)
    return redirect("accounts:segments")


@require(Permission.EDIT_SETTINGS)
@require_POST
def segment_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a segment; its accounts go to the next that matches."""
    row = get_object_or_404(Segment, public_id=public_id)
    delete_segment(row, by=request.user)
    toast(request, _("The segment %(name)s is removed.") % {"name": row.name})
    return redirect("accounts:segments")
