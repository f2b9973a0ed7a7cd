"""Posting an alert into a chat, or as signed JSON to a program.

The address of a channel is a secret: it is in no error that is kept here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.outbound import AddressNotAllowed, Answer, NotReached, post
from health.models import AlertChannel, AlertDelivery, ChannelKind
from health.services.alert_news import News, news_of
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

_WRITTEN_AS = "whsec_"


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
        ChannelKind.SLACK: {"text": slack_text(text)},
        ChannelKind.TEAMS: teams_card([teams_line(teams_text(text))], []),
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
    title = f"*<{news.url}|{slack_text(news.account)}>* · {slack_text(news.severity)}"
    lines = [title, slack_text(news.summary)]
    lines += [slack_text(news.note)] if news.note else []
    lines += [f"• {slack_text(sentence)}" for sentence in news.drivers]
    context = f"{slack_text(news.rule)} · {slack_text(news.since)}"
    return {
        "text": slack_text(news.headline),
        "blocks": [
            slack_section("\n".join(lines)),
            slack_context(context),
        ],
    }


def _teams_payload(news: News) -> dict[str, Any]:
    body = [
        teams_line(teams_text(news.account), size="Large", weight="Bolder"),
        teams_line(teams_text(news.summary)),
    ]
    body += [teams_line(teams_text(news.note))] if news.note else []
    body += [teams_line(f"- {teams_text(sentence)}") for sentence in news.drivers]
    small = teams_text(f"{news.severity} · {news.rule} · {news.since}")
    body.append(teams_line(small, isSubtle=True, size="Small"))
    return teams_card(body, [teams_link(_("Open alert"), news.url)])


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
