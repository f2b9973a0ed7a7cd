"""Attaching a process to the services of its data folder.

The first process starts the servers, later ones join, the last one to end stops them.
"""

import atexit
import contextlib
import fcntl
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import lifetime, postgres, redis
from .folders import create_folders, data_folder, is_test_run, socket_folder
from .secrets import from_environment
from .server_user import current_or_system_user, open_parents
from .urls import ServiceUrls, postgres_socket_url


@dataclass(frozen=True, slots=True)
class _Attachment:
    """The shared lock of this process; forked children inherit it with the file."""

    users: int
    owner_pid: int


_attachments: dict[Path, _Attachment] = {}
_test_slots: dict[Path, int] = {}


def service_urls(env: Mapping[str, str], *, base_dir: Path) -> ServiceUrls:
    """Where PostgreSQL and Redis answer, started first where no address is given.

    DATABASE_URL and REDIS_URL (or the files DATABASE_URL_FILE and REDIS_URL_FILE) win;
    nothing is started for them.
    """
    database_url = from_environment(env, "DATABASE_URL")
    redis_url = from_environment(env, "REDIS_URL")
    data_dir, test = data_folder(env, base_dir=base_dir), is_test_run(env)
    if database_url and redis_url:
        return ServiceUrls(database_url, redis_url, data_dir)
    attach(
        data_dir, want_postgres=not database_url, want_redis=not redis_url, test=test
    )
    sockets = socket_folder(data_dir)
    return ServiceUrls(
        database_url
        or postgres_socket_url(sockets, user=postgres.ROLE, database=postgres.DATABASE),
        redis_url or _embedded_redis_url(data_dir, test=test),
        data_dir,
    )


def _embedded_redis_url(data_dir: Path, *, test: bool) -> str:
    url = f"unix://{redis.socket_path(data_dir)}"
    return f"{url}?db={3 * _test_slot(data_dir)}" if test else url


def attach(
    data_dir: Path, *, want_postgres: bool, want_redis: bool, test: bool = False
) -> None:
    """Use the services of this folder until `detach` or the end of the process."""
    user = current_or_system_user(data_dir / lifetime.POSTGRES)
    create_folders(data_dir, user)
    open_parents(socket_folder(data_dir), user, _say)
    open_parents(data_dir / lifetime.POSTGRES, user, _say)
    with lifetime.control(data_dir):
        if data_dir not in _attachments:
            users = lifetime.open_lock(data_dir, "users")
            fcntl.flock(users, fcntl.LOCK_SH)
            _attachments[data_dir] = _Attachment(users, os.getpid())
            atexit.register(detach, data_dir)
        with lifetime.adopting_orphans():
            lifetime.start_watch(data_dir)
            if want_postgres:
                postgres.ensure_running(postgres.Cluster(data_dir, user, test))
            if want_redis:
                redis.ensure_running(data_dir, user, test=test)


def is_attached(data_dir: Path) -> bool:
    """Does this process use embedded services of this folder?"""
    return data_dir in _attachments


def detach(data_dir: Path) -> bool:
    """Stop using the services; True when we were the last and they are stopped."""
    attachment = _attachments.get(data_dir)
    if attachment is None or attachment.owner_pid != os.getpid():
        return False  # a forked child: its parent keeps the services
    del _attachments[data_dir]
    try:
        if not data_dir.exists():
            return False
        with lifetime.control(data_dir):
            if not lifetime.try_lock(attachment.users, fcntl.LOCK_EX):
                return False
            lifetime.stop_watch(data_dir)
            lifetime.stop_servers(data_dir)
            return True
    finally:
        os.close(attachment.users)


def _test_slot(data_dir: Path) -> int:
    """A number no other living test process has; it picks our Redis databases."""
    if data_dir not in _test_slots:
        _test_slots[data_dir] = _claim_slot(data_dir)
    return _test_slots[data_dir]


def _claim_slot(data_dir: Path) -> int:
    for number in range(redis.TEST_DATABASES // 3):
        handle = lifetime.open_lock(data_dir, f"slot-{number}")
        if lifetime.try_lock(handle, fcntl.LOCK_EX):
            return number  # the lock lasts as long as this process
        os.close(handle)
    raise redis.RedisFailed(f"More test processes than Redis databases in {data_dir}.")


def _say(sentence: str) -> None:
    """To stderr, because stdout may be JSON for another program."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{sentence}\n")
