"""Addresses of accounts, contacts, touchpoints and the settings around them."""

from django.urls import path

from accounts.views import (
    accounts,
    contacts,
    custom_fields,
    merging,
    plans,
    segments,
    timeline,
    touchpoints,
)

app_name = "accounts"

_ACCOUNTS = [
    path("accounts/new/", accounts.account_create, name="account_create"),
    path("accounts/options/", accounts.account_options, name="account_options"),
    path("accounts/<uuid:public_id>/edit/", accounts.account_edit, name="account_edit"),
    path(
        "accounts/<uuid:public_id>/archive/",
        accounts.account_archive,
        name="account_archive",
    ),
    path(
        "accounts/<uuid:public_id>/restore/",
        accounts.account_restore,
        name="account_restore",
    ),
    path(
        "accounts/<uuid:public_id>/merge/", merging.account_merge, name="account_merge"
    ),
    path(
        "accounts/<uuid:public_id>/merge/<uuid:duplicate_id>/",
        merging.account_merge_confirm,
        name="account_merge_confirm",
    ),
    path(
        "accounts/<uuid:public_id>/timeline/",
        timeline.account_timeline,
        name="account_timeline",
    ),
]
_PEOPLE = [
    path(
        "accounts/<uuid:public_id>/contacts/",
        contacts.account_contacts,
        name="account_contacts",
    ),
    path(
        "accounts/<uuid:public_id>/contacts/new/",
        contacts.contact_create,
        name="contact_create",
    ),
    path("contacts/<uuid:public_id>/", contacts.contact, name="contact"),
    path("contacts/<uuid:public_id>/edit/", contacts.contact_edit, name="contact_edit"),
    path(
        "contacts/<uuid:public_id>/archive/",
        contacts.contact_archive,
        name="contact_archive",
    ),
    path(
        "contacts/<uuid:public_id>/merge/",
        contacts.contact_merge,
        name="contact_merge",
    ),
    path(
        "accounts/<uuid:public_id>/touchpoints/new/",
        touchpoints.touchpoint_create,
        name="touchpoint_create",
    ),
    path(
        "touchpoints/<uuid:public_id>/edit/",
        touchpoints.touchpoint_edit,
        name="touchpoint_edit",
    ),
    path(
        "touchpoints/<uuid:public_id>/delete/",
        touchpoints.touchpoint_delete,
        name="touchpoint_delete",
    ),
]
_SETTINGS = [
    path("settings/segments/", segments.segments, name="segments"),
    path("settings/segments/new/", segments.segment_create, name="segment_create"),
    path("settings/segments/<uuid:public_id>/", segments.segment, name="segment"),
    path(
        "settings/segments/<uuid:public_id>/move/",
        segments.segment_move,
        name="segment_move",
    ),
    path(
        "settings/segments/<uuid:public_id>/delete/",
        segments.segment_delete,
        name="segment_delete",
    ),
    path("settings/plans/", plans.plans, name="plans"),
    path("settings/plans/new/", plans.plan_create, name="plan_create"),
    path("settings/plans/<uuid:public_id>/", plans.plan, name="plan"),
    path("settings/custom-fields/", custom_fields.custom_fields, name="custom_fields"),
    path(
        "settings/custom-fields/new/",
        custom_fields.custom_field_create,
        name="custom_field_create",
    ),
    path(
        "settings/custom-fields/<uuid:public_id>/",
        custom_fields.custom_field,
        name="custom_field",
    ),
    path(
        "settings/custom-fields/<uuid:public_id>/delete/",
        custom_fields.custom_field_delete,
        name="custom_field_delete",
    ),
]
urlpatterns = [*_ACCOUNTS, *_PEOPLE, *_SETTINGS]
