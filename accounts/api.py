"""API of accounts."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Lower
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_bulk import apply_items
from accounts.api_writes import change_account, put_account, refusals
from accounts.filters import AccountFilter
from accounts.models import Account
from accounts.querysets import AccountQuerySet
from accounts.serializers import (
    AccountCreate,
    AccountMerge,
    AccountShape,
    AccountWrite,
    BulkAnswer,
    BulkRequest,
)
from accounts.services import (
    archive_account,
    create_account,
    merge_accounts,
    restore_account,
)
from core.api import ParameterRefused, check_if_match
from core.paging import Order
from organisation.api_views import Resource
from organisation.permissions import Permission

_NAMES = [
    OpenApiParameter("source", str, OpenApiParameter.PATH, description="The system."),
    OpenApiParameter(
        "external_id", str, OpenApiParameter.PATH, description="Its name there."
    ),
]
#: Orders that tell something about revenue.
_REVENUE_ORDERS = frozenset({"arr", "renewal"})


class AccountResource(Resource):
    """Accounts the caller may see; all others do not exist."""

    scope_area = "accounts"
    read_permission = Permission.VIEW_ACCOUNTS
    write_permission = Permission.EDIT_ACCOUNTS
    action_permissions = {"merge": Permission.MERGE_ACCOUNTS}
    queryset = Account.objects.none()
    shape = AccountShape
    filterset_class = AccountFilter
    expandable = ("owner", "segment", "plan", "team")
    has_version = True
    orders = {
        "name": Order("name", Lower("name"), is_nullable=False),
        "score": Order("score", "health_score"),
        "arr": Order("arr", "arr_amount", is_nullable=False),
        "renewal": Order("renewal", "renewal_on"),
        "updated": Order("updated", "updated_at", is_nullable=False),
    }

    def get_queryset(self) -> AccountQuerySet:
        accounts = Account.objects.visible_to(self.person)
        return (
            accounts.select_related(
                "owner", "segment", "plan", "team", "parent", "merged_into"
            )
            .prefetch_related("external_ids")
            .defer("search")
        )

    @extend_schema(summary="List accounts")
    def list(self, request: Request) -> Response:
        """Live accounts, or with `updated_since` everything that changed."""
        order = request.query_params.get("ordering", "").removeprefix("-")
        sees_revenue = self.person.has_perm_code(Permission.VIEW_REVENUE)
        if order in _REVENUE_ORDERS and not sees_revenue:
            raise ParameterRefused("ordering", "Your role does not include revenue.")
        return self.listed(self.get_queryset())

    @extend_schema(summary="One account")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One account, archived and merged ones too."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create an account",
        request=AccountCreate,
        responses={201: AccountShape},
    )
    def create(self, request: Request) -> Response:
        """A new account; its segment follows from the rules."""
        values = self.checked(AccountCreate)
        account = create_account(by=self.person, **values)
        return self.created(account)

    @extend_schema(
        summary="Change an account", request=AccountWrite, responses=AccountShape
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named and leave the rest."""
        account = self.get_object()
        version = check_if_match(request, account.version)
        values = self.checked(AccountWrite, partial=True)
        change_account(account, values, by=self.person, version=version)
        return self.answered(self.get_object())

    @extend_schema(summary="Archive an account", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Put an account away; nothing is lost, and it can be restored."""
        with refusals():
            archive_account(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(summary="Restore an account", request=None, responses=AccountShape)
    def restore(self, request: Request, public_id: Any) -> Response:
        """Bring an archived account back."""
        with refusals():
            restore_account(self.get_object(), by=self.person)
        return self.answered(self.get_object())

    @extend_schema(
        summary="Merge another account into this one",
        request=AccountMerge,
        responses=AccountShape,
    )
    def merge(self, request: Request, public_id: Any) -> Response:
        """Everything of the duplicate becomes this account's."""
        account = self.get_object()
        values = self.checked(AccountMerge)
        with refusals():
            merge_accounts(survivor=account, by=self.person, **values)
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create or change many accounts",
        request=BulkRequest,
        responses=BulkAnswer,
    )
    def bulk(self, request: Request) -> Response:
        """Up to 1,000 accounts; each is applied or refused on its own.

        An item with `id` changes that account, one with `source` and `external_id`
        changes or creates the account of that name, any other creates one.
        """
        items = self.checked(BulkRequest)["items"]
        return Response({"results": apply_items(items, view=self)})

    @extend_schema(
        operation_id="accounts_by_external_id_retrieve",
        summary="The account another system calls so",
        parameters=_NAMES,
    )
    def named(self, request: Request, source: str, external_id: str) -> Response:
        """One account by its name in another system."""
        accounts = self.get_queryset().by_external_id(source, external_id)
        return self.answered(get_object_or_404(accounts))

    @extend_schema(
        operation_id="accounts_by_external_id_update",
        summary="Create or change the account another system calls so",
        parameters=_NAMES,
        request=AccountWrite,
        responses={200: AccountShape, 201: AccountShape},
    )
    def put_named(self, request: Request, source: str, external_id: str) -> Response:
        """Named values are set, the rest stays; a new account needs its name."""
        values = self.checked(AccountWrite, partial=True)
        account, is_new = put_account(source, external_id, values, by=self.person)
        if account is None:
            raise Http404
        if is_new:
            return self.created(account)
        return self.answered(self.get_queryset().get(pk=account.pk))

    def created(self, account: Account) -> Response:
        """201 with the account as it now reads, and where it is found."""
        fresh = self.get_queryset().filter(pk=account.pk).first() or account
        response = self.answered(fresh, status=201)
        response["Location"] = reverse("api_account", args=[account.public_id])
        return response
