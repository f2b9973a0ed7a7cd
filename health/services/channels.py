"""Alert channels: made, changed, tried out, removed. Their addresses are secrets."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.outbound_address import AddressNotAllowed, HostNotFound, check_address
from events.services import Actor, changes, record_event
from health.models import AlertChannel, ChannelKind
from health.services.channel_posts import new_signing_secret, post_test
from health.services.delivery_sending import note_answer
from health.services.mail_sending import Setback

#: How long an address may be; those of Teams are the longest.
LONGEST_URL = 500
_SHOWN = ("name", "kind", "is_on")
_TESTS_A_MINUTE = 6
_KEPT_OUT = ("url", "public_id", "created_at", "updated_at", "signing_secret")


class StaleChannel(ValueError):
    """Somebody else changed the channel; ``current`` is what stands there now."""

    def __init__(self, current: AlertChannel) -> None:
        self.current = current
        super().__init__(_("Somebody else changed this channel meanwhile."))


class TooManyTests(Exception):
    """One person tried channels out too often just now."""


@transaction.atomic
def create_channel(
    *,
    name: str,
    kind: str,
    url: str,
    by: Actor,
    is_on: bool = True,
    signing_secret: str = "",
) -> AlertChannel:
    """A new channel; one of plain JSON gets a secret to sign with.

    Raises ValidationError for a taken name and for an address that is not allowed.
    """
    channel = AlertChannel(name=name, kind=kind, url=url.strip(), is_on=is_on)
    channel.signing_secret = signing_secret
    _check(channel, is_url_new=True)
    channel.save()
    record_event("alert_channel_created", by=by, subject=channel, data=_said(channel))
    return channel


@transaction.atomic
def update_channel(
    channel: AlertChannel,
    *,
    by: Actor,
    expected_version: int | None = None,
    **values: Any,
) -> AlertChannel:
    """Change what is named; of the address only the fact is recorded.

    Raises StaleChannel when ``expected_version`` is no longer the version.
    """
    row = AlertChannel.objects.select_for_update().get(pk=channel.pk)
    if expected_version is not None and row.version != expected_version:
        raise StaleChannel(row)
    before = AlertChannel(name=row.name, kind=row.kind, is_on=row.is_on)
    old_url = row.url
    for name, value in values.items():
        setattr(row, name, value.strip() if name == "url" else value)
    _check(row, is_url_new=row.url != old_url)
    if row.url != old_url:
        row.last_error = ""
    row.version += 1
    row.save()
    changed = changes(before, row, _SHOWN)
    if row.url != old_url:
        changed["address"] = ["…", "…"]
    if changed:
        record_event("alert_channel_changed", by=by, subject=row, data=changed)
    return row


@transaction.atomic
def renew_signing_secret(channel: AlertChannel, *, by: Actor) -> AlertChannel:
    """Another secret to sign with; the old one counts no more."""
    row = AlertChannel.objects.select_for_update().get(pk=channel.pk)
    row.signing_secret = new_signing_secret()
    row.version += 1
    row.save(update_fields=["signing_secret", "version", "updated_at"])
    record_event("alert_channel_secret_renewed", by=by, subject=row)
    return row


@transaction.atomic
def remove_channel(channel: AlertChannel, *, by: Actor) -> None:
    """Remove a channel with the record of its posts; rules no longer name it."""
    rules = list(channel.rules.order_by("key").values_list("key", flat=True))
    data = {**_said(channel), "rules": rules}
    record_event("alert_channel_removed", by=by, subject=channel, data=data)
    channel.delete()


def try_channel(
    channel: AlertChannel, *, by: Actor, now: datetime | None = None
) -> Setback | None:
    """Post a greeting now; None when it was taken. Raises TooManyTests."""
    key = f"alert-channel-tests:{by.pk}"
    cache.add(key, 0, timeout=60)
    if cache.incr(key) > _TESTS_A_MINUTE:
        raise TooManyTests
    moment = now or timezone.now()
    setback = post_test(channel, now=moment)
    with transaction.atomic():
        note_answer(channel, setback, now=moment)
        data = {"error": setback.error} if setback else {}
        record_event("alert_channel_tested", by=by, subject=channel, data=data)
    return setback


def _said(channel: AlertChannel) -> dict[str, Any]:
    return {"kind": channel.kind, "address": channel.masked_url}


def _check(channel: AlertChannel, *, is_url_new: bool) -> None:
    """Name, kind, secret and, when it is new, the address. Raises ValidationError."""
    channel.name = " ".join(channel.name.split())
    if channel.kind == ChannelKind.WEBHOOK and not channel.signing_secret:
        channel.signing_secret = new_signing_secret()
    errors: dict[str, Any] = {}
    if is_url_new:
        errors = _url_errors(channel.url)
    if channel.signing_secret and not _is_secret(channel.signing_secret):
        errors["signing_secret"] = _(
            "Write whsec_ and then 24 to 64 random bytes in base64."
        )
    try:
        channel.full_clean(exclude=_KEPT_OUT)
    except ValidationError as error:
        # Names are unique whatever their case; that constraint names no field.
        found = error.error_dict
        errors |= {
            ("name" if name == "__all__" else name): found[name] for name in found
        }
    if errors:
        raise ValidationError(errors)


def _url_errors(url: str) -> dict[str, Any]:
    if len(url) > LONGEST_URL:
        text = _("The address has more than %(n)d characters.") % {"n": LONGEST_URL}
        return {"url": text}
    try:
        check_address(url)
    except AddressNotAllowed as refusal:
        return {"url": str(refusal)}
    except HostNotFound:
        # The net may be down just now; it is checked again before every post.
        return {}
    return {}


def _is_secret(text: str) -> bool:
    try:
        raw = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith("whsec_") and 24 <= len(raw) <= 64
