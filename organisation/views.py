"""Settings pages: the organisation, roles, one's own profile, the audit log."""

from __future__ import annotations

import copy

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.forms import AuditForm, OrganisationForm, ProfileForm
from organisation.models import Organisation
from organisation.permissions import (
    PERMISSION_WORDS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from organisation.queries import audit_page
from organisation.services import change_organisation, change_profile
from organisation.settings_tabs import settings_tabs


@require(Permission.EDIT_SETTINGS)
def settings(request: AuthenticatedRequest) -> HttpResponse:
    """Name, zone, currency, run hour and row scope of the organisation."""
    organisation = Organisation.objects.filter(pk=1).first() or Organisation(pk=1)
    form = OrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        change_organisation(by=request.user, **form.cleaned_data)
        toast(request, _("The settings are saved."))
        return redirect("organisation:settings")
    context = {"form": form, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "organisation/settings.html", context, status=status)


def roles(request: AuthenticatedRequest) -> HttpResponse:
    """The permission table, for everybody: nobody has to guess what they may do."""
    rows = [
        (
            PERMISSION_WORDS[permission],
            [permission in ROLE_PERMISSIONS[role] for role in Role],
        )
        for permission in Permission
    ]
    context = {"roles": list(Role), "rows": rows, "tabs": settings_tabs(request)}
    return render(request, "organisation/roles.html", context)


def profile(request: AuthenticatedRequest) -> HttpResponse:
    """One's own name, zone, language and appearance."""
    form = ProfileForm(request.POST or None, instance=copy.copy(request.user))
    if request.method == "POST" and form.is_valid():
        change_profile(request.user, **form.cleaned_data)
        toast(request, _("Your profile is saved."))
        response = redirect("organisation:profile")
        response.delete_cookie("cs_theme")
        return response
    status = 422 if form.errors else 200
    return render(request, "organisation/profile.html", {"form": form}, status=status)


@require(Permission.VIEW_AUDIT)
def audit(request: AuthenticatedRequest) -> HttpResponse:
    """Who did what, when and from where; newest first."""
    form = AuditForm(request.GET)
    form.is_valid()
    filters = {name: value for name, value in form.cleaned_data.items() if value}
    page = audit_page(**filters)
    context = {
        "form": form,
        "page": page,
        "tabs": settings_tabs(request),
        "is_filtered": bool(filters.keys() - {"before"}),
    }
    template = "organisation/audit.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)
