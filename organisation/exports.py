"""Lists that leave as files: the audit log says who took which, and how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import structlog
from django.db import models
from django.http import QueryDict

from core.http import AuthenticatedRequest
from events.models import Event
from events.services import build_event, record_events

Row = TypeVar("Row")
log = structlog.get_logger(__name__)

#: Where on a list somebody was is nothing that the file depends on.
_PLACES = {"cursor", "before", "back", "ticket", "format"}
_MOST_SHOWN = 300


def told(
    rows: Iterable[Row],
    *,
    request: AuthenticatedRequest,
    what: str,
    kind: str = "csv",
    about: models.Model | None = None,
    heading: int = 0,
) -> Iterator[Row]:
    """The rows of a file as they are; the audit log tells of them once they are sent.

    ``what`` is the name of the list, ``about`` the one thing it is about, if it is one.
    The filters are those of the address; ``heading`` lines are no rows. Whoever breaks
    off is told as well, with as many rows as were handed out until then.
    """
    # The request is over when the last row is sent: who and from where is noted now.
    event = build_event("list_exported", by=request.user, subject=about)
    event.subject_label = event.subject_label or what
    event.data = {"list": what, "format": kind, "filters": filters_of(request.GET)}
    return _counted(rows, event, heading)


def _counted(rows: Iterable[Row], event: Event, heading: int) -> Iterator[Row]:
    count, is_complete = -heading, False
    try:
        for row in rows:
            count += 1
            yield row
        is_complete = True
    finally:
        event.data |= {"rows": max(count, 0), "is_complete": is_complete}
        record_events([event])
        log.info("list_exported", user_id=event.actor_id, **event.data)


def filters_of(params: QueryDict) -> dict[str, str]:
    """What narrows a list or shapes its file, as its address says."""
    found = {
        name: ", ".join(value for value in values if value)[:_MOST_SHOWN]
        for name, values in params.lists()
        if name not in _PLACES
    }
    return {name: value for name, value in found.items() if value}
