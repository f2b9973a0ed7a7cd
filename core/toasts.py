"""Short messages after an action, with the way back where there is one."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

UNDO = "undo="


def toast(
    request: HttpRequest,
    text: str,
    *,
    level: int = messages.SUCCESS,
    undo_url: str = "",
) -> None:
    """Show `text` on the next page; `undo_url` adds a button that POSTs there."""
    messages.add_message(
        request, level, text, extra_tags=f"{UNDO}{undo_url}" if undo_url else ""
    )


def undo_url_of(message: Message) -> str:
    """The address a message's undo button posts to: a path of this site, or ""."""
    tags = message.extra_tags or ""
    address = tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
    is_local = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_local else ""
