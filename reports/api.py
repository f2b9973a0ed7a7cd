"""API of this room: the portfolio in figures."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from organisation.clock import today
from organisation.models import User
from organisation.permissions import Permission
from reports.queries import portfolio_summary
from reports.serializers import AsOfSerializer, PortfolioSummarySerializer


class PortfolioSummaryView(APIView):
    """Accounts, subscriptions, revenue and bands as of a day."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH

    @extend_schema(
        operation_id="portfolio_summary",
        summary="The portfolio as of a day",
        parameters=[
            OpenApiParameter(
                "as_of",
                OpenApiTypes.DATE,
                description="Day as YYYY-MM-DD; today in the organisation's time zone "
                "if not given.",
            )
        ],
        responses=PortfolioSummarySerializer,
    )
    def get(self, request: Request) -> Response:
        """Answer for one day, as far as the caller may see."""
        asked = AsOfSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        day = asked.validated_data.get("as_of") or today()
        return Response(portfolio_summary(day, user=_person(request)))


def _person(request: Request) -> User:
    """Whoever asks; ScopePermission has made sure that somebody does."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
