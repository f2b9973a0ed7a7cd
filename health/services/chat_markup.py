"""How chats want to be spoken to: text in which nothing is a link or a command."""

from __future__ import annotations

import re
from typing import Any

_MARKDOWN = re.compile(r"([\\`*_\[\]])")


def slack_text(text: str) -> str:
    """Text that Slack shows as it is: no link, no mention, no command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack_section(text: str) -> dict[str, Any]:
    """A paragraph of Slack's own markup."""
    return {"type": "section", "text": _slack_markup(text[:3000])}


def slack_context(text: str) -> dict[str, Any]:
    """A small line below."""
    return {"type": "context", "elements": [_slack_markup(text[:2000])]}


def _slack_markup(text: str) -> dict[str, Any]:
    """Verbatim: Slack must not make links and mentions of what only looks so."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def teams_text(text: str) -> str:
    """Text in which nothing is a link or a heading."""
    return _MARKDOWN.sub(r"\\\1", text)


def teams_line(text: str, **looks: Any) -> dict[str, Any]:
    """A line of a card."""
    return {"type": "TextBlock", "text": text, "wrap": True, **looks}


def teams_link(title: str, url: str) -> dict[str, Any]:
    """A button of a card."""
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def teams_card(body: list[Any], actions: list[Any]) -> dict[str, Any]:
    """A message of Microsoft Teams with these lines and buttons."""
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": body,
                    "actions": actions,
                },
            }
        ],
    }
