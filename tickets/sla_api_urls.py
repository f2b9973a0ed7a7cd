"""API addresses of promises: tiers, the preview, recomputing, how support works."""

from typing import Any

from django.urls import path

from tickets.api.rebuilds import CalendarRebuildResource, RebuildResource
from tickets.api.sla import SlaPreviewResource
from tickets.api.support import SupportResource
from tickets.api.tiers import TierResource, TierVersionResource

_ONE: dict[str, Any] = {
    "get": "retrieve",
    "patch": "partial_update",
    "delete": "destroy",
}

urlpatterns = [
    path(
        "sla/preview/",
        SlaPreviewResource.as_view({"post": "preview"}),
        name="api_sla_preview",
    ),
    path(
        "sla/tiers/",
        TierResource.as_view({"get": "list", "post": "create"}),
        name="api_sla_tiers",
    ),
    path(
        "sla/tiers/<uuid:public_id>/", TierResource.as_view(_ONE), name="api_sla_tier"
    ),
    path(
        "sla/tiers/<uuid:public_id>/default/",
        TierResource.as_view({"post": "default"}),
        name="api_sla_tier_default",
    ),
    path(
        "sla/tiers/<uuid:public_id>/publish/",
        TierResource.as_view({"post": "publish"}),
        name="api_sla_tier_publish",
    ),
    path(
        "sla/tiers/<uuid:public_id>/rebuild/",
        TierResource.as_view({"get": "awaiting", "post": "rebuild"}),
        name="api_sla_tier_rebuild",
    ),
    path(
        "sla/tiers/<uuid:public_id>/versions/",
        TierVersionResource.as_view({"get": "list"}),
        name="api_sla_tier_versions",
    ),
    path(
        "sla/rebuilds/",
        RebuildResource.as_view({"get": "list"}),
        name="api_sla_rebuilds",
    ),
    path(
        "sla/rebuilds/<uuid:public_id>/",
        RebuildResource.as_view({"get": "retrieve"}),
        name="api_sla_rebuild",
    ),
    path(
        "calendars/<uuid:public_id>/rebuild/",
        CalendarRebuildResource.as_view({"get": "awaiting", "post": "rebuild"}),
        name="api_calendar_rebuild",
    ),
    path(
        "support/settings/",
        SupportResource.as_view({"get": "current", "patch": "partial_update"}),
        name="api_support_settings",
    ),
]
