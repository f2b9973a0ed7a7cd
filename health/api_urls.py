"""API addresses of this room."""

from django.urls import path

from health import (
    alert_api_urls,
    delivery_api_urls,
    on_call_urls,
    override_urls,
    recommendation_urls,
    scorecard_api_urls,
)
from health.api import (
    CalculatorResource,
    ScoreResource,
)

_SCORES = [
    path(
        "health/scores/",
        ScoreResource.as_view({"get": "list"}),
        name="api_health_scores",
    ),
    path(
        "health/calculate/",
        CalculatorResource.as_view({"post": "calculate"}),
        name="api_health_calculate",
    ),
    path(
        "accounts/<uuid:public_id>/health/",
        ScoreResource.as_view({"get": "current"}),
        name="api_account_health",
    ),
    path(
        "accounts/<uuid:public_id>/health/history/",
        ScoreResource.as_view({"get": "course"}),
        name="api_account_health_history",
    ),
    path(
        "accounts/<uuid:public_id>/health/explain/",
        ScoreResource.as_view({"get": "explain"}),
        name="api_account_health_explain",
    ),
]
urlpatterns = [
    *delivery_api_urls.patterns,
    *recommendation_urls.api_patterns,
    *override_urls.api_patterns,
    *on_call_urls.api_patterns,
    *_SCORES,
    *alert_api_urls.patterns,
    *scorecard_api_urls.patterns,
]
