"""/api/v1/: the schema, its pages, and each room's resources."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.api_urls")),
    path("", include("revenue.api_urls")),
    path("", include("health.api_urls")),
    path("", include("reports.api_urls")),
    path("", include("organisation.api_urls")),
    path("", include("core.api_urls")),
]
