"""Addresses of this room's pages."""

from django.urls import path

from usage import views

app_name = "usage"
urlpatterns = [
    path("accounts/<uuid:public_id>/usage/", views.account_usage, name="account_usage"),
]
