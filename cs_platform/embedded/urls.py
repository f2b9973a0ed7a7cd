"""Addresses of PostgreSQL and Redis, and the three Redis databases derived from one.

Pure: nothing is started or contacted here.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

BROKER, RESULTS, CACHE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class ServiceUrls:
    """Where the two services answer, and the folder for everything else we keep.

    `redis_url` names the first of three databases; `data_dir` need not exist.
    """

    database_url: str
    redis_url: str
    data_dir: Path


def postgres_socket_url(folder: Path, *, user: str, database: str) -> str:
    """The address of a server listening in `folder`, as django-environ reads it."""
    return f"postgres://{user}@:5432/{folder}/{database}"


def broker_url(redis_url: str) -> str:
    """The Celery broker's address."""
    return _celery_url(redis_url, BROKER)


def result_url(redis_url: str) -> str:
    """The Celery result store's address."""
    return _celery_url(redis_url, RESULTS)


def cache_url(redis_url: str) -> str:
    """The address for Django's cache (sessions and throttles live there, too)."""
    return _plain_url(redis_url, CACHE)


def _celery_url(redis_url: str, offset: int) -> str:
    if not _is_socket(redis_url):
        return _plain_url(redis_url, offset)
    path, first = urlsplit(redis_url).path, _first_database(redis_url)
    return f"redis+socket://{path}?virtual_host={first + offset}"


def _plain_url(redis_url: str, offset: int) -> str:
    parts = urlsplit(redis_url)
    number = _first_database(redis_url) + offset
    if _is_socket(redis_url):
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def _is_socket(redis_url: str) -> bool:
    return urlsplit(redis_url).scheme in {"unix", "redis+socket"}


def _first_database(redis_url: str) -> int:
    """`unix://path?db=N` and `redis://host/N` start at N, everything else at 0."""
    parts = urlsplit(redis_url)
    if _is_socket(redis_url):
        query = parse_qs(parts.query)
        return int((query.get("db") or query.get("virtual_host") or ["0"])[0])
    return int(parts.path.strip("/") or 0)
