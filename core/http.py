"""Requests: the type views speak of, request ids, and errors of the API as problems."""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django_htmx.middleware import HtmxDetails

from core.throttling import add_rate_headers

API_PREFIX = "/api/"
PROBLEM_TYPE = "application/problem+json"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class AuthenticatedRequest(HttpRequest):
    """A request of a signed-in person; ``user`` is an ``organisation.User``."""

    user: Any
    htmx: HtmxDetails


class RequestIdMiddleware:
    """Gives every request an id, and every API error the one shape it promises.

    An id sent by a proxy is kept when it is short and plain; anything else could
    forge lines in a log. What Django itself refuses (unknown address, bad host,
    crash) leaves the API as a problem and never as a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            # No address of ours holds one, and the database cannot look for it.
            response: HttpResponse = HttpResponseBadRequest()
        else:
            response = self.get_response(request)
        if is_api_page_error(request, response):
            response = problem_answer(request, response.status_code)
        add_rate_headers(request, response)
        if request.path.startswith(API_PREFIX):
            response.headers.setdefault("Cache-Control", "private, no-store")
        response["X-Request-ID"] = request_id
        return response


def client_address(request: HttpRequest) -> str | None:
    """Who really asks: what our own proxies say, else the peer of the connection."""
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    sent = hops[-proxies].strip() if 0 < proxies <= len(hops) else ""
    for address in (sent, request.META.get("REMOTE_ADDR", "")):
        with contextlib.suppress(ValueError):
            return str(ip_address(address))
    return None


def is_api_page_error(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an error under /api/ is about to leave as something else than JSON."""
    return (
        response.status_code >= 400
        and request.path.startswith(API_PREFIX)
        and "json" not in response.get("Content-Type", "")
    )


def problem_answer(request: HttpRequest, status: int) -> HttpResponse:
    """A problem document for an error that never reached a view."""
    body = problem(
        request,
        status=status,
        code=_CODES.get(status, "error"),
        detail=_DETAILS.get(status, ""),
    )
    return HttpResponse(json.dumps(body), content_type=PROBLEM_TYPE, status=status)


def problem(
    request: HttpRequest, *, status: int, code: str, detail: str
) -> dict[str, Any]:
    """The members every problem has (RFC 9457); ``type`` is stable for machines."""
    return {
        "type": f"/api/v1/problems/{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
    }


_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Cannot be processed",
    428: "Precondition required",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available",
}
_CODES = {
    400: "bad_request",
    403: "permission_denied",
    404: "not_found",
    413: "too_large",
    500: "internal_error",
}
_DETAILS = {
    400: "The request could not be understood.",
    404: "There is nothing at this address. Addresses of the API end with a slash.",
    413: "The request is larger than this address accepts.",
    500: "Something went wrong on our side. Name the request id when you report it.",
}
