"""The calculator over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import AnyNumberParser
from health.scoring import InvalidValue
from health.serializers import (
    CalculateAnswer,
    CalculateRequest,
)
from health.services import (
    UnknownScorecard,
    calculate,
)
from organisation.api_views import Resource
from organisation.permissions import Permission


class CalculatorResource(Resource):
    """A score from raw values; nothing is stored."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    reads_with_post = True
    shape = CalculateAnswer
    parser_classes = (AnyNumberParser,)

    @extend_schema(
        operation_id="health_calculate",
        summary="Calculate a score",
        request=CalculateRequest,
        responses=CalculateAnswer,
    )
    def calculate(self, request: Request) -> Response:
        """Raw values by source key in, score with its reasons out.

        An unknown key or a value that is no finite number is refused and named; an
        absent key is missing data.
        """
        slug, values = _calculator_input(request.data)
        try:
            return Response(calculate(slug, values))
        except UnknownScorecard as error:
            raise ValidationError({"scorecard": [str(error)]}) from error
        except InvalidValue as error:
            raise ValidationError({"values": {error.key: [str(error)]}}) from error


def _calculator_input(body: Any) -> tuple[str, dict[str, Any]]:
    """The scorecard's slug and the raw values, unchecked: the service names faults."""
    if not isinstance(body, dict):
        raise ValidationError({"": ["Send an object with scorecard and values."]})
    slug, values = body.get("scorecard"), body.get("values")
    if not isinstance(slug, str):
        raise ValidationError({"scorecard": ["Name a scorecard by its slug."]})
    if not isinstance(values, dict):
        raise ValidationError({"values": ["Send an object of numbers by source key."]})
    return slug, values
