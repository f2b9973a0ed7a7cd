"""Addresses of the pages about channels and a person's own alert mail."""

from django.urls import path

from health.views import alert_channels, alert_preferences

patterns = [
    path(
        "settings/alert-channels/", alert_channels.alert_channels, name="alert_channels"
    ),
    path(
        "settings/alert-channels/new/",
        alert_channels.alert_channel_create,
        name="alert_channel_create",
    ),
    path(
        "settings/alert-channels/<uuid:public_id>/",
        alert_channels.alert_channel,
        name="alert_channel",
    ),
    path(
        "settings/alert-channels/<uuid:public_id>/test/",
        alert_channels.alert_channel_test,
        name="alert_channel_test",
    ),
    path(
        "settings/alert-channels/<uuid:public_id>/secret/",
        alert_channels.alert_channel_secret,
        name="alert_channel_secret",
    ),
    path(
        "settings/alert-channels/<uuid:public_id>/remove/",
        alert_channels.alert_channel_remove,
        name="alert_channel_remove",
    ),
    path(
        "settings/alert-preferences/",
        alert_preferences.alert_preferences,
        name="alert_preferences",
    ),
]
