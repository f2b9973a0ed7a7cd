"""The timeline tab."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import account_for
from accounts.account_page import account_page
from accounts.timeline import CHOICES, hidden_groups, timeline
from core.http import AuthenticatedRequest
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.VIEW_ACCOUNTS)
@require_GET
def account_timeline(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Everything that happened, newest first."""
    account = account_for(request, public_id)
    hidden = hidden_groups(request.user)
    choices = [(key, words) for key, words in CHOICES if key not in hidden]
    group = request.GET.get("show", "")
    group = group if group in dict(choices) else ""
    after = request.GET.get("cursor", "")
    context = account_page(request, account) | {
        "page": timeline(account, group=group, after=after, hidden=hidden),
        "choices": choices,
        "group": group,
        "is_first": not after,
    }
    template = "accounts/account_timeline.html" + ("#entries" if request.htmx else "")
    return render(request, template, context)
