"""Posting an alert into a chat, or as signed JSON to a program.

The address of a channel is a secret: it is in no error that is kept here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.outbound import AddressNotAllowed, Answer, NotReached, post
from health.models import AlertChannel, AlertDelivery, ChannelKind
from health.services.alert_news import News, news_of
from health.services.mail_sending import Setback

_WRITTEN_AS = "whsec_"
_MARKDOWN = re.compile(r"([\\`*_\[\]])")


def new_signing_secret() -> str:
    """A fresh secret as Standard Webhooks writes it."""
    return _WRITTEN_AS + base64.b64encode(secrets.token_bytes(32)).decode()


def post_alert(
    delivery: AlertDelivery, channel: AlertChannel, *, zone: ZoneInfo, now: datetime
) -> Setback | None:
    """Post one delivery in the format of its channel; None when it was taken."""
    news = news_of(delivery.alert, delivery.occasion, zone=zone)
    payload = _PAYLOADS[channel.kind](news)
    return send_payload(
        channel, payload, message_id=f"dlv_{delivery.public_id}", now=now
    )


def post_test(channel: AlertChannel, *, now: datetime) -> Setback | None:
    """Post a greeting, so that one sees whether the address is right."""
    text = _("This is a test of the channel “%(name)s”. Alerts will arrive here.") % {
        "name": channel.name
    }
    payloads: dict[str, dict[str, Any]] = {
        ChannelKind.SLACK: {"text": _slack(text)},
        ChannelKind.TEAMS: _card([_line(_markdown(text))], []),
        ChannelKind.WEBHOOK: {"type": "test", "data": {"text": text}},
    }
    message_id = f"test_{secrets.token_hex(12)}"
    return send_payload(channel, payloads[channel.kind], message_id=message_id, now=now)


def send_payload(
    channel: AlertChannel, payload: dict[str, Any], *, message_id: str, now: datetime
) -> Setback | None:
    """Post a payload; a try again has the same ``message_id``."""
    if channel.kind == ChannelKind.WEBHOOK:
        payload = {"timestamp": now.isoformat(), **payload}
    body = json.dumps(payload, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    if channel.kind == ChannelKind.WEBHOOK:
        headers |= signature_headers(channel.signing_secret, body, message_id, now)
    try:
        answer = post(channel.url, body, headers=headers, now=now)
    except AddressNotAllowed as refusal:
        return Setback(error=str(refusal), is_final=True)
    except NotReached as failure:
        return Setback(error=str(failure), is_everyones=True)
    return _setback(answer, channel)


def signature_headers(
    secret: str, body: bytes, message_id: str, now: datetime
) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0: id, time of this attempt, signature."""
    moment = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(_WRITTEN_AS))
    signed = b".".join([message_id.encode(), moment.encode(), body])
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _setback(answer: Answer, channel: AlertChannel) -> Setback | None:
    # Teams says 200 and means 429 when it is asked too often.
    is_throttled = channel.kind == ChannelKind.TEAMS and "error 429" in answer.text
    if answer.is_success and not is_throttled:
        return None
    text = " ".join(answer.text.replace(channel.url, "…").split())
    is_temporary = answer.is_temporary or is_throttled
    return Setback(
        error=f"{answer.status} {text}".strip()[:300],
        is_final=not is_temporary,
        is_everyones=is_temporary,
        retry_after=answer.retry_after,
    )


# --- formats --------------------------------------------------------------------------


def _slack_payload(news: News) -> dict[str, Any]:
    title = f"*<{news.url}|{_slack(news.account)}>* · {_slack(news.severity)}"
    lines = [title, _slack(news.summary)]
    lines += [_slack(news.note)] if news.note else []
    lines += [f"• {_slack(sentence)}" for sentence in news.drivers]
    context = f"{_slack(news.rule)} · {_slack(news.since)}"
    return {
        "text": _slack(news.headline),
        "blocks": [
            _slack_block("section", "\n".join(lines)[:3000]),
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": context[:2000]}],
            },
        ],
    }


def _slack_block(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": {"type": "mrkdwn", "text": text}}


def _slack(text: str) -> str:
    """Text that Slack shows as it is: no link, no mention, no command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams_payload(news: News) -> dict[str, Any]:
    body = [
        _line(_markdown(news.account), size="Large", weight="Bolder"),
        _line(_markdown(news.summary)),
    ]
    body += [_line(_markdown(news.note))] if news.note else []
    body += [_line(f"- {_markdown(sentence)}") for sentence in news.drivers]
    small = _markdown(f"{news.severity} · {news.rule} · {news.since}")
    body.append(_line(small, isSubtle=True, size="Small"))
    opening = {"type": "Action.OpenUrl", "title": _("Open alert"), "url": news.url}
    return _card(body, [opening])


def _card(body: list[Any], actions: list[Any]) -> dict[str, Any]:
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


def _line(text: str, **looks: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **looks}


def _markdown(text: str) -> str:
    """Text in which nothing is a link or a heading."""
    return _MARKDOWN.sub(r"\\\1", text)


def _json_payload(news: News) -> dict[str, Any]:
    alert = news.alert
    return {
        "type": f"alert.{news.occasion}",
        "data": {
            "alert": str(alert.public_id),
            "account": str(alert.account.public_id),
            "account_name": alert.account.name,
            "rule": alert.rule.key,
            "rule_name": alert.rule.name,
            "severity": alert.rule.severity,
            "summary": alert.summary,
            "value": alert.value,
            "band_before": alert.band_before,
            "band_after": alert.band_after,
            "opened_at": alert.opened_at.isoformat(),
            "drivers": alert.drivers,
            "url": news.url,
        },
    }


_PAYLOADS: dict[str, Callable[[News], dict[str, Any]]] = {
    ChannelKind.SLACK: _slack_payload,
    ChannelKind.TEAMS: _teams_payload,
    ChannelKind.WEBHOOK: _json_payload,
}
