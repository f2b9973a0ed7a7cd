"""A promise tried out over the API; nothing is stored."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.working_time_preview import InvalidField, preview
from organisation.api_views import Resource
from organisation.permissions import Permission
from tickets.sla_serializers import PreviewAnswer, PreviewRequest

_STEP = re.compile(r"[^.\[\]]+")


class SlaPreviewResource(Resource):
    """When a promise would be due, and why."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    reads_with_post = True
    shape = PreviewAnswer

    @extend_schema(
        operation_id="sla_preview",
        summary="Try a promise out",
        request=PreviewRequest,
        responses=PreviewAnswer,
    )
    def preview(self, request: Request) -> Response:
        """A calendar, a start, a target and pauses in; due, verdict, segments out.

        Instants are answered in UTC. A pause whose end is null still runs: nothing is
        due then. Without `done_at` the verdict is null.
        """
        if not isinstance(request.data, dict):
            raise ValidationError({"": ["Send an object."]})
        try:
            return Response(preview(request.data))
        except InvalidField as error:
            raise ValidationError(_nested(error)) from error


def _nested(error: InvalidField) -> dict[str, Any]:
    """``calendar.weekly.mon[0]`` as DRF nests it, so that the pointer is right."""
    found: Any = [error.message]
    for step in reversed(_STEP.findall(error.field)):
        found = {step: found}
    return found if isinstance(found, dict) else {"": found}
