"""Addresses of the settings pages."""

from django.urls import path

from organisation import (
    calendar_views,
    notification_views,
    people_views,
    token_views,
    views,
)

app_name = "organisation"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("roles/", views.roles, name="roles"),
    path("profile/", views.profile, name="profile"),
    path("audit/", views.audit, name="audit"),
    path("notifications/", notification_views.notifications, name="notifications"),
    path(
        "notifications/bell/",
        notification_views.notifications_bell,
        name="notifications_bell",
    ),
    path(
        "notifications/read/",
        notification_views.notifications_read,
        name="notifications_read",
    ),
    path(
        "notifications/<uuid:public_id>/open/",
        notification_views.notification_open,
        name="notification_open",
    ),
    path(
        "notifications/<uuid:public_id>/read/",
        notification_views.notification_read,
        name="notification_read",
    ),
    path("calendars/", calendar_views.calendars, name="calendars"),
    path("calendars/new/", calendar_views.calendar_create, name="calendar_create"),
    path("calendars/<uuid:public_id>/", calendar_views.calendar, name="calendar"),
    path(
        "calendars/<uuid:public_id>/days/",
        calendar_views.calendar_day_set,
        name="calendar_day_set",
    ),
    path(
        "calendars/<uuid:public_id>/days/<str:day>/",
        calendar_views.calendar_day_remove,
        name="calendar_day_remove",
    ),
    path(
        "calendars/<uuid:public_id>/import/",
        calendar_views.calendar_import,
        name="calendar_import",
    ),
    path(
        "calendars/<uuid:public_id>/delete/",
        calendar_views.calendar_delete,
        name="calendar_delete",
    ),
    path("people/", people_views.people, name="people"),
    path("people/invite/", people_views.person_invite, name="person_invite"),
    path("people/<uuid:public_id>/", people_views.person, name="person"),
    path(
        "people/<uuid:public_id>/disable/",
        people_views.person_disable,
        name="person_disable",
    ),
    path(
        "people/<uuid:public_id>/enable/",
        people_views.person_enable,
        name="person_enable",
    ),
    path(
        "invitations/<uuid:public_id>/revoke/",
        people_views.invitation_revoke,
        name="invitation_revoke",
    ),
    path("teams/", people_views.teams, name="teams"),
    path("teams/<uuid:public_id>/", people_views.team, name="team"),
    path(
        "teams/<uuid:public_id>/delete/", people_views.team_delete, name="team_delete"
    ),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/new/", token_views.token_create, name="token_create"),
    path(
        "tokens/service-accounts/new/",
        token_views.service_account_create,
        name="service_account_create",
    ),
    path(
        "tokens/<uuid:public_id>/rotate/",
        token_views.token_rotate,
        name="token_rotate",
    ),
    path(
        "tokens/<uuid:public_id>/revoke/",
        token_views.token_revoke,
        name="token_revoke",
    ),
]
