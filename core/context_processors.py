"""What every page is given: the side bar for this person and the chosen theme.

Entries come from the `navigation` module that stands beside the root URLconf, found by
name as Django finds the URLconf itself, so this bottom shelf imports nothing above it.
"""

from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from core.counting import capped_counts

THEME_COOKIE = "cs_theme"
THEMES = ("light", "dark")
MOST_COUNTED = 999


@dataclass(frozen=True)
class Entry:
    """One line of the side bar; without a permission it is everybody's.

    `key` is the letter that opens it after "g"; `rows` what the number behind the word
    counts; `others` where it leads those who may not open its page (page, permission).
    """

    label: Any
    url_name: str
    icon: str
    permission: str = ""
    covers: tuple[str, ...] = ()
    rows: Callable[[Any], QuerySet[Any]] | None = None
    key: str = ""
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """Entries under one small heading (none for the first)."""

    label: Any
    entries: tuple[Entry, ...]


@dataclass
class Link:
    """An entry as drawn on this page."""

    label: Any
    href: str
    icon: str
    is_on: bool = False
    count: int = 0
    key: str = ""


@dataclass(frozen=True)
class _Drawn:
    """The side bar of one page, and how much news nobody has read."""

    sections: list[tuple[Any, list[Link]]]
    unread: int


def _links(entries: Iterable[Entry], user: Any) -> list[tuple[Entry, Link]]:
    links = []
    for entry in entries:
        href = _address(entry, user)
        if href:
            link = Link(entry.label, href, entry.icon, key=entry.key)
            links.append((entry, link))
    return links


def _address(entry: Entry, user: Any) -> str:
    """The first of its pages that is there and that this person may open."""
    for url_name, permission in ((entry.url_name, entry.permission), *entry.others):
        if permission and not user.has_perm_code(permission):
            continue
        with suppress(NoReverseMatch):
            return reverse(url_name)
    return ""


def _count(
    pairs: Iterable[tuple[Entry, Link]],
    unread: Callable[[Any], QuerySet[Any]],
    user: Any,
    viewpoint: Hashable,
) -> int:
    """Put the numbers behind the words, all by one query; answers the unread news.

    They are for a glance, not for a report: counting stops at the limit.
    """
    counted = {
        entry.url_name: (link, entry.rows) for entry, link in pairs if entry.rows
    }

    def lists(_now: datetime) -> dict[str, QuerySet[Any]]:
        asked = {name: rows(user) for name, (_link, rows) in counted.items()}
        return asked | {"": unread(user)}

    key = ("side bar", viewpoint, *counted)
    found = capped_counts(lists, key=key, now=timezone.now(), cap=MOST_COUNTED)
    for name, (link, _rows) in counted.items():
        link.count = found[name].value
    return found[""].value


def _fit(entry: Entry, view_name: str) -> int:
    """How exactly an entry covers a page: length of the longest pattern that fits."""
    patterns = (entry.url_name, *entry.covers)
    fits = [len(name) for name in patterns if fnmatchcase(view_name, name)]
    return max(fits, default=0)


class _Frame:
    """What surrounds the pages of one person; counted only where it is drawn.

    A piece of a page has no side bar, and is asked for much more often.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _drawn(self) -> _Drawn:
        user = self._request.user
        frame = navigation_module()
        sections = [
            (section.label, _links(section.entries, user)) for section in frame.SECTIONS
        ]
        pairs = [pair for _, links in sections for pair in links]
        unread = _count(pairs, frame.UNREAD, user, frame.viewpoint(user))
        match = getattr(self._request, "resolver_match", None)
        view_name = match.view_name if match else ""
        fits = [_fit(entry, view_name) for entry, _ in pairs]
        if any(fits):
            pairs[fits.index(max(fits))][1].is_on = True
        drawn = [(label, [link for _, link in links]) for label, links in sections]
        return _Drawn([each for each in drawn if each[1]], unread)

    def sections(self) -> list[tuple[Any, list[Link]]]:
        return self._drawn.sections

    def main(self) -> list[Link]:
        """The first four: what a phone has at its lower edge."""
        return [link for _, links in self._drawn.sections for link in links][:4]

    def unread(self) -> int:
        return self._drawn.unread

    @cached_property
    def key(self) -> str:
        """All that the side bar says, under which the drawn one is kept."""
        links = (link for _, links in self._drawn.sections for link in links)
        said = (f"{link.href} {link.is_on:d} {link.count}" for link in links)
        return "|".join(said)

    @cached_property
    def pages_key(self) -> str:
        """The same for what only names the pages this person may open."""
        links = (link.href for _, links in self._drawn.sections for link in links)
        return "|".join(links)


def navigation_module() -> Any:
    """The module with the entries, beside the root URLconf."""
    package = settings.ROOT_URLCONF.rpartition(".")[0]
    return import_module(f"{package}.navigation")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`theme`; signed in also `navigation`, `navigation_main` (phone), `scores_of` and
    `unread_notifications`, which ask the database only on pages that show them, and
    `frame` with the keys under which pieces drawn from them are kept."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    user = getattr(request, "user", None)
    if not chosen:
        chosen = getattr(user, "theme", "")
    context: dict[str, Any] = {"theme": chosen if chosen in THEMES else ""}
    if user is None or not user.is_authenticated:
        return context
    frame = _Frame(request)
    return context | {
        "navigation": frame.sections,
        "navigation_main": frame.main,
        "frame": frame,
        "scores_of": navigation_module().scores_of,
        "unread_notifications": frame.unread,
    }
