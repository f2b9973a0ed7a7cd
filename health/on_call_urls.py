"""Addresses of on-call paging, pages and API."""

from django.urls import path

from health.api.on_call import OnCallPageResource, OnCallResource
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

api_patterns = [
    path(
        "on-call/",
        OnCallResource.as_view({"get": "current", "patch": "partial_update"}),
        name="api_on_call",
    ),
    path(
        "on-call/pages/",
        OnCallPageResource.as_view({"get": "list"}),
        name="api_on_call_pages",
    ),
    path(
        "on-call/pages/<uuid:public_id>/",
        OnCallPageResource.as_view({"get": "retrieve"}),
        name="api_on_call_page",
    ),
    path(
        "on-call/pages/<uuid:public_id>/acknowledge/",
        OnCallPageResource.as_view({"post": "acknowledge"}),
        name="api_on_call_page_acknowledge",
    ),
]
