"""Addresses of this room's pages."""

from django.urls import path

from tickets import views

app_name = "tickets"
urlpatterns = [
    path(
        "accounts/<uuid:public_id>/tickets/",
        views.account_tickets,
        name="account_tickets",
    ),
]
