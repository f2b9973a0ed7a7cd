"""The revenue tab of an account, and the forms of its subscriptions."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import account_for, open_account_for, refuse_archived
from accounts.account_page import account_page
from accounts.models import Account
from accounts.queries import terms_history
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import check_permission, require
from organisation.permissions import Permission
from revenue.forms import SubscriptionCreateForm, SubscriptionEditForm
from revenue.models import Subscription
from revenue.queries import churns_of, overdue_of, subscription_lines
from revenue.services import change_subscription, create_subscription


@require_safe
@require(Permission.VIEW_REVENUE)
def account_revenue(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """What the customer pays, since when and until when."""
    account = account_for(request, public_id, Permission.VIEW_REVENUE)
    page = account_page(request, account)
    context = page | {
        "lines": subscription_lines(account),
        "churns": churns_of(account),
        "overdue": overdue_of(account),
        "account_terms": terms_history(account),
        "may_edit_revenue": account.archived_at is None
        and request.user.has_perm_code(Permission.EDIT_REVENUE),
    }
    return render(request, "revenue/account_revenue.html", context)


@require(Permission.EDIT_REVENUE)
def subscription_create(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """A new contract line."""
    account = open_account_for(request, public_id, Permission.EDIT_REVENUE)
    form = SubscriptionCreateForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        try:
            create_subscription(account=account, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The subscription is added."))
            return redirect("revenue:account_revenue", account.public_id)
    context = account_page(request, account) | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "revenue/subscription_create.html", context, status=status)


@require(Permission.EDIT_REVENUE)
def subscription_edit(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Change amount, seats or dates of a contract line."""
    subscription = _subscription_for(request, public_id)
    account = subscription.account
    form = SubscriptionEditForm(request.POST or None, subscription=subscription)
    if request.method == "POST" and form.is_valid():
        try:
            change_subscription(subscription, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The subscription is saved."))
            return redirect("revenue:account_revenue", account.public_id)
    context = account_page(request, account) | {
        "form": form,
        "subscription": subscription,
    }
    status = 422 if form.errors else 200
    return render(request, "revenue/subscription_edit.html", context, status=status)


def _subscription_for(request: AuthenticatedRequest, public_id: UUID) -> Subscription:
    found = (
        Subscription.objects.filter(
            public_id=public_id, account__in=Account.objects.visible_to(request.user)
        )
        .select_related("plan", "account__owner", "account__segment")
        .first()
    )
    if found is None:
        raise Http404
    check_permission(request.user, Permission.EDIT_REVENUE)
    refuse_archived(found.account)
    return found
