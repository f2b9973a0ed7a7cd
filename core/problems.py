"""API errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

from typing import Any

import structlog
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the same shape for every error, never HTML."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    code = (
        getattr(exc, "default_code", "error") if isinstance(exc, APIException) else ""
    )
    body: dict[str, Any] = {
        "type": f"/api/v1/problems/{code or 'not_found'}",
        "title": response.status_text,
        "status": response.status_code,
        "detail": _detail(response.data),
        "instance": context["request"].path,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if isinstance(exc, ValidationError):
        body["detail"] = "Some of the values cannot be used."
        body["errors"] = _field_errors(response.data)
    response.data = body
    response.content_type = "application/problem+json"
    return response


def _detail(data: Any) -> str:
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"])
    return ""


def _field_errors(data: Any, pointer: str = "") -> list[dict[str, str]]:
    if isinstance(data, dict):
        return [
            error
            for key, value in data.items()
            for error in _field_errors(value, f"{pointer}/{key}")
        ]
    if isinstance(data, list):
        found: list[dict[str, str]] = []
        for index, value in enumerate(data):
            inner = pointer if isinstance(value, str) else f"{pointer}/{index}"
            found.extend(_field_errors(value, inner))
        return found
    return [{"pointer": pointer, "detail": str(data)}]
