"""Settings: extra values of accounts, contacts and tickets."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import CustomFieldForm
from accounts.models import CustomField
from accounts.services import delete_custom_field, save_custom_field
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs


@require(Permission.EDIT_SETTINGS)
@require_GET
def custom_fields(request: AuthenticatedRequest) -> HttpResponse:
    """Every extra field."""
    context = {"fields": CustomField.objects.all(), "tabs": settings_tabs(request)}
    return render(request, "accounts/custom_fields.html", context)


@require(Permission.EDIT_SETTINGS)
def custom_field_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new field."""
    return _field_form(request, None)


@require(Permission.EDIT_SETTINGS)
def custom_field(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Label and choices of a field."""
    return _field_form(request, get_object_or_404(CustomField, public_id=public_id))


def _field_form(request: AuthenticatedRequest, row: CustomField | None) -> HttpResponse:
    form = CustomFieldForm(request.POST or None, field=row)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_custom_field(row, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The field %(name)s is saved.") % {"name": saved.label})
            return redirect("accounts:custom_fields")
    context = {"form": form, "field": row, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "accounts/custom_field.html", context, status=status)


@require(Permission.EDIT_SETTINGS)
@require_POST
def custom_field_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a field from every page; stored values stay."""
    row = get_object_or_404(CustomField, public_id=public_id)
    try:
        delete_custom_field(row, by=request.user)
        toast(request, _("The field %(name)s is removed.") % {"name": row.label})
    except ValidationError as error:
        toast(request, " ".join(error.messages), level=40)
    return redirect("accounts:custom_fields")
