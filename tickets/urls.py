"""Addresses of this room's pages."""

from django.urls import path

from tickets.views import account_tickets

app_name = "tickets"
urlpatterns = [
    path(
        "accounts/<uuid:public_id>/tickets/",
        account_tickets.account_tickets,
        name="account_tickets",
    ),
]
