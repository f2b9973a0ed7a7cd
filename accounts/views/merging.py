"""Merging accounts: find the other one, compare, confirm."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import account_for, open_account_for
from accounts.account_page import account_page
from accounts.forms import MergeForm
from accounts.merge_preview import comparison, what_moves
from accounts.models import Account
from accounts.queries import merge_candidates
from accounts.services import CannotMerge, merge_accounts
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.MERGE_ACCOUNTS)
@require_GET
def account_merge(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Search for the account that is the same customer."""
    account = open_account_for(request, public_id, Permission.MERGE_ACCOUNTS)
    text = request.GET.get("q", "")[:200]
    context = account_page(request, account) | {
        "query": text,
        "candidates": merge_candidates(account, request.user, text),
    }
    return render(request, "accounts/account_merge.html", context)


@require(Permission.MERGE_ACCOUNTS)
def account_merge_confirm(
    request: AuthenticatedRequest, public_id: UUID, duplicate_id: UUID
) -> HttpResponse:
    """Both side by side, which value wins, and the button that makes one of them."""
    account = open_account_for(request, public_id, Permission.MERGE_ACCOUNTS)
    other = account_for(request, duplicate_id, Permission.MERGE_ACCOUNTS)
    form = MergeForm(request.POST if request.method == "POST" else None)
    error = ""
    if request.method == "POST" and form.is_valid():
        error = _merge(request, account, other, form)
        if not error:
            return redirect("reports:account", account.public_id)
    context = account_page(request, account) | {
        "error": error,
        "other": other,
        "rows": comparison(account, other),
        "moving": what_moves(other),
    }
    status = 409 if error else 200
    return render(
        request, "accounts/account_merge_confirm.html", context, status=status
    )


def _merge(
    request: AuthenticatedRequest, account: Account, other: Account, form: MergeForm
) -> str:
    """Make one of both; what stands in the way, or an empty text."""
    try:
        merged = merge_accounts(
            survivor=account, duplicate=other, by=request.user, take=form.taken()
        )
    except CannotMerge as refusal:
        return str(refusal)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    names = {"old": other.name, "new": merged.name}
    toast(request, _("%(old)s is part of %(new)s now.") % names)
    return ""
