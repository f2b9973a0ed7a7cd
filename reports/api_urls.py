"""API addresses of this room."""

from django.urls import path

from reports.api import PortfolioSummaryView
from reports.saved_view_api import SavedViewResource

urlpatterns = [
    path(
        "portfolio/summary/", PortfolioSummaryView.as_view(), name="portfolio_summary"
    ),
    path(
        "saved-views/",
        SavedViewResource.as_view({"get": "list", "post": "create"}),
        name="api_saved_views",
    ),
    path(
        "saved-views/<uuid:public_id>/",
        SavedViewResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_saved_view",
    ),
]
