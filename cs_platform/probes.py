"""/livez and /readyz, answered before anything else looks at the request."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError


class ProbeMiddleware:
    """Stands first, so probes with a bare IP as host are answered too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return ready()
        return self.get_response(request)


def ready() -> JsonResponse:
    """200 when the database answers and is migrated; Redis down is *degraded*."""
    checks = {"database": _database(), "redis": _redis()}
    is_ready = checks["database"] == "ok"
    status = "ok" if all(v == "ok" for v in checks.values()) else "degraded"
    return JsonResponse(
        {"status": status if is_ready else "down", "checks": checks},
        status=200 if is_ready else 503,
    )


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "down"
    return "ok" if not plan else "not migrated"


def _redis() -> str:
    try:
        cache.set("probe", 1, 5)
    except (RedisError, OSError):
        return "down"
    return "ok"
