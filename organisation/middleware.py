"""The signed-in person's time zone and language, and the origin of their events."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from events.services import origin


class PersonMiddleware:
    """Each request runs in the person's zone, and its events say where they came from.

    An expired session answers an HTMX request with a full reload instead of swapping
    the sign-in page into a fragment.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.timezone:
            timezone.activate(ZoneInfo(user.timezone))
        else:
            timezone.deactivate()
        if user.is_authenticated and user.locale:
            translation.activate(user.locale)
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        with origin(request_id, request.META.get("REMOTE_ADDR") or None):
            response = self.get_response(request)
        if getattr(request, "htmx", False):
            response["Vary"] = ", ".join(
                filter(None, [response.get("Vary", ""), "HX-Request"])
            )
        return response
