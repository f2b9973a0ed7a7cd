"""Posting pages into a chat, or as signed JSON to a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from health.models import AlertChannel, ChannelKind, PageDelivery
from health.services.channel_posts import send_payload
from health.services.chat_markup import (
    slack_context,
    slack_section,
    slack_text,
    teams_card,
    teams_line,
    teams_link,
    teams_text,
)
from health.services.mail_sending import Setback
from health.services.on_call.page_news import PageNews, page_news

#: Of more tickets a chat is told only how many more there are.
_MOST_SHOWN = 10
#: A chat gets the subject, not a letter.
_LONGEST_SUBJECT = 150


def post_pages(
    sends: Sequence[PageDelivery],
    channel: AlertChannel,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Setback | None:
    """Post these sends as one message; None when it was taken."""
    payload = _PAYLOADS[channel.kind](page_news(sends, zone=zone))
    message_id = f"page_{sends[0].public_id}"
    return send_payload(channel, payload, message_id=message_id, now=now)


def _headline(news: Sequence[PageNews]) -> str:
    if len(news) == 1:
        return news[0].headline[:_LONGEST_SUBJECT]
    return ngettext(
        "%(n)d ticket needs somebody", "%(n)d tickets need somebody", len(news)
    ) % {"n": len(news)}


def _more(news: Sequence[PageNews]) -> str:
    left = len(news) - _MOST_SHOWN
    return _("and %(n)d more") % {"n": left} if left > 0 else ""


def _title(one: PageNews) -> str:
    return f"{one.ticket.number} {one.subject}"[:_LONGEST_SUBJECT]


def _facts(one: PageNews) -> str:
    due = f"{one.due_metric}: {one.due}" if one.due and one.due_metric else ""
    page = _("page %(n)d") % {"n": one.round}
    return " · ".join(part for part in (one.account, one.priority, due, page) if part)


def _slack_payload(news: Sequence[PageNews]) -> dict[str, Any]:
    blocks = [slack_section(f"*{slack_text(_headline(news))}*")]
    for one in news[:_MOST_SHOWN]:
        # What stands between the signs of a link must not end it.
        title = slack_text(_title(one).replace("|", "¦"))
        blocks.append(slack_section(f"<{one.url}|{title}>"))
        blocks.append(slack_context(slack_text(_facts(one))))
    if more := _more(news):
        blocks.append(slack_context(slack_text(more)))
    return {"text": slack_text(_headline(news)), "blocks": blocks}


def _teams_payload(news: Sequence[PageNews]) -> dict[str, Any]:
    body = [teams_line(teams_text(_headline(news)), size="Large", weight="Bolder")]
    for one in news[:_MOST_SHOWN]:
        link = f"[{teams_text(_title(one))}]({one.url})"
        body.append(teams_line(link))
        body.append(teams_line(teams_text(_facts(one)), isSubtle=True, size="Small"))
    if more := _more(news):
        body.append(teams_line(teams_text(more), isSubtle=True, size="Small"))
    return teams_card(body, [teams_link(_("Open ticket"), news[0].url)])


def _json_payload(news: Sequence[PageNews]) -> dict[str, Any]:
    """A program hears of one page at a time."""
    (one,) = news
    ticket = one.ticket
    return {
        "type": "ticket.paged",
        "data": {
            "page": str(one.page.public_id),
            "round": one.round,
            "ticket": str(ticket.public_id),
            "number": ticket.number,
            "subject": one.subject,
            "priority": ticket.priority,
            "account": str(ticket.account.public_id) if ticket.account else None,
            "account_name": one.account,
            "since": one.page.raised_at.isoformat(),
            "due_at": ticket.next_due_at.isoformat() if ticket.next_due_at else None,
            "due_metric": ticket.next_due_metric,
            "url": one.url,
        },
    }


_PAYLOADS: dict[str, Callable[[Sequence[PageNews]], dict[str, Any]]] = {
    ChannelKind.SLACK: _slack_payload,
    ChannelKind.TEAMS: _teams_payload,
    ChannelKind.WEBHOOK: _json_payload,
}
