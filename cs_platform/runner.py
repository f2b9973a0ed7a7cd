"""Runs the web server, the worker and the scheduler of a demo as one.

A process that ends is started again a few times; then, or when asked to stop, all are
stopped in order. Children live in sessions of their own, so that Ctrl-C in a terminal
reaches this process alone, and end with it even when it is killed (Linux).
"""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from cs_platform.embedded import data_folder, from_environment, persisted_secret
from cs_platform.embedded.folders import DEFAULT_PORT, last_lines, log_file

HOST = "127.0.0.1"
RESTARTS, WITHIN_SECONDS = 3, 60.0
READY_PATIENCE_SECONDS = 120.0
STOP_PATIENCE_SECONDS = 10.0
PORT_PATIENCE_SECONDS = 6.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class DemoFailed(RuntimeError):
    """The demo cannot go on; the message says why and where to look."""


@dataclass
class Service:
    """One process of the platform, kept running."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self, env: Mapping[str, str]) -> None:
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def starts_too_often(self) -> bool:
        since = time.monotonic() - WITHIN_SECONDS
        return sum(start > since for start in self.starts) > RESTARTS

    def ask_to_stop(self) -> None:
        if self.process and not self.has_ended():
            self.process.terminate()

    def stop(self) -> None:
        """Ask, wait, and end it with all its own children when it does not listen."""
        if self.process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_PATIENCE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, however it went."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def prepare_environment(arguments: list[str]) -> None:
    """Before settings are read: what `manage.py demo` tells all its processes.

    The port decides the data folder, so it must be known before anything starts.
    """
    env = os.environ
    if "--port" in arguments[:-1]:
        env["PORT"] = arguments[arguments.index("--port") + 1]
    env["PORT"] = env.get("PORT") or env.get("CS_PORT") or DEFAULT_PORT
    env["CS_PORT"] = env["PORT"]
    base_dir = Path(__file__).resolve().parent.parent
    data_dir = data_folder(env, base_dir=base_dir)
    env["CS_DATA_DIR"] = str(data_dir)
    env.setdefault("PUBLIC_URL", f"http://{HOST}:{env['PORT']}")
    if from_environment(env, "DATABASE_URL") and not from_environment(
        env, "SECRET_KEY"
    ):
        env["SECRET_KEY"] = persisted_secret(data_dir, "secret_key")


def services(data_dir: Path, port: int) -> list[Service]:
    """In the order they start; they stop in the opposite order."""
    web = f"gunicorn cs_platform.wsgi --bind {HOST}:{port} --workers 2 --threads 4"
    web += " --graceful-timeout 5 --timeout 120 --no-control-socket"
    worker = f"worker --concurrency 2 --loglevel INFO --hostname demo-{port}@%h"
    worker += " --without-mingle --without-gossip"
    schedule = f"--schedule={data_dir / 'celerybeat-schedule'}"
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "cs_platform"]
    commands = {
        "web": [*python, *web.split()],
        "worker": [*celery, *worker.split()],
        "scheduler": [*celery, "beat", "--loglevel", "INFO", "--pidfile=", schedule],
    }
    return [
        Service(name, command, log_file(data_dir, name))
        for name, command in commands.items()
    ]


def check_port_is_free(port: int) -> None:
    """Wait a little: the web server of a killed demo may just be leaving."""
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while problem := _why_not_usable(port):
        if time.monotonic() > deadline:
            raise DemoFailed(
                f"Port {port} cannot be used: {problem}. "
                f"Choose another: make demo PORT={port + 1}"
            )
        time.sleep(0.2)


def _why_not_usable(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            return problem.strerror or str(problem)
    return None


def interrupt_on_signals() -> None:
    """Every polite way to end us goes the way of Ctrl-C."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    if "MAKELEVEL" in os.environ:
        end_with_parent()


def start_all(running: list[Service]) -> None:
    for service in running:
        service.start(os.environ)


def wait_until_ready(running: list[Service], port: int) -> None:
    """Return once the web server says that it can serve."""
    deadline = time.monotonic() + READY_PATIENCE_SECONDS
    while problem := _why_not_ready(port):
        keep_running(running)
        if time.monotonic() > deadline:
            raise DemoFailed(_obituary(running[0], f"is not ready ({problem})"))
        time.sleep(0.2)


def _why_not_ready(port: int) -> str | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return None if answer.status == http.HTTPStatus.OK else answer.read().decode()
    except (OSError, http.client.HTTPException) as problem:
        return str(problem)
    finally:
        connection.close()


def keep_running(running: list[Service]) -> None:
    """Start again what ended; raise DemoFailed when that does not help."""
    for service in running:
        if not service.has_ended():
            continue
        if service.starts_too_often():
            code = service.process.returncode if service.process else None
            raise DemoFailed(_obituary(service, f"keeps ending (exit code {code})"))
        print(f"The {service.name} process ended; starting it again.", flush=True)
        service.start(os.environ)


def _obituary(service: Service, what: str) -> str:
    return (
        f"The {service.name} process {what}. The end of its log {service.log}:\n"
        f"{last_lines(service.log)}"
    )


def stop_all(running: list[Service]) -> None:
    """Asked from the scheduler on, so that nothing new comes, then waited for.

    Another Ctrl-C does not cut in.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for service in reversed(running):
        service.ask_to_stop()
    for service in running:
        service.stop()
