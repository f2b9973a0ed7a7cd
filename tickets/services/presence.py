"""Who else is looking at a ticket or writing on it, right now.

Kept in Redis for as long as a page keeps saying so; without Redis nobody is seen, and
nothing else changes.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from organisation.models import User
from tickets.models import Ticket

#: A page says every 10 seconds that it is open; three missed times, and it is gone.
SECONDS = 35
_MOST = 20


@dataclass(frozen=True)
class Present:
    """Somebody on the same ticket."""

    person_id: int
    name: str
    is_typing: bool


def note_presence(ticket: Ticket, *, person: User, is_typing: bool) -> list[Present]:
    """Say that one is here; returns who else is."""
    client = _client()
    if client is None:
        return []
    said = json.dumps([person.label, is_typing, time.time()])
    try:
        pipe = client.pipeline()
        pipe.hset(_key(ticket), str(person.pk), said)
        pipe.expire(_key(ticket), SECONDS)
        pipe.hgetall(_key(ticket))
        found = pipe.execute()[-1]
    except (RedisError, OSError):
        return []
    return _others(found, person)


def leave(ticket: Ticket, *, person: User) -> None:
    """Say that one has gone."""
    client = _client()
    if client is not None:
        try:
            client.hdel(_key(ticket), str(person.pk))
        except (RedisError, OSError):
            return


def who_else(ticket: Ticket, *, person: User) -> list[Present]:
    """Everybody else on this ticket."""
    client = _client()
    try:
        found = client.hgetall(_key(ticket)) if client is not None else {}
    except (RedisError, OSError):
        return []
    return _others(found, person)


def _others(found: dict[Any, Any], person: User) -> list[Present]:
    since = time.time() - SECONDS
    people = []
    for key, packed in found.items():
        name, is_typing, at = json.loads(packed)
        if int(key) != person.pk and at > since:
            people.append(Present(int(key), name, is_typing))
    return sorted(people, key=lambda each: each.name)[:_MOST]


def _key(ticket: Ticket) -> str:
    return cache.make_key(f"ticket-presence:{ticket.pk}")


def _client() -> Any:
    """The Redis behind the cache; None for another kind of cache."""
    inner = getattr(cache, "_cache", None)
    if inner is None or not hasattr(inner, "get_client"):
        return None
    return inner.get_client(write=True)
