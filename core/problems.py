"""API errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError
from django.http import UnreadablePostError
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.api import Conflict, ParameterRefused, TooLarge
from core.http import PROBLEM_TYPE, problem

logger = structlog.get_logger(__name__)

INTERNAL = "Something went wrong on our side. Name the request id when you report it."


def problem_response(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: the same shape for every error, never a page.

    What nobody foresaw is logged and reported like any crash, and answered without a
    word about its cause.
    """
    request = context["request"]._request
    # Whatever a client accepts, a problem is JSON.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = JSONRenderer.media_type
    known = _known(exc)
    response = exception_handler(known, context)
    if response is None:
        logger.error("api_request_failed", exc_info=exc)
        got_request_exception.send(sender=None, request=request)
        body = problem(request, status=500, code="internal_error", detail=INTERNAL)
        return Response(body, status=500, content_type=PROBLEM_TYPE)
    body = problem(
        request,
        status=response.status_code,
        code=_code(known, response.status_code),
        detail=_detail(response.data),
    )
    if isinstance(known, exceptions.ValidationError):
        is_parameter = (
            isinstance(known, ParameterRefused) or request.method in SAFE_METHODS
        )
        body["detail"] = "Some of the values cannot be used."
        body["errors"] = list(field_errors(known.detail, is_parameter=is_parameter))
    if isinstance(known, Conflict):
        body |= known.members
    if etag := getattr(known, "etag", ""):
        response["ETag"] = etag
    response.data = body
    response.content_type = PROBLEM_TYPE
    return response


def _known(exc: Exception) -> Exception:
    """What Django and the database refuse, in the words of the API."""
    if isinstance(exc, DjangoValidationError):
        return exceptions.ValidationError(django_errors(exc))
    if isinstance(exc, RequestDataTooBig):
        return TooLarge()
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError("The request could not be understood.")
    if isinstance(exc, IntegrityError):
        return Conflict()
    if isinstance(exc, DataError):
        return exceptions.ValidationError("One of the values is out of range.")
    return exc


def django_errors(error: DjangoValidationError) -> Any:
    """A service's refusal as DRF keeps them: per field where there are fields."""
    if hasattr(error, "error_dict"):
        return {
            "" if name == "__all__" else name: words
            for name, words in error.message_dict.items()
        }
    return {"": error.messages}


def _code(exc: Exception, status: int) -> str:
    if isinstance(exc, exceptions.ValidationError):
        return "invalid"
    if isinstance(exc, exceptions.APIException):
        return str(exc.default_code)
    return {403: "permission_denied", 404: "not_found"}.get(status, "error")


def _detail(data: Any) -> str:
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"])
    return ""


def field_errors(
    data: Any, pointer: str = "", *, is_parameter: bool = False
) -> Iterator[dict[str, str]]:
    """``{"pointer": "/name", "detail": …}`` per message; parameters by their name."""
    if isinstance(data, dict):
        for key, value in data.items():
            name = "" if key in ("", "non_field_errors") else f"/{escaped(str(key))}"
            if is_parameter:
                yield from field_errors(value, str(key), is_parameter=True)
            else:
                yield from field_errors(value, pointer + name)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            inner = pointer if isinstance(value, str) else f"{pointer}/{index}"
            yield from field_errors(value, inner, is_parameter=is_parameter)
    else:
        place = "parameter" if is_parameter else "pointer"
        yield {place: pointer, "detail": str(data)}


def escaped(name: str) -> str:
    """A name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
