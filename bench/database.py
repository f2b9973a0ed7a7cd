"""A database of its own on the same server, empty and migrated; no real data near."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg2 import sql

NAME = "bench"


def use_fresh_database() -> None:
    """Drop the bench database, make it anew and point this process to it."""
    database = connections["default"].settings_dict
    server = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"] or 5432,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname="postgres",
    )
    server.autocommit = True
    with server.cursor() as cursor:
        name = sql.Identifier(NAME)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
    server.close()
    connection.close()
    database["NAME"] = NAME
    call_command("migrate", verbosity=0)


def execute(statement: str, values: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


class _Nowhere:
    """Takes what COPY sends and forgets it."""

    def write(self, data: bytes) -> int:
        return len(data)


def seconds_to_read(query: str) -> float:
    """How long a query takes until its last row has arrived here."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", _Nowhere())
    return time.perf_counter() - started


@dataclass(frozen=True)
class ProcessResult:
    """What a finished command printed, and the most memory it held."""

    output: str
    peak_megabytes: float


def run_module(*words: str) -> ProcessResult:
    """Run a module on the bench database in a process of its own."""
    child = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    output = child.stdout.read() if child.stdout else ""
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(words)} failed.")
    return ProcessResult(output, _megabytes(used))


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def environment() -> dict[str, str]:
    database = connection.settings_dict
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    place = f"{database['USER']}{password}@{quote(database['HOST'], safe='')}"
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{place}:{database['PORT'] or 5432}/{NAME}",
        "REDIS_URL": settings.SERVICES.redis_url,
        "SECRET_KEY": settings.SECRET_KEY,
    }
