"""Settings: the chats and programs to which alerts are posted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from health.delivery_forms import ChannelForm
from health.models import AlertChannel, ChannelKind
from health.queries.deliveries import channels_with_use, newest_deliveries
from health.services.channels import (
    TooManyTests,
    create_channel,
    remove_channel,
    renew_signing_secret,
    try_channel,
    update_channel,
)
from organisation.access import require
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs


@require(Permission.EDIT_SCORECARDS)
@require_GET
def alert_channels(request: AuthenticatedRequest) -> HttpResponse:
    """Every channel: what it is for, when it was last used, what went wrong."""
    context = {"channels": channels_with_use(), "tabs": settings_tabs(request)}
    return render(request, "health/alert_channels.html", context)


@never_cache
@require(Permission.EDIT_SCORECARDS)
def alert_channel_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new channel."""
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            channel = create_channel(by=request.user, **form.channel_values())
        except ValidationError as error:
            form.take_errors(error)
        else:
            if channel.kind == ChannelKind.WEBHOOK:
                return _show_secret(request, channel)
            text = _("%(name)s is there. Send a test to see whether it works.")
            toast(request, text % {"name": channel.name})
            return redirect("health:alert_channel", channel.public_id)
    context = {"form": form, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "health/alert_channel.html", context, status=status)


@require(Permission.EDIT_SCORECARDS)
def alert_channel(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One channel: change it, try it out, see its last posts."""
    channel = _channel(public_id)
    form = ChannelForm(request.POST or None, channel=channel)
    if request.method == "POST" and form.is_valid():
        try:
            saved = update_channel(channel, by=request.user, **form.channel_values())
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("%(name)s is saved.") % {"name": saved.name})
            return redirect("health:alert_channel", saved.public_id)
    context = {
        "form": form,
        "channel": channel,
        "deliveries": newest_deliveries(channel),
        "rules": channel.rules.order_by("name"),
        "tabs": settings_tabs(request),
    }
    status = 422 if form.errors else 200
    return render(request, "health/alert_channel.html", context, status=status)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def alert_channel_test(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Post a greeting to the channel."""
    channel = _channel(public_id)
    try:
        setback = try_channel(channel, by=request.user)
    except TooManyTests:
        text = _("That were many tests. Try again in a minute.")
        toast(request, text, level=messages.ERROR)
    else:
        if setback is None:
            toast(request, _("%(name)s took the test.") % {"name": channel.name})
        else:
            text = _("The test did not get through: %(error)s")
            toast(request, text % {"error": setback.error}, level=messages.ERROR)
    return redirect("health:alert_channel", public_id)


@never_cache
@require_POST
@require(Permission.EDIT_SCORECARDS)
def alert_channel_secret(
    request: AuthenticatedRequest, public_id: UUID
) -> HttpResponse:
    """Another secret to sign with, shown once."""
    channel = renew_signing_secret(_channel(public_id), by=request.user)
    return _show_secret(request, channel)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def alert_channel_remove(
    request: AuthenticatedRequest, public_id: UUID
) -> HttpResponse:
    """Remove a channel."""
    channel = _channel(public_id)
    remove_channel(channel, by=request.user)
    toast(request, _("%(name)s is removed.") % {"name": channel.name})
    return redirect("health:alert_channels")


def _channel(public_id: UUID) -> AlertChannel:
    return get_object_or_404(AlertChannel, public_id=public_id)


def _show_secret(request: AuthenticatedRequest, channel: AlertChannel) -> HttpResponse:
    context = {"channel": channel, "tabs": settings_tabs(request)}
    return render(request, "health/alert_channel_secret.html", context)
