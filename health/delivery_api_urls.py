"""API addresses of channels, deliveries and one's own alert mail."""

from django.urls import path

from health.api.deliveries import (
    ChannelResource,
    DeliveryResource,
    PreferenceResource,
)

patterns = [
    path(
        "alert-channels/",
        ChannelResource.as_view({"get": "list", "post": "create"}),
        name="api_alert_channels",
    ),
    path(
        "alert-channels/<uuid:public_id>/",
        ChannelResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_alert_channel",
    ),
    path(
        "alert-channels/<uuid:public_id>/test/",
        ChannelResource.as_view({"post": "test"}),
        name="api_alert_channel_test",
    ),
    path(
        "alert-deliveries/",
        DeliveryResource.as_view({"get": "list"}),
        name="api_alert_deliveries",
    ),
    path(
        "alert-preferences/",
        PreferenceResource.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_alert_preferences",
    ),
]
