"""Strings that try to become part of a page, and the look that finds it if they do."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

PAYLOADS = {
    "script": "<script>pwned()</script>",
    "image": "<img src=x onerror=pwned()>",
    "drawing": "<svg/onload=pwned()>",
    "double quotes": '" onmouseover="pwned()" x="',
    "single quotes": "' onfocus='pwned()' x='",
    "closing tags": "</title></textarea><pwned>",
    "closing script": "--></script><pwned x>",
    "address": "javascript:pwned()",
    "markdown link": "[go](javascript:pwned())",
    "markdown image": "![x](http://pwned.test/t.png)",
    "data address": "[go](data:text/html,pwned)",
    "encoded twice": "&lt;img src=x onerror=pwned()&gt;",
    "template": "{{7191*7}}{% load pwned %}",
    "formula": '=HYPERLINK("http://pwned.test")',
    "formula behind a tab": "\t=cmd|'pwned'!A1",
    "formula behind a return": "\r\n@SUM(pwned)",
    "plus": "+pwned()-1",
    "minus": "-2+pwned()",
    "turned around": "pwned\u202egnp.exe\u2066",
}
#: Some at once, so that few pages show them all; first stands what is an address or
#: Markdown only there.
_FIRST = ("address", "data address", "markdown link", "markdown image", "script")
_REST = [payload for name, payload in PAYLOADS.items() if name not in _FIRST]
TOGETHER = [
    " ".join([PAYLOADS[name], *_REST[number :: len(_FIRST)]])
    for number, name in enumerate(_FIRST)
]
#: What a spreadsheet takes for a formula where it stands first in a cell.
FORMULAS = [
    PAYLOADS[name]
    for name in ("formula", "formula behind a tab", "formula behind a return",
                 "plus", "minus")
]  # fmt: skip
#: What a template engine would make of the payload.
_CALCULATED = "50337"
_ADDRESSES = frozenset(
    "href src action formaction data poster cite background srcset ping manifest "
    "xlink:href hx-get hx-post hx-put hx-delete hx-patch".split()
)
_SCHEMES = {"", "http", "https", "mailto", "tel"}
_ACTIVE = frozenset("script img iframe object embed base meta link style form".split())
_OUR_DATA = {"application/json", "importmap", "speculationrules"}


def harm_in(html: str) -> list[str]:
    """What a payload has become on this page: elements, attributes, addresses."""
    look = _Look()
    look.feed(html)
    look.close()
    if _CALCULATED in html:
        look.harm.append("a template ran")
    return look.harm


class _Look(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.harm: list[str] = []
        self._runs = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "pwned" in tag or not re.fullmatch(r"[a-z][a-z0-9-]*", tag):
            self.harm.append(f"element {tag}")
        for name, value in named.items():
            self.harm += _harm_of(tag, name, value)
        if tag == "script":
            self._runs = named.get("type", "") not in _OUR_DATA
            if self._runs and "src" not in named:
                self.harm.append("a script in the page")

    def handle_endtag(self, tag: str) -> None:
        self._runs = self._runs and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._runs and data.strip():
            self.harm.append(f"script {data[:40]!r}")


@lru_cache(maxsize=20_000)
def _harm_of(tag: str, name: str, value: str) -> tuple[str, ...]:
    """What is wrong with one attribute; the frame of every page has the same ones."""
    harm = []
    if "pwned" in name or name.startswith("on") or name in ("style", "srcdoc"):
        harm.append(f"{tag} {name}={value[:40]!r}")
    if not re.fullmatch(r"[a-z@:.][a-z0-9_:.@-]*", name):
        harm.append(f"{tag} attribute {name!r}")
    if name not in _ADDRESSES:
        return tuple(harm)
    # Browsers leave out control signs before they look at the scheme.
    plain = re.sub(r"[\x00-\x20]", "", value)
    scheme = urlsplit(plain).scheme.lower()
    is_own = plain.startswith(("/", "?", "#")) and not plain.startswith("//")
    if scheme not in _SCHEMES:
        harm.append(f"{tag} {name}={value[:40]!r}")
    elif "pwned" in plain and not is_own and tag in _ACTIVE:
        harm.append(f"{tag} loads {value[:40]!r}")
    return tuple(harm)
