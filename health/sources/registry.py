"""Every source there is, by key; custom metrics are found as ``metric…:<key>``."""

from __future__ import annotations

# Importing a module declares its sources.
from health.sources import (
    business,
    commercial,
    relationship,
    satisfaction,
    support,
    usage,
)
from health.sources.declaring import DECLARED, Source

__all__ = ["SOURCES", "Source", "find_source"]

_ROOMS = (usage, support, business, relationship, satisfaction, commercial)
SOURCES: dict[str, Source] = {
    key: DECLARED[key]
    for room in _ROOMS
    for key in DECLARED
    if DECLARED[key].read.__module__ == room.__name__
}


def find_source(key: str) -> Source | None:
    """The source of this key; None when no such facts can be read yet."""
    return SOURCES.get(key) or business.metric_source(key)
