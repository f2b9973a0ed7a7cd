"""What people make of a recommendation: a task, or a reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import open_account_for
from accounts.account_page import account_page
from accounts.models import Account
from core.http import AuthenticatedRequest
from core.toasts import toast
from health.models import RecommendationDecision
from health.queries.recommendations import OpenRecommendation, recommendations_for
from health.recommendation_forms import AcceptForm, DismissForm
from health.services.recommendations import (
    NotRecommended,
    accept_recommendation,
    dismiss_recommendation,
    undo_decision,
)
from organisation.access import require
from organisation.clock import today
from organisation.permissions import Permission

DUE_DAYS = 7


@require(Permission.EDIT_TASKS)
def recommendation_accept(
    request: AuthenticatedRequest, public_id: UUID, key: str
) -> HttpResponse:
    """Make a task of it; proposed are the account's owner and a week from today."""
    account = open_account_for(request, public_id, Permission.EDIT_TASKS)
    found = _found(account, key)
    if found is None:
        return _gone(request, account)
    owner = account.owner or request.user
    form = AcceptForm(
        request.POST or None,
        initial={
            "due_on": today() + timedelta(days=DUE_DAYS),
            "owner": owner.public_id,
            "action": found.action,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            task = accept_recommendation(
                account, dimension=key, by=request.user, **form.cleaned_data
            )
        except NotRecommended:
            return _gone(request, account)
        except ValidationError as error:
            form.take_errors(error)
        else:
            decision = RecommendationDecision.objects.get(task=task)
            return _decided(request, decision, _("It is a task now."))
    return _dialog(request, account, found, form, _("Add task"))


@require(Permission.EDIT_TASKS)
def recommendation_dismiss(
    request: AuthenticatedRequest, public_id: UUID, key: str
) -> HttpResponse:
    """Ask why, then leave it out for 30 days."""
    account = open_account_for(request, public_id, Permission.EDIT_TASKS)
    found = _found(account, key)
    if found is None:
        return _gone(request, account)
    form = DismissForm(request.POST or None, initial={"action": found.action})
    if request.method == "POST" and form.is_valid():
        try:
            decision = dismiss_recommendation(
                account, dimension=key, by=request.user, **form.cleaned_data
            )
        except NotRecommended:
            return _gone(request, account)
        except ValidationError as error:
            form.take_errors(error)
        else:
            return _decided(request, decision, _("It stays away for 30 days."))
    return _dialog(request, account, found, form, _("Dismiss"))


@require_POST
@require(Permission.EDIT_TASKS)
def recommendation_undo(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Take a decision back."""
    accounts = Account.objects.live().visible_to(request.user)
    decision = get_object_or_404(
        RecommendationDecision.objects.filter(account__in=accounts), public_id=public_id
    )
    undo_decision(decision, by=request.user)
    toast(request, _("The recommendation is back."))
    return redirect("reports:account", decision.account.public_id)


def _found(account: Account, key: str) -> OpenRecommendation | None:
    found = recommendations_for(account)
    return next((each for each in found if each.dimension == key), None)


def _gone(request: AuthenticatedRequest, account: Account) -> HttpResponse:
    words = _("Somebody has decided about this already, or it is no longer needed.")
    toast(request, words, level=messages.WARNING)
    return _back(request, account)


def _decided(
    request: AuthenticatedRequest, decision: RecommendationDecision, words: str
) -> HttpResponse:
    undo = reverse("health:recommendation_undo", args=[decision.public_id])
    toast(request, words, undo_url=undo)
    return _back(request, decision.account)


def _back(request: AuthenticatedRequest, account: Account) -> HttpResponse:
    """To the account; a dialog asks the page to load again."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("reports:account", account.public_id)


def _dialog(
    request: AuthenticatedRequest,
    account: Account,
    found: OpenRecommendation,
    form: AcceptForm | DismissForm,
    submit: str,
) -> HttpResponse:
    """The question as a dialog, or as a page without JavaScript."""
    context: dict[str, Any] = {
        "title": found.action,
        "body_template": "health/recommendation_fields.html",
        "action": request.path,
        "submit": submit,
        "form": form,
        "found": found,
    }
    status = 422 if form.errors else 200
    if request.htmx and request.htmx.target == "modal-body":
        return render(request, "components/modal.html", context, status=status)
    context |= account_page(request, account)
    return render(request, "health/recommendation.html", context, status=status)
