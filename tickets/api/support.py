"""How support works here, over the API: its settings and its levels."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from organisation.api_views import Resource
from organisation.permissions import Permission
from tickets.models import SupportSettings
from tickets.serializers.desk import SupportShape, SupportWrite
from tickets.services.rows import support_settings
from tickets.services.support import change_support


class SupportResource(Resource):
    """How support works here, and what each level promises."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_SUPPORT
    queryset = SupportSettings.objects.none()
    shape = SupportShape

    @extend_schema(
        operation_id="support_settings_retrieve", summary="How support works here"
    )
    def current(self, request: Request) -> Response:
        """The settings, and the levels from the first to the last."""
        return self._as_it_is()

    @extend_schema(
        operation_id="support_settings_partial_update",
        summary="Change how support works here",
        request=SupportWrite,
        responses=SupportShape,
    )
    def partial_update(self, request: Request) -> Response:
        """Change what is named; clocks that run keep what they began with."""
        values = self.checked(SupportWrite, partial=True)
        levels: dict[int, Any] = {
            level.pop("level"): level
            for level in map(dict[str, Any], values.pop("levels", ()))
        }
        change_support(by=self.person, levels=levels, **values)
        return self._as_it_is()

    def _as_it_is(self) -> Response:
        return Response(SupportShape(support_settings()).data)
