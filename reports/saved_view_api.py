"""Saved views over the API: one's own, and those that are shared."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.paging import Order
from organisation.api_views import Resource
from organisation.models import SavedView
from organisation.permissions import Permission
from reports.saved_view_serializers import (
    SavedViewCreate,
    SavedViewShape,
    SavedViewWrite,
)
from reports.services import delete_view, save_view, update_view


class SavedViewFilter(django_filters.FilterSet):
    """By the page whose list they keep."""

    page = django_filters.ChoiceFilter(choices=SavedView.Page.choices)
    is_shared = django_filters.BooleanFilter()

    class Meta:
        model = SavedView
        fields: tuple[str, ...] = ()


class SavedViewResource(Resource):
    """Lists kept under a name; views of others exist only where they are shared."""

    scope_area = "reports"
    read_permission = write_permission = Permission.VIEW_ACCOUNTS
    queryset = SavedView.objects.none()
    shape = SavedViewShape
    filterset_class = SavedViewFilter
    expandable = ("owner",)
    orders = {"name": Order("name", "name", is_nullable=False)}

    def get_queryset(self) -> QuerySet[SavedView]:
        is_read = self.action in ("list", "retrieve")
        views = SavedView.objects
        found = views.usable_by if is_read else views.changeable_by
        return found(self.person).select_related("owner").order_by()

    @extend_schema(summary="List saved views")
    def list(self, request: Request) -> Response:
        """One's own and the shared ones."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One saved view")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """`query` is what follows the `?` of the address of its list."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Save a view",
        request=SavedViewCreate,
        responses={201: SavedViewShape},
    )
    def create(self, request: Request) -> Response:
        """One's own, or shared with everybody where the role allows it."""
        view = save_view(by=self.person, **self.checked(SavedViewCreate))
        response = self.answered(view, status=201)
        response["Location"] = reverse("api_saved_view", args=[view.public_id])
        return response

    @extend_schema(
        summary="Change a saved view",
        request=SavedViewWrite,
        responses=SavedViewShape,
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Rename it, share it or stop sharing it."""
        view = self.get_object()
        values = {"name": view.name, "is_shared": view.is_shared}
        values |= self.checked(SavedViewWrite, partial=True)
        return self.answered(update_view(view, by=self.person, **values))

    @extend_schema(summary="Delete a saved view", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Its list can always be filtered again."""
        delete_view(self.get_object(), by=self.person)
        return Response(status=204)
