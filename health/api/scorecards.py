"""Scorecards over the API."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.models import Scorecard, ScorecardVersion
from health.serializers import (
    ScorecardDetailShape,
    ScorecardShape,
)
from organisation.api_views import Resource
from organisation.permissions import Permission


class ScorecardResource(Resource):
    """How scores are computed."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    queryset = Scorecard.objects.none()
    shape = ScorecardShape

    def get_queryset(self) -> QuerySet[Scorecard]:
        versions = ScorecardVersion.objects.order_by("-number")
        return Scorecard.objects.prefetch_related(
            "segments", Prefetch("versions", versions)
        )

    @extend_schema(summary="List scorecards")
    def list(self, request: Request) -> Response:
        """All scorecards, those in use and those that can be picked."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One scorecard", responses=ScorecardDetailShape)
    def one(self, request: Request, slug: str) -> Response:
        """One scorecard with its published definition."""
        card = get_object_or_404(self.get_queryset(), slug=slug)
        return Response(ScorecardDetailShape(card, context={"view": self}).data)
