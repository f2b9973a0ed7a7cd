"""Text as people write it, as safe HTML and as plain words. Pure.

What reaches a page went through :func:`safe_html` when it was stored and goes through
it again when it is shown. Images are left out: they would tell strangers who reads.
"""

from __future__ import annotations

import re
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_TAGS = set(
    "p br strong b em i u s del a ul ol li blockquote pre code hr h3 h4 h5 h6 "
    "table thead tbody tr th td div span".split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}\[\]]+[^\s<>\"'`|\\^{}\[\].,;:!?)]")
_BLOCK_END = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote|/pre|hr)\b[^>]*>")
_MANY_BREAKS = re.compile(r"\n{3,}")


def html_of(text: str) -> str:
    """Markdown as safe HTML; HTML in the text is shown as the text it is."""
    return safe_html(_MARKDOWN.render(text.replace("\0", "")))


def safe_html(html: str) -> str:
    """The HTML without anything that could run, load or disguise itself."""
    return nh3.clean(
        html.replace("\0", ""),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def text_of(html: str) -> str:
    """The HTML as plain words, one line per paragraph."""
    broken = _BLOCK_END.sub("\n", html.replace("\n", " ").replace("\0", ""))
    plain = unescape(nh3.clean(broken, tags=set(), attributes={}))
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return _MANY_BREAKS.sub("\n\n", "\n".join(lines)).strip()


def _link_addresses(state: StateCore) -> None:
    """Bare web addresses become links; those inside links and code stay as they are."""
    for block in state.tokens:
        if block.type != "inline" or "://" not in block.content:
            continue
        depth, children = 0, []
        for token in block.children or []:
            depth += token.nesting if token.type.startswith("link_") else 0
            plain = token.type == "text" and depth == 0
            children += _with_links(token) if plain else [token]
        block.children = children


def _with_links(token: Token) -> list[Token]:
    parts: list[Token] = []
    done = 0
    for found in _ADDRESS.finditer(token.content):
        opening = Token("link_open", "a", 1, attrs={"href": found.group()})
        parts += [
            Token("text", "", 0, content=token.content[done : found.start()]),
            opening,
            Token("text", "", 0, content=found.group()),
            Token("link_close", "a", -1),
        ]
        done = found.end()
    return [*parts, Token("text", "", 0, content=token.content[done:])]


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_MARKDOWN.enable(["table", "strikethrough"]).disable(["heading", "lheading", "image"])
_MARKDOWN.core.ruler.after("inline", "web_addresses", _link_addresses)
