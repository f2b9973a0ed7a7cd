"""Every address of the platform, one explicit list."""

from django.urls import include, path

urlpatterns = [
    # First: what comes after would each look at every address of the API in vain.
    path("api/v1/", include("cs_platform.api_urls")),
    path("", include("accounts.urls")),
    path("", include("reports.urls")),
    path("", include("health.urls")),
    path("", include("playbooks.urls")),
    path("", include("usage.urls")),
    path("", include("revenue.urls")),
    path("", include("tickets.urls")),
    path("", include("events.urls")),
    path("imports/", include("integrations.urls")),
    path("settings/", include("organisation.urls")),
    path("auth/", include("organisation.auth_urls")),
    path("-/", include("core.urls")),
]
