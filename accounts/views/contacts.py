"""People at accounts: list, page, form, archive, merge."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import (
    account_for,
    contact_for,
    open_account_for,
    refuse_archived,
)
from accounts.account_page import account_page
from accounts.custom_fields import fields_for
from accounts.forms import ContactForm
from accounts.forms.conflict import conflict_rows
from accounts.models import Contact
from accounts.queries import (
    contacts_of,
    custom_values,
    recent_touchpoints,
    role_history,
)
from accounts.services import (
    CannotMerge,
    StaleContact,
    archive_contact,
    create_contact,
    merge_contacts,
    restore_contact,
    update_contact,
)
from core.http import AuthenticatedRequest
from core.public_ids import public_ids
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.VIEW_ACCOUNTS)
@require_GET
def account_contacts(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """People of an account with their roles."""
    account = account_for(request, public_id)
    is_archive = request.GET.get("archived") == "1"
    context = account_page(request, account) | {
        "contacts": contacts_of(account, archived=is_archive),
        "is_archive": is_archive,
    }
    return render(request, "accounts/account_contacts.html", context)


@require(Permission.VIEW_ACCOUNTS)
@require_GET
def contact(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One person: roles over time and what was said."""
    person = contact_for(request, public_id)
    others = Contact.objects.filter(
        account=person.account, archived_at__isnull=True
    ).exclude(pk=person.pk)
    context = account_page(request, person.account) | {
        "contact": person,
        "roles": role_history(person),
        "touchpoints": recent_touchpoints(contact=person),
        "custom": custom_values(person.custom, fields_for("contact")),
        "has_others": others.exists(),
    }
    return render(request, "accounts/contact.html", context)


@require(Permission.EDIT_ACCOUNTS)
def contact_create(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """A new person at an account."""
    account = open_account_for(request, public_id, Permission.EDIT_ACCOUNTS)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_contact(account=account, by=request.user, **form.values())
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("%(name)s is added.") % {"name": made.name})
            return redirect("accounts:account_contacts", account.public_id)
    context = account_page(request, account) | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/contact_create.html", context, status=status)


@require(Permission.EDIT_ACCOUNTS)
def contact_edit(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Change a contact; who was second sees both versions and decides."""
    person = contact_for(request, public_id, Permission.EDIT_ACCOUNTS)
    refuse_archived(person.account)
    form = ContactForm(request.POST or None, contact=person)
    context = account_page(request, person.account) | {"contact": person, "form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            update_contact(
                person, by=request.user, expected_version=version, **form.values()
            )
            toast(request, _("The contact is saved."))
            return redirect("accounts:contact", person.public_id)
        except ValidationError as error:
            form.take_errors(error)
        except StaleContact as stale:
            conflict = conflict_rows(form, ContactForm(contact=stale.current))
            form = ContactForm(form.resent(stale.current.version), contact=person)
            context |= {"form": form, "conflict": conflict}
            status = 409
    status = 422 if form.is_bound and form.errors and status == 200 else status
    return render(request, "accounts/contact_edit.html", context, status=status)


@require(Permission.EDIT_ACCOUNTS)
@require_POST
def contact_archive(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Put a contact away, or bring one back (``restore=1``)."""
    person = contact_for(request, public_id, Permission.EDIT_ACCOUNTS)
    refuse_archived(person.account)
    if request.POST.get("restore") == "1":
        restore_contact(person, by=request.user)
        toast(request, _("%(name)s is back.") % {"name": person.name})
        return redirect("accounts:contact", person.public_id)
    archive_contact(person, by=request.user)
    toast(request, _("%(name)s is archived.") % {"name": person.name})
    return redirect("accounts:account_contacts", person.account.public_id)


@require(Permission.EDIT_ACCOUNTS)
def contact_merge(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Choose the entry that is the same person, then make one of both."""
    person = contact_for(request, public_id, Permission.EDIT_ACCOUNTS)
    refuse_archived(person.account)
    others = Contact.objects.filter(account=person.account).exclude(pk=person.pk)
    error = ""
    if request.method == "POST":
        chosen = _chosen(others, request.POST.get("duplicate", ""))
        if chosen is None:
            error = _("Choose the entry that is the same person.")
        else:
            try:
                merge_contacts(survivor=person, duplicate=chosen, by=request.user)
            except CannotMerge as refusal:
                error = str(refusal)
            else:
                toast(request, _("The two entries are one now."))
                return redirect("accounts:contact", person.public_id)
    context = account_page(request, person.account) | {
        "contact": person,
        "others": others.order_by("archived_at", "name"),
        "error": error,
    }
    status = 422 if error else 200
    return render(request, "accounts/contact_merge.html", context, status=status)


def _chosen(others, text: str) -> Contact | None:
    return others.filter(public_id__in=public_ids([text])).first()
