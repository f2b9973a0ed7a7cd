"""Addresses of what people set by hand, as pages and over the API."""

from django.urls import path

from health.api.overrides import OverrideResource
from health.views import overrides

patterns = [
    path("health/overrides/", overrides.overrides, name="overrides"),
    path(
        "health/overrides/report/", overrides.overrides_report, name="overrides_report"
    ),
    path(
        "health/overrides/report.csv",
        overrides.overrides_report_csv,
        name="overrides_report_csv",
    ),
    path(
        "health/overrides/<uuid:public_id>/lift/",
        overrides.override_lift,
        name="override_lift",
    ),
    path(
        "accounts/<uuid:public_id>/health/override/",
        overrides.override_set,
        name="override_set",
    ),
]

api_patterns = [
    path(
        "health/overrides/",
        OverrideResource.as_view({"get": "list", "post": "create"}),
        name="api_health_overrides",
    ),
    path(
        "health/overrides/report/",
        OverrideResource.as_view({"get": "report"}),
        name="api_health_overrides_report",
    ),
    path(
        "health/overrides/<uuid:public_id>/",
        OverrideResource.as_view({"get": "retrieve"}),
        name="api_health_override",
    ),
    path(
        "health/overrides/<uuid:public_id>/lift/",
        OverrideResource.as_view({"post": "lift"}),
        name="api_health_override_lift",
    ),
]
