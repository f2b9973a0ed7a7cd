"""The API's own pages: its description, a page to try it out, wrong turns."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.http import problem_answer


class ApiSchema(SpectacularAPIView):
    """The OpenAPI description, for everybody who is signed in."""


class ApiDocs(SpectacularSwaggerSplitView):
    """The description as a page to read and try out; needs no inline script."""

    url_name = "api_schema"
    template_name = "core/api_docs.html"


def nothing_here(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """An address under /api/ that leads nowhere."""
    return problem_answer(request, 404)
