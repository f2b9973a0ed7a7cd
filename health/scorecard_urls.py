"""Addresses of the pages about scorecards."""

from django.urls import path

from health.views import scorecards as views

_ONE = "scorecards/<slug:slug>/"

patterns = [
    path("scorecards/", views.scorecards, name="scorecards"),
    path("scorecards/new/", views.scorecard_create, name="scorecard_create"),
    path("scorecards/order/", views.scorecard_order, name="scorecard_order"),
    path("scorecards/order/sort/", views.scorecard_sort, name="scorecard_sort"),
    path(_ONE, views.scorecard, name="scorecard"),
    path(f"{_ONE}diff/", views.scorecard_diff, name="scorecard_diff"),
    path(f"{_ONE}use/", views.scorecard_use, name="scorecard_use"),
    path(f"{_ONE}default/", views.scorecard_default, name="scorecard_default"),
    path(f"{_ONE}archive/", views.scorecard_archive, name="scorecard_archive"),
    path(f"{_ONE}restore/", views.scorecard_restore, name="scorecard_restore"),
    path(f"{_ONE}draft/", views.scorecard_edit, name="scorecard_edit"),
    path(f"{_ONE}draft/start/", views.scorecard_draft, name="scorecard_draft"),
    path(f"{_ONE}draft/discard/", views.scorecard_discard, name="scorecard_discard"),
    path(f"{_ONE}draft/preview/", views.scorecard_preview, name="scorecard_preview"),
    path(f"{_ONE}draft/publish/", views.scorecard_publish, name="scorecard_publish"),
]
