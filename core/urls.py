"""Addresses of the frame itself: the theme and the component gallery."""

from django.urls import path

from core import views

app_name = "core"

urlpatterns = [
    path("components/", views.components_gallery, name="components_gallery"),
    path("theme/", views.theme, name="theme"),
]
