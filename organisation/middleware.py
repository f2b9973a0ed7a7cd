"""The signed-in person's time zone and language, and the origin of their events."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from core.http import AuthenticatedRequest, client_address
from events.services import origin
from organisation.facts import kept_for_request


class PersonMiddleware:
    """Each request runs in the person's zone, and its events say where they came from.

    An expired session answers an HTMX request with a full reload instead of swapping
    the sign-in page into a fragment. What a signed-in person sees is kept by nobody
    in between.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AuthenticatedRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.timezone:
            timezone.activate(ZoneInfo(user.timezone))
        else:
            timezone.deactivate()
        if user.is_authenticated and user.locale:
            translation.activate(user.locale)
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")[:64]
        with kept_for_request(), origin(request_id, client_address(request)):
            response = self.get_response(request)
        if user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        if request.htmx:
            patch_vary_headers(response, ["HX-Request"])
            if leads_to_sign_in(response):
                return reload_to_sign_in(request)
        return response


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Whether the answer is the redirect of somebody who is not signed in."""
    path = response.get("Location", "").partition("?")[0]
    return response.status_code == 302 and path == reverse("account_login")


def reload_to_sign_in(request: AuthenticatedRequest) -> HttpResponse:
    """Have htmx open the sign-in page and come back to the page, not the fragment."""
    page = request.htmx.current_url_abs_path or "/"
    query = urlencode({REDIRECT_FIELD_NAME: page})
    response = HttpResponse(status=204)
    response["HX-Redirect"] = f"{reverse('account_login')}?{query}"
    patch_vary_headers(response, ["HX-Request"])
    return response
