"""API addresses of this room."""

from django.urls import path

from revenue.api import SubscriptionResource

urlpatterns = [
    path(
        "subscriptions/",
        SubscriptionResource.as_view({"get": "list", "post": "create"}),
        name="api_subscriptions",
    ),
    path(
        "subscriptions/<uuid:public_id>/",
        SubscriptionResource.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_subscription",
    ),
]
