"""Addresses of on-call paging, pages and API."""

from django.urls import path

from health.views import on_call

patterns = [
    path("settings/on-call/", on_call.on_call_settings_page, name="on_call_settings"),
    path("on-call/", on_call.on_call_pages, name="on_call_pages"),
    path(
        "on-call/<uuid:public_id>/acknowledge/",
        on_call.on_call_acknowledge,
        name="on_call_acknowledge",
    ),
    path(
        "tickets/<uuid:public_id>/on-call/",
        on_call.ticket_on_call,
        name="ticket_on_call",
    ),
]
