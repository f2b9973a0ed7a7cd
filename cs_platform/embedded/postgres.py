"""The embedded PostgreSQL: make the cluster, start it, wait for it.

Call everything here under `lifetime.control`; stopping is in `lifetime`.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from . import lifetime, programs, tuning
from .folders import last_lines, log_file, socket_folder
from .server_user import ServerUser

ROLE = "cs_platform"
DATABASE = "cs_platform"
READY_PATIENCE_SECONDS = 300.0  # crash recovery replays up to 4 GB of log
_INCLUDE = "cs_platform.conf"


class PostgresFailed(RuntimeError):
    """PostgreSQL could not be made or started; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One PostgreSQL cluster in a data folder."""

    data_dir: Path
    user: ServerUser
    test: bool

    @property
    def folder(self) -> Path:
        return self.data_dir / lifetime.POSTGRES

    @property
    def sockets(self) -> Path:
        return socket_folder(self.data_dir)


def ensure_running(cluster: Cluster) -> None:
    """Adopt the running server, or start it; returns when it takes connections."""
    try:
        _start_and_wait(cluster)
    except PostgresFailed:
        # A test cluster does not survive a crash of the machine; it is made anew.
        if not cluster.test or not cluster.folder.exists():
            raise
        lifetime.stop_servers(cluster.data_dir)
        shutil.rmtree(cluster.folder)
        _start_and_wait(cluster)
    _ensure_database(cluster)


def _start_and_wait(cluster: Cluster) -> None:
    if lifetime.postgres_pid(cluster.data_dir) is None:
        bin_dir = programs.postgres_programs(cluster.user)
        if not (cluster.folder / "PG_VERSION").exists():
            _initialise(cluster, bin_dir)
        _check_version(cluster)
        _forget_dead_server(cluster)
        _configure(cluster)
        _launch(cluster, bin_dir)
    _wait_until_ready(cluster)


def _initialise(cluster: Cluster, bin_dir: Path) -> None:
    """Make the cluster aside and rename it: a half-made one is never used.

    The built-in C.UTF-8 locale makes upper and lower case right for every alphabet,
    whatever locale the machine has.
    """
    aside = cluster.data_dir / "postgres.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    cluster.user.own(aside)
    command: list[str | Path] = [
        bin_dir / "initdb",
        "--pgdata",
        aside,
        "--username",
        ROLE,
    ]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if cluster.test:
        command += ["--no-sync"]
    _run(cluster, command, "make the PostgreSQL cluster")
    configuration = aside / "postgresql.conf"
    with configuration.open("a") as handle:
        handle.write(f"\ninclude_if_exists = '{_INCLUDE}'\n")
    aside.rename(cluster.folder)


def _check_version(cluster: Cluster) -> None:
    found = (cluster.folder / "PG_VERSION").read_text().strip()
    if found != str(programs.POSTGRES_MAJOR):
        raise PostgresFailed(
            f"{cluster.folder} was made by PostgreSQL {found}; "
            f"this release brings {programs.POSTGRES_MAJOR}. "
            "Dump it with the old release and restore it, or remove the folder."
        )


def _forget_dead_server(cluster: Cluster) -> None:
    """Remove the marks of a server that is gone.

    PostgreSQL does so itself, unless another process got its number meanwhile, which
    is usual after a container restarts. We hold the control lock and know better.
    """
    (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
    for leftover in cluster.sockets.glob(".s.PGSQL.*"):
        leftover.unlink()


def _configure(cluster: Cluster) -> None:
    settings = tuning.settings_for(
        tuning.this_machine(), socket_folder=str(cluster.sockets), test=cluster.test
    )
    path = cluster.folder / _INCLUDE
    path.write_text(tuning.as_configuration(settings))
    path.chmod(0o600)
    cluster.user.own(path)


def _launch(cluster: Cluster, bin_dir: Path) -> None:
    """`pg_ctl` detaches the server from us and notices when it ends at once.

    It loses patience early (crash recovery may take minutes), so we go on waiting.
    """
    log = log_file(cluster.data_dir, "postgres", cluster.user)
    command: list[str | Path] = [
        bin_dir / "pg_ctl",
        "start",
        "--wait",
        "--timeout=5",
        "--silent",
    ]
    try:
        _run(cluster, [*command, "-D", cluster.folder, "-l", log], "start PostgreSQL")
    except PostgresFailed as problem:
        if lifetime.postgres_pid(cluster.data_dir) is None:
            raise PostgresFailed(f"{problem}\n{last_lines(log)}") from None


def _run(cluster: Cluster, command: list[str | Path], purpose: str) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=environment,
        **cluster.user.process_options(),
    )
    if done.returncode:
        raise PostgresFailed(f"Could not {purpose}:\n{done.stdout.strip()}")


def _wait_until_ready(cluster: Cluster) -> None:
    """Wait through crash recovery; fail at once when the server ends."""
    deadline = time.monotonic() + READY_PATIENCE_SECONDS
    while True:
        try:
            _connect(cluster, "postgres").close()
        except psycopg2.OperationalError as problem:
            gone = lifetime.postgres_pid(cluster.data_dir) is None
            if gone or time.monotonic() > deadline:
                log = last_lines(cluster.data_dir / "logs" / "postgres.log")
                raise PostgresFailed(
                    f"PostgreSQL in {cluster.folder} does not answer: {problem}{log}"
                ) from problem
            time.sleep(0.02)
        else:
            return


def _ensure_database(cluster: Cluster) -> None:
    connection = _connect(cluster, "postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        connection.close()


def _connect(cluster: Cluster, database: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(
        host=str(cluster.sockets), port=5432, user=ROLE, dbname=database
    )
