"""The switchboard: wiring only; imports every room and is imported by none."""

from cs_platform.celery import app as celery_app

__all__ = ["celery_app"]
