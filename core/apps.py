"""Django's handle on this room."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
