"""The base of every API resource: permissions, chosen fields, versions, retries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.api import ParameterRefused, chosen_names, etag_of
from core.paging import Order
from organisation.api_retries import RetrySafe
from organisation.models import User
from organisation.permissions import Permission

_PAGING = ("cursor", "before", "limit")


class Resource(RetrySafe, GenericViewSet):
    """A resource names its scope area, permissions, shape, filters and orders.

    Only declared parameters are accepted: a misspelt filter is refused, not ignored,
    so nobody reads a whole list and takes it for a filtered one.
    """

    scope_area: ClassVar[str]
    read_permission: ClassVar[Permission]
    write_permission: ClassVar[Permission]
    #: Actions that need another permission than reading or writing as such.
    action_permissions: ClassVar[Mapping[str, Permission]] = {}
    #: Parameters that only one action takes.
    action_parameters: ClassVar[Mapping[str, Sequence[str]]] = {}
    shape: ClassVar[type[serializers.BaseSerializer]]
    orders: ClassVar[Mapping[str, Order]] = {}
    expandable: ClassVar[Sequence[str]] = ()
    has_version: ClassVar[bool] = False

    lookup_field = "public_id"
    http_method_names = ("get", "head", "post", "put", "patch", "delete")

    @property
    def person(self) -> User:
        """Whoever asks; the permission class has made sure that somebody does."""
        user = self.request.user
        if not isinstance(user, User):
            raise NotAuthenticated
        return user

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return self.shape

    def get_serializer_context(self) -> dict[str, Any]:
        request = getattr(self, "request", None)
        context: dict[str, Any] = {"view": self, "request": request}
        if request is not None:
            context["fields"] = chosen_names(request, "fields", self.field_names())
            context["expand"] = chosen_names(request, "expand", self.expandable)
        return context

    def field_names(self) -> list[str]:
        """What ``?fields=`` may name."""
        return list(self.shape().fields)  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        allowed = self.parameters()
        for name in request.query_params:
            if name not in allowed:
                raise ParameterRefused(
                    name[:60], "This address takes no such parameter."
                )

    def parameters(self) -> set[str]:
        """Every parameter this action accepts."""
        action = self.action or ""
        names = set(self.action_parameters.get(action, ()))
        if action in ("list", "retrieve"):
            names |= {"fields"} | ({"expand"} if self.expandable else set())
        if action == "list":
            names |= set(_PAGING) | ({"ordering"} if self.orders else set())
            filters = getattr(self, "filterset_class", None)
            names |= set(filters.base_filters) if filters is not None else set()
        return names

    def get_object(self) -> Any:
        """One row of those this person may see; everything else does not exist."""
        return get_object_or_404(
            self.get_queryset(), public_id=self.kwargs[self.lookup_field]
        )

    def checked(
        self, shape: type[serializers.BaseSerializer], *, partial: bool = False
    ) -> dict[str, Any]:
        """The values of the body that a writing shape accepts; 400 for wrong ones."""
        found = shape(data=self.request.data, partial=partial, context={"view": self})
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def listed(self, queryset: models.QuerySet[Any]) -> Response:
        """One page of the rows that pass the filters."""
        rows = self.paginate_queryset(self.filter_queryset(queryset))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def answered(self, row: Any, status: int = 200) -> Response:
        """One row, with its version as the entity tag where it has one."""
        response = Response(self.get_serializer(row).data, status=status)
        if self.has_version:
            response["ETag"] = etag_of(row.version)
        return response
