"""The embedded services for real: started, shared, stopped, killed, started again."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from cs_platform.embedded import lifetime, programs
from cs_platform.embedded.folders import MEMORY_FOLDER, socket_folder
from cs_platform.embedded.owner import FolderInUse, claim
from cs_platform.embedded.server_user import (
    ServerUser,
    can_pass,
    current_or_system_user,
    open_parents,
)

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import sys
from pathlib import Path
from cs_platform.embedded import attach
attach(Path(sys.argv[1]), want_postgres=True, want_redis=True, test=sys.argv[2] == "t")
print("ready", flush=True)
sys.stdin.read()
"""
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")


class User:
    """A process of ours that uses the services of a folder until it is told to end."""

    def __init__(self, data_dir: Path, *, test: bool = True) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(data_dir), "t" if test else "d"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def wait_until_ready(self) -> "User":
        assert self.process.stdout
        if self.process.stdout.readline() != "ready\n":
            raise AssertionError(self.process.communicate()[1])
        return self

    def end(self) -> None:
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder the server user reaches, whoever runs the tests."""
    parent = MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=parent, prefix="cs_platform-own-"))
    folder.chmod(0o711)
    yield folder
    if (folder / "locks").exists():
        with lifetime.control(folder):
            lifetime.stop_watch(folder)
            lifetime.stop_servers(folder)
    shutil.rmtree(folder)


def servers(data_dir: Path) -> tuple[int | None, int | None]:
    return lifetime.postgres_pid(data_dir), lifetime.redis_pid(data_dir)


def ask(data_dir: Path, question: str) -> object:
    connection = psycopg2.connect(
        host=str(socket_folder(data_dir)), user="cs_platform", dbname="cs_platform"
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def wait_until(condition: object, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_the_last_process_to_end_stops_what_the_first_one_started(
    data_dir: Path,
) -> None:
    first = User(data_dir).wait_until_ready()
    started = servers(data_dir)
    second = User(data_dir).wait_until_ready()
    assert servers(data_dir) == started, "the second joins, it starts nothing"

    first.end()
    assert servers(data_dir) == started, "somebody still uses them"

    second.end()
    assert servers(data_dir) == (None, None)


def test_processes_that_start_at_the_same_moment_share_one_server(
    data_dir: Path,
) -> None:
    users = [User(data_dir) for _ in range(4)]

    for user in users:
        user.wait_until_ready()

    assert all(servers(data_dir))
    for user in users:
        user.end()
    assert servers(data_dir) == (None, None)


def test_servers_of_a_killed_process_end_by_themselves(data_dir: Path) -> None:
    user = User(data_dir).wait_until_ready()

    user.kill()

    wait_until(lambda: servers(data_dir) == (None, None))


def test_a_new_process_adopts_the_servers_of_a_killed_one(data_dir: Path) -> None:
    killed = User(data_dir).wait_until_ready()
    started = servers(data_dir)
    watch = lifetime.read_pid(lifetime.lock_path(data_dir, "watch"))
    assert watch
    os.kill(watch, signal.SIGKILL)  # or it might be faster than the new process
    killed.kill()

    user = User(data_dir).wait_until_ready()

    assert servers(data_dir) == started
    user.end()
    assert servers(data_dir) == (None, None)


def test_data_outlives_a_stop_and_a_crash(data_dir: Path) -> None:
    first = User(data_dir, test=False).wait_until_ready()
    ask(data_dir, "CREATE TABLE kept AS SELECT 1 AS number")
    first.end()

    second = User(data_dir, test=False).wait_until_ready()
    ask(data_dir, "INSERT INTO kept VALUES (2)")
    postgres, redis = servers(data_dir)
    assert postgres
    assert redis
    os.kill(postgres, signal.SIGKILL)
    os.kill(redis, signal.SIGKILL)
    second.kill()

    third = User(data_dir, test=False).wait_until_ready()
    assert ask(data_dir, "SELECT sum(number) FROM kept") == (3,)
    third.end()


def test_a_process_number_used_by_somebody_else_does_not_block_the_start(
    data_dir: Path,
) -> None:
    User(data_dir).wait_until_ready().end()
    for name in ("postgres/postmaster.pid", "redis/redis.pid"):
        (data_dir / name).write_text(f"{os.getpid()}\n{data_dir}\n")

    user = User(data_dir).wait_until_ready()

    assert os.getpid() not in servers(data_dir)
    user.end()


def test_a_damaged_test_cluster_is_made_anew(data_dir: Path) -> None:
    User(data_dir).wait_until_ready().end()
    (data_dir / "postgres" / "global" / "pg_control").write_bytes(b"torn")

    user = User(data_dir).wait_until_ready()

    assert ask(data_dir, "SELECT 1") == (1,)
    user.end()


def test_letter_case_is_right_for_every_alphabet_and_durability_is_on(
    data_dir: Path,
) -> None:
    user = User(data_dir, test=False).wait_until_ready()

    assert ask(data_dir, "SELECT upper('éß'), 'É' ILIKE 'é'") == ("Éß", True)
    assert ask(data_dir, "SHOW fsync") == ("on",)
    assert ask(data_dir, "SHOW listen_addresses") == ("",)
    user.end()


def test_a_folder_in_use_names_its_owner(data_dir: Path) -> None:
    (data_dir / "locks").mkdir()
    now = dt.datetime(2026, 3, 1, 9, 30)
    handle = claim(data_dir, port=8123, now=now)

    with pytest.raises(FolderInUse) as refusal:
        claim(data_dir, port=8124, now=now)

    assert f"process {os.getpid()} on port 8123" in str(refusal.value)
    assert "2026-03-01 09:30" in str(refusal.value)
    os.close(handle)
    os.close(claim(data_dir, port=8124, now=now))


@only_root
def test_root_runs_the_servers_as_another_user(data_dir: Path) -> None:
    user = User(data_dir).wait_until_ready()

    postgres, redis = servers(data_dir)

    assert Path(f"/proc/{postgres}").stat().st_uid != 0
    assert Path(f"/proc/{redis}").stat().st_uid != 0
    user.end()


@only_root
def test_closed_parents_are_opened_for_passage_only_and_that_is_said(
    data_dir: Path,
) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    server_user = current_or_system_user(data_dir / "nothing")
    said: list[str] = []

    open_parents(closed / "postgres", server_user, said.append)

    assert closed.stat().st_mode & 0o777 == 0o701
    assert said == [
        f"Opened {closed} for passage (o+x): the database user must reach it."
    ]


@only_root
def test_programs_the_server_user_cannot_reach_are_copied(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = data_dir / "private"
    (closed / "package" / "bin").mkdir(parents=True)
    (closed / "package.libs").mkdir()
    (closed / "package.libs" / "libpq.so").write_text("library")
    (closed / "package" / "bin" / "postgres").write_text("program")
    (closed / "package" / "bin" / "postgres").chmod(0o700)
    closed.chmod(0o700)
    monkeypatch.setattr(programs, "SYSTEM_FOLDER", data_dir)
    user = ServerUser(65534, 65534, switch=True)
    installation = programs.Installation(
        closed, "package/bin/postgres", ("package", "package.libs", "absent")
    )

    copy = programs.reachable(installation, user)

    assert not copy.is_relative_to(closed)
    assert copy.stat().st_mode & 0o777 == 0o755
    assert (copy.parents[2] / "package.libs" / "libpq.so").read_text() == "library"
    assert all(can_pass(parent, user) for parent in copy.parents)
    assert programs.reachable(installation, user) == copy
