"""A database for each test process, copied from one migrated template.

The template is made once for a state of the migrations; its name carries their hash,
so that test runs of different code at the same time do not disturb each other.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg2
from django.apps import apps
from django.conf import settings
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

TEMPLATE_PREFIX = "test_template_"
TEMPLATES_KEPT = 3
_LOCK = 4711_0002  # advisory lock: one process makes the template, others wait


def prepare(database: dict[str, Any]) -> None:
    """Name this process's test database and the template it is copied from."""
    template = TEMPLATE_PREFIX + migrations_hash()
    with _server(database) as server, _locked(server):
        _drop_leftovers(server)
        if template not in _databases(server, TEMPLATE_PREFIX):
            _make_template(server, database, template)
        _drop_old_templates(server, template)
    database["TEST"]["NAME"] = f"test_{os.getpid()}"
    database["TEST"]["TEMPLATE"] = template


def migrations_hash() -> str:
    """Changes with everything that decides what the migrated database looks like."""
    seen = hashlib.sha256()
    seen.update(repr(settings.INSTALLED_APPS).encode())
    seen.update(metadata.version("django").encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            seen.update(path.name.encode() + path.read_bytes())
        for path in sorted(Path(app.path, "migrations").glob("*.sql")):
            seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:12]


def process_environment(database: dict[str, Any]) -> dict[str, str]:
    """The environment for a process of ours that is to use this test's services."""
    host, password = database["HOST"], database["PASSWORD"]
    on_socket = host.startswith("/")
    address = f"{database['USER']}{':' * bool(password)}{password}@"
    address += "" if on_socket else host
    address += f":{database['PORT'] or 5432}" + (f"/{host}" if on_socket else "")
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{address}/{database['NAME']}",
        "REDIS_URL": settings.SERVICES.redis_url,
        "SECRET_KEY": settings.SECRET_KEY,
    }


@contextlib.contextmanager
def _server(database: dict[str, Any]) -> Iterator[Connection]:
    connection = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"] or 5432,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname="postgres",
    )
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _locked(server: Connection) -> Iterator[None]:
    _run(server, sql.SQL("SELECT pg_advisory_lock({})").format(sql.Literal(_LOCK)))
    try:
        yield
    finally:
        release = sql.SQL("SELECT pg_advisory_unlock({})")
        _run(server, release.format(sql.Literal(_LOCK)))


def _run(server: Connection, statement: sql.Composable) -> None:
    with server.cursor() as cursor:
        cursor.execute(statement)


def _databases(server: Connection, prefix: str) -> list[str]:
    """Newest first."""
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
            "ORDER BY oid DESC",
            [prefix],
        )
        return [name for (name,) in cursor.fetchall()]


def _make_template(server: Connection, database: dict[str, Any], name: str) -> None:
    """Migrate under another name and rename, so that half a template is never used."""
    building = "test_building"
    _drop(server, building)
    _run(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        env=process_environment({**database, "NAME": building}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migrate failed:\n{done.stdout}{done.stderr}")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    _run(server, rename.format(sql.Identifier(building), sql.Identifier(name)))


def _drop_old_templates(server: Connection, current: str) -> None:
    for name in _databases(server, TEMPLATE_PREFIX)[TEMPLATES_KEPT:]:
        if name != current:
            _drop(server, name)


def _drop_leftovers(server: Connection) -> None:
    """Test databases whose process is gone. Only ours: another machine has its own."""
    if os.environ.get("DATABASE_URL"):
        return
    for name in _databases(server, "test_"):
        pid = name.split("_")[1]
        if pid.isdigit() and not _is_alive(int(pid)):
            _drop(server, name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _drop(server: Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _run(server, statement.format(sql.Identifier(name)))
