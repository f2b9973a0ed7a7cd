"""API addresses of this room."""

from django.urls import path

from accounts.api import AccountResource
from accounts.api_contacts import ContactResource
from accounts.api_settings import CustomFieldResource, PlanResource, SegmentResource

_ACCOUNTS = [
    path(
        "accounts/",
        AccountResource.as_view({"get": "list", "post": "create"}),
        name="api_accounts",
    ),
    path(
        "accounts/bulk/",
        AccountResource.as_view({"post": "bulk"}),
        name="api_accounts_bulk",
    ),
    path(
        "accounts/by-external-id/<str:source>/<path:external_id>/",
        AccountResource.as_view({"get": "named", "put": "put_named"}),
        name="api_account_by_external_id",
    ),
    path(
        "accounts/<uuid:public_id>/",
        AccountResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_account",
    ),
    path(
        "accounts/<uuid:public_id>/restore/",
        AccountResource.as_view({"post": "restore"}),
        name="api_account_restore",
    ),
    path(
        "accounts/<uuid:public_id>/merge/",
        AccountResource.as_view({"post": "merge"}),
        name="api_account_merge",
    ),
]
_CONTACTS = [
    path(
        "contacts/",
        ContactResource.as_view({"get": "list", "post": "create"}),
        name="api_contacts",
    ),
    path(
        "contacts/gone/",
        ContactResource.as_view({"get": "gone"}),
        name="api_contacts_gone",
    ),
    path(
        "contacts/<uuid:public_id>/",
        ContactResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_contact",
    ),
    path(
        "contacts/<uuid:public_id>/restore/",
        ContactResource.as_view({"post": "restore"}),
        name="api_contact_restore",
    ),
    path(
        "contacts/<uuid:public_id>/merge/",
        ContactResource.as_view({"post": "merge"}),
        name="api_contact_merge",
    ),
]
_SETTINGS = [
    path(
        "segments/",
        SegmentResource.as_view({"get": "list", "post": "create"}),
        name="api_segments",
    ),
    path(
        "segments/<uuid:public_id>/",
        SegmentResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_segment",
    ),
    path(
        "segments/<uuid:public_id>/move/",
        SegmentResource.as_view({"post": "move"}),
        name="api_segment_move",
    ),
    path("plans/", PlanResource.as_view({"get": "list"}), name="api_plans"),
    path(
        "plans/<uuid:public_id>/",
        PlanResource.as_view({"get": "retrieve"}),
        name="api_plan",
    ),
    path(
        "custom-fields/",
        CustomFieldResource.as_view({"get": "list"}),
        name="api_custom_fields",
    ),
]
urlpatterns = [*_ACCOUNTS, *_CONTACTS, *_SETTINGS]
