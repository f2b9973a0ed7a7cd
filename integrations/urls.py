"""Addresses of this room's pages."""

from django.urls import path

from integrations import views

app_name = "integrations"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.import_create, name="import_create"),
    path("<uuid:public_id>/", views.import_run, name="import_run"),
    path("<uuid:public_id>/mapping/", views.import_mapping, name="import_mapping"),
    path("<uuid:public_id>/start/", views.import_start, name="import_start"),
    path(
        "<uuid:public_id>/mapping.json",
        views.import_mapping_file,
        name="import_mapping_file",
    ),
    path("<uuid:public_id>/<slug:outcome>.csv", views.import_rows, name="import_rows"),
]
