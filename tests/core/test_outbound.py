"""Posting to addresses of people: only where that is safe, briefly, never elsewhere."""

import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest

from core import outbound
from core.outbound import AddressNotAllowed, NotReached, check_address, post
from core.outbound_address import HostNotFound
from tests.sinks import PostSink

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def sink(settings):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    server = PostSink()
    yield server
    server.stop()


@pytest.fixture
def names(monkeypatch):
    """A name server of our own: names and what they resolve to."""
    known: dict[str, list[str]] = {}
    system = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        if host not in known:
            return system(host, port, *args, **kwargs)
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            (families[":" in found], socket.SOCK_STREAM, 6, "", (found, port))
            for found in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


def send(url, body=b"{}", **headers):
    return post(url, body, headers=headers, now=NOW)


@pytest.mark.parametrize("url", [
    "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/", "https://10.1.2.3/", "https://172.16.0.1/",
    "https://192.168.1.1/", "https://100.64.0.1/", "https://100.100.100.200/",
    "https://0.0.0.0/", "https://[fc00::1]/", "https://[fe80::1]/", "https://[::]/",
    "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/",
    "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://localhost/", "https://localhost./",
    "https://224.0.0.1/", "https://255.255.255.255/", "https://168.63.129.16/",
    "https://user@93.184.216.34/", "https://93.184.216.34@127.0.0.1/",
    "https://93.184.216.34:22/", "https://93.184.216.34:5432/",
    "https://93.184.216.34:6379/", "http://93.184.216.34/", "ftp://93.184.216.34/",
    "file:///etc/passwd", "gopher://93.184.216.34/", "javascript:alert(1)", "//x/",
    "https://", "https:///path", "https://93.184.216.34\\@127.0.0.1/",
    "https://93.184.216.34/ x", "https://93.184.216.34/\r\nHost: x",
    "https://93.184.216.34:99999/", "https://[::1/", "",
])  # fmt: skip
def test_what_is_not_a_public_https_address_is_refused(url):
    with pytest.raises(AddressNotAllowed):
        check_address(url)
    with pytest.raises(AddressNotAllowed):
        send(url)


def test_a_name_that_leads_inside_is_refused(names):
    names["inside.example.com"] = ["10.0.0.5"]
    names["half.example.com"] = ["93.184.216.34", "::1"]

    for host in names:
        with pytest.raises(AddressNotAllowed, match="This address is not allowed"):
            check_address(f"https://{host}/hook")


def test_a_public_address_is_allowed(names):
    names["hooks.example.com"] = ["93.184.216.34", "2606:2800:220:1::1"]

    target = check_address("https://hooks.example.com:8443/a/b?c=d")

    assert (target.host_header, target.path) == ("hooks.example.com:8443", "/a/b?c=d")
    assert target.addresses == ("93.184.216.34", "2606:2800:220:1::1")
    assert check_address("https://[2606:2800:220:1::1]/").host_header == (
        "[2606:2800:220:1::1]"
    )


def test_the_connection_goes_to_the_checked_address_and_nowhere_else(sink, names):
    names["hooks.example.com"] = ["127.0.0.1"]
    url = sink.url.replace("127.0.0.1", "hooks.example.com")
    asked = []
    resolve = socket.getaddrinfo

    def once(host, *args, **kwargs):
        if host == "hooks.example.com":
            asked.append(host)
        return resolve(host, *args, **kwargs)

    socket.getaddrinfo = once

    assert send(url).status == 200
    assert asked == ["hooks.example.com"]
    port = url.split(":")[2].split("/")[0]
    assert sink.posts[0].headers["host"] == f"hooks.example.com:{port}"


def test_a_post_arrives_as_it_is(sink):
    answer = send(
        sink.url, '{"a": "ä"}'.encode(), **{"Content-Type": "application/json"}
    )

    (arrived,) = sink.posts
    assert arrived.body.decode() == '{"a": "ä"}'
    assert arrived.path == "/hook/Secr3tPath"
    assert arrived.headers["content-type"] == "application/json"
    assert (answer.status, answer.text, answer.is_success) == (200, "ok", True)


def test_a_redirect_is_not_followed(sink):
    sink.status, sink.headers = 302, {"Location": sink.url + "/elsewhere"}

    answer = send(sink.url)

    assert len(sink.posts) == 1
    assert (answer.is_success, answer.is_temporary) == (False, False)


@pytest.mark.parametrize(
    ("status", "is_temporary"),
    [(400, False), (404, False), (410, False), (408, True), (429, True), (503, True)],
)
def test_some_refusals_are_for_now_and_some_for_good(sink, status, is_temporary):
    sink.status = status

    assert send(sink.url).is_temporary is is_temporary


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Wed, 10 Jun 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Wed, 10 Jun 2026 11:00:00 GMT", timedelta(0)),
        ("999999999", timedelta(hours=24)),
        ("soon", None),
        ("", None),
    ],
)
def test_the_wish_to_wait_is_understood(sink, said, wait):
    sink.status, sink.headers = 429, {"Retry-After": said}

    assert send(sink.url).retry_after == wait


def test_little_of_a_long_answer_is_kept(sink):
    sink.text = "x" * 300_000

    assert len(send(sink.url).text) == 1000


def test_a_closed_port_and_a_service_of_another_kind_look_the_same(sink):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        closed = probe.getsockname()[1]
    with pytest.raises(NotReached) as of_closed:
        send(f"http://127.0.0.1:{closed}/")

    with socket.create_server(("127.0.0.1", 0)) as other:
        thread = threading.Thread(target=_speak_ssh, args=(other,))
        thread.start()
        with pytest.raises(NotReached) as of_other:
            send(f"http://127.0.0.1:{other.getsockname()[1]}/")
        thread.join()

    assert str(of_closed.value) == str(of_other.value)


def _speak_ssh(server):
    line, _address = server.accept()
    with line:
        line.recv(100)
        line.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def test_a_slow_drip_of_bytes_ends_with_the_deadline(settings, monkeypatch):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    monkeypatch.setattr(outbound, "_TOTAL_SECONDS", 0.3)
    is_over = threading.Event()

    def drip(server):
        line, _address = server.accept()
        with line:
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            while not is_over.wait(0.05):
                try:
                    line.sendall(b"X-More: 1\r\n")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        with pytest.raises(NotReached):
            send(f"http://127.0.0.1:{server.getsockname()[1]}/")
        is_over.set()
        thread.join()


def test_a_name_nobody_knows_is_tried_again_later(names, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(HostNotFound):
        check_address("https://nobody.example.com/")
    with pytest.raises(NotReached):
        send("https://nobody.example.com/")
