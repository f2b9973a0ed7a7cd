"""What every API resource shares: strict JSON in, keyset pages, chosen fields out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy, deepcopy
from functools import cache
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.paging import CursorRefused, Order, Page, keyset_page

if TYPE_CHECKING:
    from rest_framework.views import APIView

MAX_PAGE = 200
DEFAULT_PAGE = 50
BY_ID = Order("id", "pk", is_nullable=False)
_CHUNK = 64 * 1024


class ParameterRefused(ValidationError):
    """A parameter of the address that cannot be used; named in the answer."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__({name: [detail]})
        self.parameter = name


class TooLarge(APIException):
    """The body is larger than the address accepts."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The body is larger than this address accepts."


class Conflict(APIException):
    """What was asked contradicts the state of things."""

    status_code = 409
    default_code = "conflict"
    default_detail = "This contradicts the present state."
    #: What the problem says beside the members that every problem has.
    members: Mapping[str, Any] = {}


class ChangedMeanwhile(APIException):
    """``If-Match`` names a version that is no longer the current one."""

    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = "This was changed meanwhile. Read it again, then change it."

    def __init__(self, version: int) -> None:
        super().__init__()
        self.etag = etag_of(version)


# --- bodies ---------------------------------------------------------------------------


class StrictJSONParser(BaseParser):
    """JSON as PostgreSQL can keep it, up to a size, or a clear refusal.

    Refused are bodies over ``DATA_UPLOAD_MAX_MEMORY_SIZE`` (or ``max_body_bytes`` of
    the view), text that is not UTF-8, NaN and infinity, names that stand twice, null
    characters, half surrogate pairs, and nesting deeper than the reader can follow.
    """

    media_type = "application/json"

    def number_readers(self) -> dict[str, Any]:
        """How numbers are read: finite ones of a sensible length, nothing else."""
        return {
            "parse_constant": _refuse_constant,
            "parse_float": _finite,
            "parse_int": _bounded,
        }

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        view = (parser_context or {}).get("view")
        limit = getattr(view, "max_body_bytes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        raw = read_limited(stream, limit)
        try:
            found = json.loads(
                raw.decode("utf-8-sig"),
                object_pairs_hook=_unique_names,
                **self.number_readers(),
            )
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        except ValueError as error:
            raise ParseError(f"This is not JSON we can use: {error}") from error
        refuse_odd_characters(found)
        return found


class AnyNumberParser(StrictJSONParser):
    """Lets NaN and infinity through, so that a view can say which value it is."""

    def number_readers(self) -> dict[str, Any]:
        return {
            "parse_constant": float,
            "parse_float": float,
            "parse_int": lambda text: int(text) if len(text) <= 30 else float(text),
        }


def read_limited(stream: IO[Any], limit: int) -> bytes:
    """The whole stream, or TooLarge as soon as it has more than ``limit`` bytes."""
    parts, size = [], 0
    while part := stream.read(min(_CHUNK, limit + 1 - size)):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise TooLarge
    return b"".join(parts)


def refuse_odd_characters(found: Any) -> None:
    """Raise ParseError for text that no database column can hold."""
    for text in _texts(found):
        if "\0" in text:
            raise ParseError("Text must not hold null characters.")
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ParseError("Text must not hold half surrogate pairs.")


def _texts(found: Any) -> Iterator[str]:
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is too large")
    return value


def _bounded(text: str) -> int:
    if len(text) > 30:
        raise ValueError("a whole number has more than 30 digits")
    return int(text)


def _unique_names(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


# --- pages ----------------------------------------------------------------------------


class CursorPages(BasePagination):
    """``?cursor=…&limit=…`` (at most 200), stable while data changes.

    A view may declare ``orders``, a mapping of public names to ``core.paging.Order``;
    ``?ordering=name`` or ``-name`` then chooses one. Without it rows come by id.
    """

    def paginate_queryset(  # type: ignore[override]  # rows of a table, never a list
        self,
        queryset: models.QuerySet[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        self.request = request
        params = request.query_params
        order = chosen_order(params.get("ordering", ""), getattr(view, "orders", {}))
        size = whole_number("limit", params.get("limit", ""), DEFAULT_PAGE, MAX_PAGE)
        try:
            self.page: Page[Any] = keyset_page(
                queryset,
                order=order,
                after=params.get("cursor", ""),
                before=params.get("before", ""),
                size=size,
            )
        except CursorRefused as error:
            detail = "This cursor is damaged or belongs to another list."
            raise ParameterRefused("cursor", detail) from error
        return list(self.page.rows)

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._address(cursor=self.page.next),
                "previous": self._address(before=self.page.previous),
                "results": data,
            }
        )

    def _address(self, **place: str) -> str | None:
        (name, cursor) = next(iter(place.items()))
        if not cursor:
            return None
        query = self.request.query_params.copy()
        query.pop("cursor", None)
        query.pop("before", None)
        query[name] = cursor
        return self.request.build_absolute_uri(f"?{query.urlencode()}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**address, "description": "Address of the next page."},
                "previous": {**address, "description": "Address of the page before."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "default": DEFAULT_PAGE}
        parameters = [
            _parameter("cursor", "Where the page begins, from `next`."),
            _parameter("before", "Where the page ends, from `previous`."),
            _parameter("limit", f"Rows on a page, at most {MAX_PAGE}.", **limit),
        ]
        if names := list(getattr(view, "orders", {})):
            choices = [sign + name for name in names for sign in ("", "-")]
            words = "Order of the rows; ids ascending if not given."
            parameters.append(_parameter("ordering", words, enum=choices))
        return parameters


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def chosen_order(text: str, orders: Mapping[str, Order]) -> Order:
    """The order an address asks for, from those a view offers and no others."""
    if not text:
        return BY_ID
    order = orders.get(text.removeprefix("-"))
    if order is None:
        raise ParameterRefused("ordering", f"Order by one of: {', '.join(orders)}.")
    return Order(order.key, order.by, text.startswith("-"), order.is_nullable)


def whole_number(name: str, text: str, default: int, most: int) -> int:
    """A positive number of an address, cut to the most; ParameterRefused otherwise."""
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) < 1:
        raise ParameterRefused(name, "Give a whole number from 1.")
    return min(int(text), most)


# --- versions -------------------------------------------------------------------------


def etag_of(version: int) -> str:
    """The entity tag of a version of a row."""
    return f'"{version}"'


def check_if_match(request: Request, version: int) -> int | None:
    """The version a client insists on, None if it does not; ChangedMeanwhile if stale.

    ``*`` matches anything that exists.
    """
    sent = request.headers.get("If-Match", "").strip()
    if not sent or sent == "*":
        return None
    tags = {tag.strip() for tag in sent.split(",")}
    if etag_of(version) not in tags:
        raise ChangedMeanwhile(version)
    return version


# --- chosen fields --------------------------------------------------------------------


class KeptFields(serializers.Serializer):
    """A shape whose fields are put together once per process.

    For each answer they are copied and not made anew, which is most of the work on a
    small answer. Nothing changes a field in place after that.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: _copied(field) for name, field in _built(type(self)).items()}


