"""API tokens: made, replaced, revoked. The text of a token is shown exactly once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation import queries
from organisation.access import require
from organisation.forms import ServiceAccountForm, TokenForm
from organisation.models import ApiToken
from organisation.permissions import SCOPE_AREAS, Permission
from organisation.services import create_service_account
from organisation.settings_tabs import settings_tabs
from organisation.token_services import (
    IssuedToken,
    create_token,
    revoke_token,
    rotate_token,
)


@require(Permission.MANAGE_TOKENS)
def tokens(request: AuthenticatedRequest) -> HttpResponse:
    """Tokens in use: whose they are, what they may do, when they were last used."""
    context = {"tokens": queries.tokens(), "tabs": settings_tabs(request)}
    return render(request, "organisation/tokens.html", context)


@never_cache
@require(Permission.MANAGE_TOKENS)
def token_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new token."""
    form = TokenForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            issued = create_token(by=request.user, **form.token_values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _show_once(request, issued)
    chosen = set(form["scopes"].value() or [])
    context = {
        "form": form,
        "tabs": settings_tabs(request),
        "areas": [
            (area, f"{area}:read" in chosen, f"{area}:write" in chosen)
            for area in SCOPE_AREAS
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "organisation/token_create.html", context, status=status)


@require(Permission.MANAGE_TOKENS)
def service_account_create(request: AuthenticatedRequest) -> HttpResponse:
    """A user for a program, to make tokens for."""
    form = ServiceAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = create_service_account(name=form.cleaned_data["name"], by=request.user)
        toast(request, _("%(name)s is there. Now make its token.") % {"name": user})
        return redirect("organisation:token_create")
    context = {"form": form, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    page = "organisation/service_account_create.html"
    return render(request, page, context, status=status)


@never_cache
@require_POST
@require(Permission.MANAGE_TOKENS)
def token_rotate(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """A successor; the old token works for one more day."""
    token = get_object_or_404(queries.tokens(), public_id=public_id)
    try:
        issued = rotate_token(token, by=request.user)
    except ValidationError as error:
        toast(request, " ".join(error.messages), level=messages.ERROR)
        return redirect("organisation:tokens")
    return _show_once(request, issued, replaced=token)


@require_POST
@require(Permission.MANAGE_TOKENS)
def token_revoke(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """End a token at once."""
    token = get_object_or_404(ApiToken, public_id=public_id)
    revoke_token(token, by=request.user)
    toast(request, _("The token %(name)s no longer works.") % {"name": token.name})
    return redirect("organisation:tokens")


def _show_once(
    request: AuthenticatedRequest, issued: IssuedToken, replaced: ApiToken | None = None
) -> HttpResponse:
    context = {"issued": issued, "replaced": replaced, "tabs": settings_tabs(request)}
    return render(request, "organisation/token_created.html", context)
