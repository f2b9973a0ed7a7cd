"""API addresses of this room."""

from django.urls import path

from organisation.api import TeamResource, TokenResource, UserResource
from organisation.api_calendars import CalendarResource
from organisation.api_notifications import NotificationResource

_NOTIFICATIONS = [
    path(
        "notifications/",
        NotificationResource.as_view({"get": "list"}),
        name="api_notifications",
    ),
    path(
        "notifications/read/",
        NotificationResource.as_view({"post": "read_all"}),
        name="api_notifications_read",
    ),
    path(
        "notifications/<uuid:public_id>/read/",
        NotificationResource.as_view({"post": "read"}),
        name="api_notification_read",
    ),
]
_CALENDARS = [
    path(
        "calendars/",
        CalendarResource.as_view({"get": "list", "post": "create"}),
        name="api_calendars",
    ),
    path(
        "calendars/<uuid:public_id>/",
        CalendarResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_calendar",
    ),
]
urlpatterns = [
    *_NOTIFICATIONS,
    *_CALENDARS,
    path("users/", UserResource.as_view({"get": "list"}), name="api_users"),
    path("users/me/", UserResource.as_view({"get": "me"}), name="api_me"),
    path(
        "users/<uuid:public_id>/",
        UserResource.as_view({"get": "retrieve"}),
        name="api_user",
    ),
    path("teams/", TeamResource.as_view({"get": "list"}), name="api_teams"),
    path(
        "teams/<uuid:public_id>/",
        TeamResource.as_view({"get": "retrieve"}),
        name="api_team",
    ),
    path("tokens/", TokenResource.as_view({"get": "list"}), name="api_tokens"),
    path(
        "tokens/<uuid:public_id>/revoke/",
        TokenResource.as_view({"post": "revoke"}),
        name="api_token_revoke",
    ),
]
