"""Addresses of the settings pages of promises."""

from django.urls import path

from tickets.views import sla

SLA_PAGES = [
    path("settings/sla/", sla.sla_tiers, name="sla_tiers"),
    path("settings/sla/new/", sla.sla_tier_create, name="sla_tier_create"),
    path("settings/sla/support/", sla.support_settings, name="support_settings"),
    path(
        "settings/sla/calendars/<uuid:public_id>/",
        sla.sla_calendar,
        name="sla_calendar",
    ),
    path("settings/sla/<uuid:public_id>/", sla.sla_tier, name="sla_tier"),
    path("settings/sla/<uuid:public_id>/targets/", sla.sla_targets, name="sla_targets"),
    path(
        "settings/sla/<uuid:public_id>/default/",
        sla.sla_tier_default,
        name="sla_tier_default",
    ),
    path(
        "settings/sla/<uuid:public_id>/delete/",
        sla.sla_tier_delete,
        name="sla_tier_delete",
    ),
    path(
        "settings/sla/<uuid:public_id>/rebuild/",
        sla.sla_tier_rebuild,
        name="sla_tier_rebuild",
    ),
]
