"""Who uses the servers of a data folder, and how the servers end.

Every process that uses a folder holds a shared lock on `locks/users.lock`; the kernel
lets go of it whatever way the process ends. Starting and stopping happen under the
exclusive `locks/control.lock`. The last user stops the servers; where it could not
(killed, crashed) the watch started beside the servers does so within two seconds.

This file imports nothing of the project, because the watch runs it by its path.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

WATCH_EVERY_SECONDS = 2.0
CONTROL_PATIENCE_SECONDS = 330.0
STOP_PATIENCE_SECONDS = 60.0
_PR_SET_CHILD_SUBREAPER = 36

POSTGRES = "postgres"
REDIS = "redis"


class FolderIsBusy(RuntimeError):
    """Another process has been starting or stopping the servers for too long."""


def lock_path(data_dir: Path, name: str) -> Path:
    return data_dir / "locks" / f"{name}.lock"


@contextlib.contextmanager
def control(data_dir: Path) -> Iterator[None]:
    """Hold the right to start or stop the servers of `data_dir`."""
    with lock_path(data_dir, "control").open("a+") as handle:
        _wait_for_control(handle, data_dir)
        _write_pid(handle, os.getpid())
        yield


def _wait_for_control(handle: IO[str], data_dir: Path) -> None:
    deadline = time.monotonic() + CONTROL_PATIENCE_SECONDS
    while not try_lock(handle, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            holder = read_pid(lock_path(data_dir, "control"))
            raise FolderIsBusy(
                f"Process {holder} has been starting or stopping the services in "
                f"{data_dir} for more than {CONTROL_PATIENCE_SECONDS:.0f} seconds."
            )
        time.sleep(0.02)


def open_lock(data_dir: Path, name: str) -> int:
    """A descriptor that stays open until the process ends."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    return os.open(lock_path(data_dir, name), flags, 0o600)


def try_lock(handle: int | IO[str], kind: int) -> bool:
    """Take the lock without waiting; False when somebody else holds it."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_pid(handle: IO[str], pid: int) -> None:
    handle.seek(0)
    handle.truncate()
    handle.write(f"{pid}\n")
    handle.flush()


def read_pid(path: Path) -> int | None:
    """The number on the first line, None when there is none."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def command_line(pid: int) -> str:
    """What the process was started with; empty when it is gone or a zombie."""
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            return (proc / str(pid) / "cmdline").read_text().replace("\0", " ").strip()
        except (OSError, UnicodeDecodeError):
            return ""
    listed = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.strip()


def postgres_pid(data_dir: Path) -> int | None:
    """The running PostgreSQL of this folder; a number reused by another is ignored."""
    folder = data_dir / POSTGRES
    pid = read_pid(folder / "postmaster.pid")
    return pid if pid and str(folder) in command_line(pid) else None


def redis_pid(data_dir: Path) -> int | None:
    """The running Redis of this folder; a number reused by another is ignored."""
    pid = read_pid(data_dir / REDIS / "redis.pid")
    if not pid:
        return None
    command = command_line(pid)
    return pid if "valkey" in command or "redis" in command else None


def stop_servers(data_dir: Path) -> None:
    """Stop what runs and wait until it is gone. Call under `control`."""
    postgres, redis = postgres_pid(data_dir), redis_pid(data_dir)
    if postgres:
        send(postgres, signal.SIGINT)  # "fast": disconnect everybody, then checkpoint
    if redis:
        send(redis, signal.SIGTERM)
    if postgres:
        _wait_until_gone(postgres, last_resort=signal.SIGQUIT)
    if redis:
        _wait_until_gone(redis, last_resort=signal.SIGKILL)


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Servers that detach themselves in here become our children (Linux).

    We can then collect them when we stop them. Otherwise each leaves a dead entry in
    the process table of a container whose first process collects nothing.
    """
    _set_subreaper(on=True)
    try:
        yield
    finally:
        _set_subreaper(on=False)


def _set_subreaper(*, on: bool) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0)


def _collect(pid: int) -> None:
    """Take a dead process off the process table, if it is our child."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_until_gone(pid: int, *, last_resort: signal.Signals) -> None:
    deadline = time.monotonic() + STOP_PATIENCE_SECONDS
    while command_line(pid):
        if time.monotonic() > deadline:
            send(pid, last_resort)
            deadline = float("inf")
        time.sleep(0.01)
    _collect(pid)


def start_watch(data_dir: Path) -> None:
    """Start the watch of this folder unless it is there. Call under `control`."""
    with lock_path(data_dir, "watch").open("a+") as handle:
        if not try_lock(handle, fcntl.LOCK_EX):
            return
    subprocess.run(
        [sys.executable, "-I", "-S", __file__, str(data_dir)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # whoever reads our output must see its end
        check=True,
        cwd="/",
    )


def stop_watch(data_dir: Path) -> None:
    """End the watch and wait until it is gone. Call under `control`."""
    with lock_path(data_dir, "watch").open("a+") as handle:
        while not try_lock(handle, fcntl.LOCK_EX):
            pid = read_pid(lock_path(data_dir, "watch"))
            if pid:
                send(pid, signal.SIGKILL)
            time.sleep(0.01)
        if pid := read_pid(lock_path(data_dir, "watch")):
            _collect(pid)


def _watch(data_dir: Path) -> None:
    """Become a process of its own and stop the servers when nobody uses them."""
    handle = lock_path(data_dir, "watch").open("a+")
    if not try_lock(handle, fcntl.LOCK_EX):
        return
    child = os.fork()
    if child:
        _write_pid(handle, child)
        os._exit(0)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while data_dir.exists():
        time.sleep(WATCH_EVERY_SECONDS)
        if _stop_when_unused(data_dir):
            return


def _stop_when_unused(data_dir: Path) -> bool:
    try:
        with control(data_dir), lock_path(data_dir, "users").open("a+") as users:
            if not try_lock(users, fcntl.LOCK_EX):
                return False
            stop_servers(data_dir)
            return True
    except FolderIsBusy:
        return False
    except FileNotFoundError:  # the folder was removed meanwhile
        return True


if __name__ == "__main__":
    _watch(Path(sys.argv[1]))
