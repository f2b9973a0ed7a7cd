"""Real servers that take what the platform sends: mail over SMTP, posts over HTTP."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


class MailSink:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answer = "250 OK"
        self.refused_address = ""
        self.refusal = "550 No such person"
        self.refused_word = ""
        self.hangs_up = False
        self.seconds = 0.0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == self.refused_address:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refused_word and self.refused_word.encode() in envelope.content:
            return "554 Rejected as spam"
        await asyncio.sleep(self.seconds)
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content))
        if self.hangs_up:
            # It took the mail and died before it could say so.
            server.transport.close()
        return self.answer

    @property
    def ids(self) -> list[str]:
        """The Message-IDs in the order of arrival, unfolded."""
        return [message["Message-ID"].strip() for message in self.messages]

    def text(self, number: int = 0) -> str:
        """The plain text of a mail."""
        return self._part(number, "text/plain")

    def html(self, number: int = 0) -> str:
        """The HTML of a mail."""
        return self._part(number, "text/html")

    def _part(self, number: int, kind: str) -> str:
        for part in self.messages[number].walk():
            if part.get_content_type() == kind:
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                return payload.decode()
        raise AssertionError(f"no {kind}")


def start_mail_sink(settings) -> tuple[MailSink, Callable[[], None]]:
    """A running mail server that Django's settings point to, and how to stop it."""
    sink = MailSink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return sink, controller.stop


@dataclass(frozen=True)
class Post:
    """What somebody posted."""

    path: str
    headers: dict[str, str]
    body: bytes


class PostSink:
    """A web server that keeps what is posted to it and answers as it is told."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.status = 200
        self.text = "ok"
        self.headers: dict[str, str] = {}
        self.seconds = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook/Secr3tPath"

    def stop(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                sink.posts.append(Post(self.path, headers, body))
                time.sleep(sink.seconds)
                self.send_response(sink.status)
                for name, value in sink.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sink.text.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Tests are silent."""

        return Handler