class ChosenFields(KeptFields, serializers.ModelSerializer):
    """A reading shape that honours ``?fields=`` and ``?expand=`` of the request.

    The view hands in ``fields`` and ``expand`` as sets through the context; they hold
    for the outermost object only.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        chosen = self.context.get("fields") if self._is_outermost() else None
        if not chosen:
            return fields
        return {name: field for name, field in fields.items() if name in chosen}

    def _is_outermost(self) -> bool:
        parent = self.parent
        return parent is None or (
            isinstance(parent, serializers.ListSerializer) and parent.parent is None
        )


_PARENTS = (
    serializers.BaseSerializer,
    serializers.ListField,
    serializers.DictField,
    serializers.ManyRelatedField,
)


@cache
def _built(shape: type[KeptFields]) -> dict[str, serializers.Field]:
    """Its fields, looked up in the model once and not for every answer."""
    return super(KeptFields, shape()).get_fields()


def _copied(field: serializers.Field) -> serializers.Field:
    """For a parent of its own; whatever is itself a parent takes its own children."""
    is_parent = isinstance(field, _PARENTS)
    return deepcopy(field) if is_parent else copy(field)


class Reference(serializers.RelatedField):
    """Another object by its public id, or spelled out when the address expands it."""

    def __init__(self, shape: type[serializers.BaseSerializer], **kwargs: Any) -> None:
        self.shape = shape
        super().__init__(read_only=True, **kwargs)

    def use_pk_only_optimization(self) -> bool:
        return False

    def to_representation(self, value: Any) -> Any:
        if self.field_name in self.context.get("expand", ()):
            return self.shape(value).data
        return str(value.public_id)


def chosen_names(request: Request, name: str, allowed: Sequence[str]) -> set[str]:
    """The names in a comma-separated parameter, each of which must be allowed."""
    sent = request.query_params.get(name, "")
    wanted = {word.strip() for word in sent.split(",") if word.strip()}
    if unknown := sorted(wanted - set(allowed)):
        words = f"There is no “{unknown[0][:60]}” here. Known: {', '.join(allowed)}."
        raise ParameterRefused(name, words)
    return wanted
