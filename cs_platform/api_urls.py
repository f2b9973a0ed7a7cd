"""/api/v1/: the schema, its pages, and each room's resources."""

from django.contrib.auth.decorators import login_not_required, login_required
from django.urls import include, path, re_path

from core.api_views import ApiDocs, ApiSchema, nothing_here
from organisation import api_schema

__all__ = ["api_schema"]

urlpatterns = [
    path("schema/", ApiSchema.as_view(), name="api_schema"),
    path("docs/", login_required(ApiDocs.as_view()), name="api_docs"),
    path("", include("accounts.api_urls")),
    path("", include("playbooks.api_urls")),
    path("", include("revenue.api_urls")),
    path("", include("health.api_urls")),
    path("", include("reports.api_urls")),
    path("", include("tickets.api_urls")),
    path("", include("tickets.sla_api_urls")),
    path("", include("organisation.api_urls")),
    path("", include("core.api_urls")),
    re_path(r"^.*$", login_not_required(nothing_here), name="api_nothing_here"),
]
