"""Django's handle on the switchboard."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "cs_platform"
