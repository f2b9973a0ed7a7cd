"""Which addresses outside we may talk to: a public https host, nothing of our own net.

A name is resolved here once and the connection goes to what was found, so that a name
cannot answer with a public address now and a private one later.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

_PORTS = {"https": 443, "http": 80}
#: Other ports belong to other services, which must not hear from us.
_USUAL_PORTS = frozenset({80, 443, 8080, 8443})
_NAT64 = ip_network("64:ff9b::/96")
#: Answers only to machines of one cloud, from an address that looks public.
_CLOUD_INSIDE = ip_address("168.63.129.16")
_ODD = re.compile(r"[^\x21-\x7e]|[\\<>\"{}|^`]")

Address = IPv4Address | IPv6Address


class AddressNotAllowed(ValueError):
    """An address that this installation does not talk to."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or str(_("This address is not allowed.")))


class HostNotFound(OSError):
    """The name has no address just now."""


@dataclass(frozen=True)
class Target:
    """A checked address: where to connect, and what to say there."""

    scheme: str
    host: str
    port: int
    path: str
    #: Addresses of the host, each of them allowed.
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """As HTTP names the host: the port only when it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def check_address(url: str) -> Target:
    """The target of an address, resolved and allowed.

    Raises AddressNotAllowed for anything but https to public hosts (settings
    ``HOOKS_ALLOW_HTTP`` and ``HOOKS_ALLOW_PRIVATE`` widen it), HostNotFound when the
    name does not resolve.
    """
    parts, port = _parts(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostNotFound(str(_("The host is not known."))) from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.HOOKS_ALLOW_PRIVATE and not all(map(_is_public, addresses)):
        raise AddressNotAllowed
    path = parts.path or "/"
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=f"{path}?{parts.query}" if parts.query else path,
        addresses=addresses,
    )


def _parts(url: str) -> tuple[SplitResult, int]:
    """The parts of an address that is written plainly, and its port."""
    if _ODD.search(url):
        raise AddressNotAllowed
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressNotAllowed from error
    if parts.scheme not in _schemes():
        raise AddressNotAllowed(str(_("The address must begin with https://.")))
    if not parts.hostname or "@" in parts.netloc:
        raise AddressNotAllowed
    port = port if port is not None else _PORTS[parts.scheme]
    if port not in _USUAL_PORTS and not settings.HOOKS_ALLOW_PRIVATE:
        raise AddressNotAllowed
    return parts, port


def _schemes() -> set[str]:
    return {"https", "http"} if settings.HOOKS_ALLOW_HTTP else {"https"}


def _is_public(text: str) -> bool:
    """Whether everybody's internet knows this address, however it is written."""
    address = _inner(ip_address(text.partition("%")[0]))
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and address != _CLOUD_INSIDE
    )


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
