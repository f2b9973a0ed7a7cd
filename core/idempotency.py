"""The ``Idempotency-Key`` header and what makes two requests the same. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

#: How long the same key gives the same answer.
LIFETIME = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def parsed_key(header: str) -> str | None:
    """The key as sent bare or as a quoted string; None when it cannot be used."""
    text = header.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text if _KEY.fullmatch(text) else None


def fingerprint(body: Any, query: str) -> str:
    """The same for bodies that say the same, whatever their spacing and order."""
    packed = json.dumps([body, query], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()
