"""API tokens as text: made, hashed, taken apart. Pure."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

MARK = "csp_"


@dataclass(frozen=True)
class NewToken:
    """A token just made; ``text`` is shown once and never stored."""

    text: str
    prefix: str
    secret_hash: str


def make_token(pepper: str) -> NewToken:
    """``csp_<prefix>.<secret>`` with 48 and 256 bits of randomness."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return NewToken(f"{MARK}{prefix}.{secret}", prefix, hash_secret(secret, pepper))


def hash_secret(secret: str, pepper: str) -> str:
    """Keyed hash, so a stolen table alone is worth nothing."""
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()


def split_token(text: str) -> tuple[str, str] | None:
    """(prefix, secret), or None when the text is no token of ours."""
    if not text.startswith(MARK) or "." not in text:
        return None
    prefix, _, secret = text.removeprefix(MARK).partition(".")
    return (prefix, secret) if prefix and secret else None
