"""Requests that may be sent twice: the ``Idempotency-Key`` header for every write."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException, ParseError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Conflict
from core.idempotency import LIFETIME, fingerprint, parsed_key
from core.throttling import caller
from organisation.models import IdempotencyKey

_KEPT_HEADERS = ("ETag", "Location")
_FORGET_AT_ONCE = 100


class KeyReused(APIException):
    """The key stands for another request."""

    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used for another request."


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    default_code = "request_in_flight"
    default_detail = "The first request with this Idempotency-Key is still running."


class RetrySafe:
    """A view whose writes honour ``Idempotency-Key``.

    The answer is kept in the transaction of the effect: a request that failed or died
    half-way has left neither, and may be sent again.
    """

    reads_with_post = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        header = request.headers.get("Idempotency-Key")
        if header is None or request.method in SAFE_METHODS or self.reads_with_post:
            return
        key = parsed_key(header)
        if key is None:
            raise ParseError("An Idempotency-Key has 1 to 200 visible characters.")
        name = str(request.method).lower()
        handler = getattr(self, name)
        setattr(self, name, partial(answer_once, handler, key))


def answer_once(
    handler: Callable[..., Response], key: str, request: Request, /, *args: Any,
    **kwargs: Any,
) -> Response:  # fmt: skip
    """The kept answer for this key, or the handler's, which is then kept.

    What the address names (``kwargs``) may be called anything, ``key`` too.
    """
    place = {
        "owner": caller(request),
        "method": request.method,
        "path": request.path[:500],
        "key": key,
    }
    print_ = fingerprint(request.data, request.META.get("QUERY_STRING", ""))
    with transaction.atomic():
        _lock(place)
        kept = IdempotencyKey.objects.filter(**place).first()
        now = timezone.now()
        if kept is not None and kept.created_at > now - LIFETIME:
            if kept.fingerprint != print_:
                raise KeyReused
            return _again(kept)
        _forget_expired(kept)
        response = handler(request, *args, **kwargs)
        IdempotencyKey.objects.create(
            **place,
            fingerprint=print_,
            status=response.status_code,
            headers={
                name: response[name] for name in _KEPT_HEADERS if name in response
            },
            body=JSONRenderer().render(response.data).decode(),
        )
    return response


def _lock(place: dict[str, Any]) -> None:
    """One request per key at a time; the lock goes with the transaction."""
    name = json.dumps(place, sort_keys=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name]
        )
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise StillRunning


def _again(kept: IdempotencyKey) -> Response:
    response = Response(json.loads(kept.body) if kept.body else None, kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def _forget_expired(kept: IdempotencyKey | None) -> None:
    """A few at each write, so the table stays small without a schedule."""
    if kept is not None:
        kept.delete()
    old = IdempotencyKey.objects.filter(created_at__lte=timezone.now() - LIFETIME)
    ids = old.order_by("created_at").values("pk")[:_FORGET_AT_ONCE]
    IdempotencyKey.objects.filter(pk__in=ids).delete()
