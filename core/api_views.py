"""The API's own pages: its description, a page to try it out, wrong turns."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import SAFE_METHODS

from core.http import problem_answer


class ApiSchema(SpectacularAPIView):
    """The OpenAPI description, for everybody who is signed in."""


class ApiDocs(SpectacularSwaggerSplitView):
    """The description as a page to read and try out; needs no inline script."""

    url_name = "api_schema"
    template_name = "core/api_docs.html"


def nothing_here(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """An address under /api/ that leads nowhere; a forgotten last slash is forgiven.

    Only for reading: a body would be lost on the way.
    """
    if request.method in SAFE_METHODS and leads_somewhere(f"{request.path}/"):
        query = request.META.get("QUERY_STRING", "")
        address = f"{request.path}/" + (f"?{query}" if query else "")
        return HttpResponsePermanentRedirect(address)
    return problem_answer(request, 404)


def leads_somewhere(path: str) -> bool:
    """Whether a resource answers at this path."""
    try:
        return resolve(path).func is not nothing_here
    except Resolver404:
        return False
