"""The embedded Redis (Valkey): start it and wait for it.

Call everything here under `lifetime.control`; stopping is in `lifetime`.
"""

import os
import socket
import subprocess
import time
from pathlib import Path

from . import lifetime, programs
from .folders import last_lines, log_file, socket_folder
from .server_user import ServerUser

READY_PATIENCE_SECONDS = 120.0
DATABASES = 16
TEST_DATABASES = 1024  # three for each test process


class RedisFailed(RuntimeError):
    """Redis could not be started; the message ends with its log."""


def socket_path(data_dir: Path) -> Path:
    return socket_folder(data_dir) / "redis.sock"


def ensure_running(data_dir: Path, user: ServerUser, *, test: bool) -> None:
    """Adopt the running server, or start it; returns when it answers."""
    if lifetime.redis_pid(data_dir) is None:
        _launch(data_dir, user, test=test)
    _wait_until_ready(data_dir)


def _launch(data_dir: Path, user: ServerUser, *, test: bool) -> None:
    folder, log = data_dir / lifetime.REDIS, log_file(data_dir, "redis", user)
    for leftover in (socket_path(data_dir), folder / "redis.pid"):
        leftover.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(data_dir)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "pidfile": str(folder / "redis.pid"),
        "logfile": str(log),
        "daemonize": "yes",
        "save": "",
        "appendonly": "no" if test else "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",  # losing a queued task is worse than an error
        "databases": str(TEST_DATABASES if test else DATABASES),
    }
    command = [str(programs.redis_program(user))]
    for name, value in options.items():
        command += [f"--{name}", value]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath)},
        **user.process_options(),
    )
    if done.returncode:
        raise RedisFailed(f"Could not start Redis:\n{done.stdout}{last_lines(log)}")


def _wait_until_ready(data_dir: Path) -> None:
    started = time.monotonic()
    while not _answers(socket_path(data_dir)):
        waited = time.monotonic() - started
        gone = lifetime.redis_pid(data_dir) is None
        if waited > READY_PATIENCE_SECONDS or (gone and waited > 10):
            log = last_lines(data_dir / "logs" / "redis.log")
            raise RedisFailed(f"Redis in {data_dir} does not answer:\n{log}")
        time.sleep(0.01)


def _answers(path: Path) -> bool:
    """True once it says PONG; while it loads its data it says LOADING."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
