"""Addresses of this room's pages."""

from django.urls import path

from reports.views import (
    account,
    analytics,
    as_of,
    bulk,
    portfolio,
    saved_views,
    search,
)

app_name = "reports"
urlpatterns = [
    path("", portfolio.home, name="home"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio/export/", portfolio.portfolio_export, name="portfolio_export"),
    path("portfolio/as-of/", as_of.portfolio_as_of, name="portfolio_as_of"),
    path("portfolio/tags/", portfolio.portfolio_tags, name="portfolio_tags"),
    path("portfolio/bulk/", bulk.portfolio_bulk, name="portfolio_bulk"),
    path("portfolio/undo/<str:token>/", bulk.portfolio_undo, name="portfolio_undo"),
    path("accounts/<uuid:public_id>/", account.account, name="account"),
    path("analytics/", analytics.analytics, name="analytics"),
    path("analytics/moved/", analytics.analytics_moved, name="analytics_moved"),
    path("analytics/<slug:key>.csv", analytics.analytics_csv, name="analytics_csv"),
    path("search/", search.search_page, name="search"),
    path("views/", saved_views.saved_views, name="saved_views"),
    path("views/new/", saved_views.saved_view_create, name="saved_view_create"),
    path(
        "views/<uuid:public_id>/",
        saved_views.saved_view_update,
        name="saved_view_update",
    ),
    path(
        "views/<uuid:public_id>/delete/",
        saved_views.saved_view_delete,
        name="saved_view_delete",
    ),
]
