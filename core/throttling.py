"""How many API requests one token (or person) may send per minute."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW = 60


class TokenThrottle(BaseThrottle):
    """Per token, else per person; anonymous requests are refused before this.

    One counter per minute in Redis. Without Redis nothing is limited: an API that
    answers is worth more than one that counts.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit = settings.API_RATE_PER_MINUTE
        slot, passed = divmod(int(time.time()), WINDOW)
        self.left = WINDOW - passed
        used = count_up(f"api-rate:{caller(request)}:{slot}")
        request._request.rate_limit = (limit, max(limit - used, 0), self.left)  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        return self.left


def caller(request: Request) -> str:
    """``t12`` for a token, ``u3`` for a person with a session."""
    token = getattr(request, "auth", None)
    return f"t{token.pk}" if token is not None else f"u{request.user.pk}"


def count_up(key: str) -> int:
    """How often this key was counted, this time included; 0 when Redis is away."""
    try:
        try:
            return int(cache.incr(key))
        except ValueError:
            # The first of its minute.
            cache.add(key, 0, 2 * WINDOW)
            return int(cache.incr(key))
    except (RedisError, OSError, ValueError):
        return 0


def add_rate_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Say what is left of the minute, if the request was counted."""
    found = getattr(request, "rate_limit", None)
    if found is None:
        return
    limit, remaining, left = found
    response["RateLimit-Policy"] = f'"default";q={limit};w={WINDOW}'
    response["RateLimit"] = f'"default";r={remaining};t={left}'
    response["RateLimit-Limit"] = str(limit)
    response["RateLimit-Remaining"] = str(remaining)
    response["RateLimit-Reset"] = str(left)
