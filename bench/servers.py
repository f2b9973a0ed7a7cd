"""Web servers to measure over HTTP: gunicorn on a free port, and who is signed in."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.table import Row

WORKERS = 2
PATIENCE = 900
_CSRF = "b" * 32
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Site:
    """A running server, and the cookies of somebody signed in there."""

    name: str
    port: int
    cookies: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post_form(self, path: str, values: Mapping[str, Any]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(values, doseq=True), headers)

    def post_json(self, path: str, values: Mapping[str, Any]) -> Answer:
        headers = {"Content-Type": "application/json"}
        return self._ask("POST", path, json.dumps(values), headers)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Answer:
        """One request on a connection of its own; redirects are not followed."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers |= {"Cookie": cookies, "X-CSRFToken": _CSRF}
        started = time.perf_counter()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        connection.close()
        if (
            response.status >= 400
            or b"/login/" in (response.getheader("Location") or "").encode()
        ):
            raise SystemExit(f"{self.name}: {path} answered {response.status}.")
        return Answer(response.status, content, seconds)


def cookies(session: str, key: str, csrf: str) -> dict[str, str]:
    """The cookies of a session, with a CSRF token that its requests repeat."""
    return {session: key, csrf: _CSRF}


@contextmanager
def gunicorn(
    program: Path, module: str, folder: Path, environment: Mapping[str, str]
) -> Iterator[int]:
    """A server with two workers while the block runs; yields its port."""
    port = _free_port()
    words = [module, "--bind", f"{HOST}:{port}", "--workers", str(WORKERS)]
    server = subprocess.Popen(
        [str(program), *words, "--timeout", str(PATIENCE)],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        port: int = asked.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("A web server did not start.")


def ratio_row(
    work: str, size: str, ours: float, theirs: float, promised: float | None
) -> Row:
    """How many times faster than theirs ours is, with the seconds of both."""
    ratio = theirs / ours
    return Row(
        work,
        size,
        f"{ours * 1000:,.0f} ms against {theirs * 1000:,.0f} ms = {ratio:,.1f} ×",
        "" if promised is None else f"≥ {promised:g} ×",
        None if promised is None else ratio >= promised,
    )
