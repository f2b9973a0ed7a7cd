"""How the OpenAPI description says what every resource has in common."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

_WRITES = ("POST", "PUT", "PATCH")
_ERROR_REF = {"$ref": "#/components/schemas/Problem"}

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `type` is stable, for programs.",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["/api/v1/problems/invalid"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class ResourceSchema(AutoSchema):
    """Adds ``fields``, ``expand`` and the headers of writes where they hold."""

    def get_override_parameters(self) -> list[Any]:
        view: Any = self.view
        parameters = list(super().get_override_parameters())
        accepted = view.parameters() if hasattr(view, "parameters") else set()
        if "fields" in accepted:
            names = ", ".join(view.field_names())
            words = f"Only these fields, comma separated: {names}."
            parameters.append(OpenApiParameter("fields", str, description=words))
        if "expand" in accepted:
            names = ", ".join(view.expandable)
            words = f"Spell these out, comma separated: {names}."
            parameters.append(OpenApiParameter("expand", str, description=words))
        is_write = self.method in _WRITES and not getattr(
            view, "reads_with_post", False
        )
        if is_write and hasattr(view, "parameters"):
            parameters.append(_header("Idempotency-Key", _IDEMPOTENCY))
        if self.method in ("PUT", "PATCH") and getattr(view, "has_version", False):
            parameters.append(_header("If-Match", _IF_MATCH))
        return parameters

    def get_filter_backends(self) -> list[Any]:
        """Filters are parameters of lists only."""
        action = getattr(self.view, "action", "list")
        return super().get_filter_backends() if action == "list" else []


_IDEMPOTENCY = (
    "Any text of at most 200 characters. The same key with the same body gives the "
    "same answer for 24 hours."
)
_IF_MATCH = "The ETag of the version you read; 412 when it was changed meanwhile."


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


class ReferenceExtension(OpenApiSerializerFieldExtension):
    """A reference is an id, or the whole object where the address expands it."""

    target_class = "core.api.Reference"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        shape = auto_schema.resolve_serializer(self.target.shape, direction)
        found: list[dict[str, Any]] = [{"type": "string", "format": "uuid"}]
        return {"oneOf": [*found, shape.ref]}


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every operation may answer with a problem; said once, as its default answer."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for name, operation in operations.items():
            if name == "parameters":
                continue
            operation["responses"]["default"] = {
                "description": "Anything else is a problem.",
                "content": {"application/problem+json": {"schema": _ERROR_REF}},
            }
    return result
