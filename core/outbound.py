"""Posting to addresses that people gave us: guarded, short, and without redirects.

Every webhook leaves through here. The connection goes to the very address that was
checked, the whole exchange has one deadline, and little of the answer is read.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext_lazy as _

from core.outbound_address import (
    AddressNotAllowed,
    HostNotFound,
    Target,
    check_address,
)

__all__ = ["AddressNotAllowed", "Answer", "NotReached", "check_address", "post"]

_CONNECT_SECONDS = 5
_TOTAL_SECONDS = 15
_MOST_BYTES = 64 * 1024
_KEPT_CHARACTERS = 1000
_LONGEST_WAIT = timedelta(hours=24)


class NotReached(Exception):
    """Nobody answered as a web server does; trying again later may help.

    Says the same for a closed port, a filtered one and a service of another kind, so
    that nobody can look around with it.
    """

    def __init__(self) -> None:
        super().__init__(str(_("The address could not be reached.")))


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    #: The beginning of the body, at most 1,000 characters.
    text: str
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """2xx; a redirect is none, it is never followed."""
        return 200 <= self.status < 300

    @property
    def is_temporary(self) -> bool:
        """Whether the same post may succeed later."""
        return self.status in {408, 425, 429} or self.status >= 500


def post(
    url: str, body: bytes, *, headers: Mapping[str, str], now: datetime | None = None
) -> Answer:
    """Post once and read the answer.

    Raises AddressNotAllowed for good, NotReached for now.
    """
    try:
        target = check_address(url)
    except HostNotFound as error:
        raise NotReached from error
    try:
        with _connected(target) as connection:
            connection.putrequest(
                "POST", target.path, skip_host=True, skip_accept_encoding=True
            )
            connection.putheader("Host", target.host_header)
            connection.putheader("User-Agent", "CS-Platform")
            connection.putheader("Content-Length", str(len(body)))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            return _answer(connection.getresponse(), now or datetime.now(UTC))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotReached from error


@contextlib.contextmanager
def _connected(target: Target) -> Iterator[http.client.HTTPConnection]:
    """A connection to the checked address that ends with the deadline."""
    line, is_over = _line(target), threading.Event()
    # Shut down rather than timed out: a slow drip of bytes never runs into a timeout.
    watch = threading.Timer(_TOTAL_SECONDS, _shut, [line, is_over])
    watch.daemon = True
    watch.start()
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = line
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        yield connection
        if is_over.is_set():
            raise TimeoutError
    finally:
        watch.cancel()
        connection.close()
        line.close()


def _line(target: Target) -> socket.socket:
    """A socket to the first address that takes it; TLS has still to shake hands."""
    error = OSError("no address")
    for address in target.addresses[:2]:
        try:
            line = socket.create_connection(
                (address, target.port), timeout=_CONNECT_SECONDS
            )
        except OSError as refusal:
            error = refusal
            continue
        line.settimeout(_TOTAL_SECONDS)
        if target.scheme == "http":
            return line
        return ssl.create_default_context().wrap_socket(
            line, server_hostname=target.host, do_handshake_on_connect=False
        )
    raise error


def _shut(line: socket.socket, is_over: threading.Event) -> None:
    is_over.set()
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _answer(response: http.client.HTTPResponse, now: datetime) -> Answer:
    raw = response.read(_MOST_BYTES)
    text = raw.decode("utf-8", errors="replace").replace("\0", "")
    return Answer(
        status=response.status,
        text=text.strip()[:_KEPT_CHARACTERS],
        retry_after=_wait(response.getheader("Retry-After", ""), now),
    )


def _wait(text: str, now: datetime) -> timedelta | None:
    """How long the other side asks to wait, at most a day; None when it does not."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        wait = timedelta(seconds=int(text))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
