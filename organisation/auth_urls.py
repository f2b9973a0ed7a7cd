"""Sign-in addresses: the parts of allauth that make sense without open sign-up."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from organisation import sign_in_views

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path(
        "reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"
    ),
    path(
        "password/change/",
        allauth_views.password_change,
        name="account_change_password",
    ),
    path(
        "password/reset/", allauth_views.password_reset, name="account_reset_password"
    ),
    path(
        "password/reset/done/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "invitation/<str:secret>/",
        sign_in_views.invitation_accept,
        name="organisation_accept",
    ),
    # allauth names these in its own code; here nobody signs up or adds addresses.
    path("signup/", sign_in_views.closed, name="account_signup"),
    path("email/", sign_in_views.closed, name="account_email"),
    path("password/set/", sign_in_views.closed, name="account_set_password"),
]
