"""Which account (or person at an account) an address means, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.models import Account, Contact, Touchpoint
from core.http import AuthenticatedRequest
from core.public_ids import public_id
from organisation.access import check_permission
from organisation.permissions import Permission


class AccountMoved(Exception):
    """The account at this address has become part of another one."""

    def __init__(self, old: UUID, new: UUID) -> None:
        super().__init__(f"{old} is now {new}")
        self.old, self.new = old, new


def account_for(
    request: AuthenticatedRequest,
    public_id: UUID,
    permission: Permission | str = Permission.VIEW_ACCOUNTS,
) -> Account:
    """The account, with what the page's head shows.

    Invisible is 404, visible but not allowed is 403. An account that was merged
    leads to the one it became (through :class:`MergedAccountMiddleware`).
    """
    account = (
        Account.objects.for_detail()
        .visible_to(request.user)
        .select_related("merged_into")
        .filter(public_id=public_id)
        .first()
    )
    if account is None:
        raise Http404
    check_permission(request.user, permission)
    if account.merged_into is not None:
        raise AccountMoved(public_id, account.merged_into.public_id)
    return account


def named_account_for(
    request: AuthenticatedRequest, text: str, permission: Permission | str
) -> Account:
    """The account a parameter names; what is no id is 404 too."""
    found = public_id(text)
    if found is None:
        raise Http404
    return account_for(request, found, permission)


def open_account_for(
    request: AuthenticatedRequest,
    public_id: UUID,
    permission: Permission | str,
) -> Account:
    """The account, to be changed: an archived one answers 403."""
    account = account_for(request, public_id, permission)
    refuse_archived(account)
    return account


def refuse_archived(account: Account) -> None:
    """Raise PermissionDenied for an account that was put away."""
    if account.archived_at is not None:
        raise PermissionDenied(
            _("Archived accounts cannot be changed. Restore the account first.")
        )


def contact_for(
    request: AuthenticatedRequest,
    public_id: UUID,
    permission: Permission | str = Permission.VIEW_ACCOUNTS,
) -> Contact:
    """A contact of an account this person may see, with the account."""
    contact = (
        Contact.objects.filter(account__in=Account.objects.visible_to(request.user))
        .select_related("account__owner", "account__segment", "account__parent")
        .filter(public_id=public_id)
        .first()
    )
    if contact is None:
        raise Http404
    check_permission(request.user, permission)
    return contact


def touchpoint_for(
    request: AuthenticatedRequest,
    public_id: UUID,
    permission: Permission | str = Permission.EDIT_TOUCHPOINTS,
) -> Touchpoint:
    """A touchpoint of an account this person may see, with the account."""
    touchpoint = (
        Touchpoint.objects.filter(account__in=Account.objects.visible_to(request.user))
        .select_related("account__owner", "account__segment", "account__parent")
        .filter(public_id=public_id)
        .first()
    )
    if touchpoint is None:
        raise Http404
    check_permission(request.user, permission)
    return touchpoint


class MergedAccountMiddleware:
    """Old addresses of merged accounts lead to the same page of the survivor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Redirect; a change meant for the old account is shown, not applied."""
        if not isinstance(exception, AccountMoved):
            return None
        address = request.get_full_path()
        return HttpResponseRedirect(
            address.replace(str(exception.old), str(exception.new))
        )
