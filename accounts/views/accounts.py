"""Creating, editing, archiving and restoring an account; the options of pickers."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import account_for, open_account_for
from accounts.account_page import account_page
from accounts.forms import AccountForm
from accounts.forms.account import account_label
from accounts.forms.conflict import conflict_rows
from accounts.models import Account
from accounts.queries import account_options as find_options
from accounts.services import (
    StaleAccount,
    archive_account,
    create_account,
    restore_account,
    update_account,
)
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.EDIT_ACCOUNTS)
def account_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new account; its segment follows from the rules."""
    form = AccountForm(
        request.POST or None,
        user=request.user,
        initial={"owner": request.user.public_id, "stage": Account.Stage.ONBOARDING},
    )
    if request.method == "POST" and form.is_valid():
        try:
            account = create_account(by=request.user, **form.values())
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("%(name)s is created.") % {"name": account.name})
            return redirect("reports:account", account.public_id)
    status = 422 if form.errors else 200
    context = {"form": form}
    return render(request, "accounts/account_create.html", context, status=status)


@require(Permission.EDIT_ACCOUNTS)
def account_edit(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Change an account; who was second sees both versions and decides."""
    account = open_account_for(request, public_id, Permission.EDIT_ACCOUNTS)
    form = AccountForm(request.POST or None, user=request.user, account=account)
    context = account_page(request, account) | {"form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            update_account(
                account,
                by=request.user,
                expected_version=form.cleaned_data["version"],
                **form.values(),
            )
            toast(request, _("The account is saved."))
            return redirect("reports:account", account.public_id)
        except ValidationError as error:
            form.take_errors(error)
        except StaleAccount as stale:
            mine = form
            theirs = AccountForm(user=request.user, account=stale.current)
            form = AccountForm(mine.resent(stale.current.version), user=request.user)
            context |= {"form": form, "conflict": conflict_rows(mine, theirs)}
            status = 409
    status = 422 if form.is_bound and form.errors and status == 200 else status
    return render(request, "accounts/account_edit.html", context, status=status)


@require(Permission.EDIT_ACCOUNTS)
def account_archive(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Ask once, then put the account away."""
    account = account_for(request, public_id, Permission.EDIT_ACCOUNTS)
    if request.method == "POST":
        archive_account(account, by=request.user)
        toast(request, _("%(name)s is archived.") % {"name": account.name})
        return redirect("reports:account", account.public_id)
    context = account_page(request, account)
    return render(request, "accounts/account_archive.html", context)


@require(Permission.EDIT_ACCOUNTS)
@require_POST
def account_restore(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Bring an archived account back."""
    account = account_for(request, public_id, Permission.EDIT_ACCOUNTS)
    restore_account(account, by=request.user)
    toast(request, _("%(name)s is back.") % {"name": account.name})
    return redirect("reports:account", account.public_id)


@require(Permission.VIEW_ACCOUNTS)
@require_GET
def account_options(request: AuthenticatedRequest) -> HttpResponse:
    """Names for the picker of accounts, only of those this person may see."""
    typed = str(next(iter(request.GET.values()), ""))
    found = find_options(request.user, typed)
    context = {"options": [account_label(account) for account in found]}
    return render(request, "accounts/account_options.html", context)
