"""The organisation's zone, row scope and currency, read once per request.

Every list asks for them, a page with its side bar several times. Outside of requests
(tasks, commands, tests of services) they are read each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from organisation.models import User

_NAMES = ("timezone", "row_scope", "currency")
# Written out: nearly every request asks this, and Django would put it together anew.
_FACTS = """
SELECT timezone, row_scope, currency FROM organisation_organisation ORDER BY id LIMIT 1
"""
_kept: ContextVar[dict[str, str] | None] = ContextVar("organisation", default=None)


@contextmanager
def kept_for_request() -> Iterator[None]:
    """Inside, the organisation is read at most once."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def forget() -> None:
    """The organisation was changed within this request."""
    kept = _kept.get()
    if kept is not None:
        kept.clear()


def organisation_timezone() -> str:
    """The IANA zone whose days are business days; UTC before it is set up."""
    return _read()["timezone"]


def row_scope() -> str:
    """Who sees which accounts: ``all``, ``team`` or ``book``."""
    return _read()["row_scope"]


def own_currency() -> str:
    """The currency in which the organisation reports."""
    return _read()["currency"]


def viewpoint(user: User) -> tuple[object, ...]:
    """All that decides which rows a person may see, and which are theirs."""
    return user.pk, user.role, user.team_id, user.is_active, row_scope()


def _read() -> dict[str, str]:
    kept = _kept.get()
    if kept:
        return kept
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        found = cursor.fetchone()
    facts = dict(zip(_NAMES, found or ("UTC", "all", "EUR"), strict=True))
    if kept is not None:
        kept.update(facts)
    return facts
