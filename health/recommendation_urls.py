"""Addresses of recommendations: pages, and the API."""

from django.urls import path

from health.api.recommendations import RecommendationResource
from health.views import recommendations

patterns = [
    path(
        "accounts/<uuid:public_id>/recommendations/<slug:key>/accept/",
        recommendations.recommendation_accept,
        name="recommendation_accept",
    ),
    path(
        "accounts/<uuid:public_id>/recommendations/<slug:key>/dismiss/",
        recommendations.recommendation_dismiss,
        name="recommendation_dismiss",
    ),
    path(
        "recommendations/<uuid:public_id>/undo/",
        recommendations.recommendation_undo,
        name="recommendation_undo",
    ),
]
api_patterns = [
    path(
        "accounts/<uuid:public_id>/recommendations/",
        RecommendationResource.as_view({"get": "current"}),
        name="api_account_recommendations",
    ),
    path(
        "accounts/<uuid:public_id>/recommendations/<slug:key>/accept/",
        RecommendationResource.as_view({"post": "accept"}),
        name="api_account_recommendation_accept",
    ),
    path(
        "accounts/<uuid:public_id>/recommendations/<slug:key>/dismiss/",
        RecommendationResource.as_view({"post": "dismiss"}),
        name="api_account_recommendation_dismiss",
    ),
    path(
        "recommendations/<uuid:public_id>/undo/",
        RecommendationResource.as_view({"post": "undo"}),
        name="api_recommendation_undo",
    ),
]
