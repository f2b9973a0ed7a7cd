"""API addresses of this room."""

from django.urls import path

from reports.api import PortfolioSummaryView

urlpatterns = [
    path(
        "portfolio/summary/", PortfolioSummaryView.as_view(), name="portfolio_summary"
    ),
]
