"""Addresses of this room's pages."""

from django.urls import path

from revenue import views

app_name = "revenue"
urlpatterns = [
    path(
        "accounts/<uuid:public_id>/revenue/",
        views.account_revenue,
        name="account_revenue",
    ),
    path(
        "accounts/<uuid:public_id>/subscriptions/new/",
        views.subscription_create,
        name="subscription_create",
    ),
    path(
        "subscriptions/<uuid:public_id>/edit/",
        views.subscription_edit,
        name="subscription_edit",
    ),
]
