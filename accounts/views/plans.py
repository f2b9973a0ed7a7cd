"""Settings: plans and the features that are their core."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.forms import PlanForm
from accounts.models import Plan
from accounts.queries import plans_with_counts
from accounts.services import save_plan
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs


@require(Permission.EDIT_SETTINGS)
@require_GET
def plans(request: AuthenticatedRequest) -> HttpResponse:
    """Every plan with its core features."""
    context = {"plans": plans_with_counts(), "tabs": settings_tabs(request)}
    return render(request, "accounts/plans.html", context)


@require(Permission.EDIT_SETTINGS)
def plan_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new plan."""
    return _plan_form(request, None)


@require(Permission.EDIT_SETTINGS)
def plan(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One plan."""
    return _plan_form(request, get_object_or_404(Plan, public_id=public_id))


def _plan_form(request: AuthenticatedRequest, row: Plan | None) -> HttpResponse:
    form = PlanForm(request.POST or None, plan=row)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_plan(row, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The plan %(name)s is saved.") % {"name": saved.name})
            return redirect("accounts:plans")
    context = {"form": form, "plan": row, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "accounts/plan.html", context, status=status)
