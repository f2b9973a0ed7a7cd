"""Channels with what they are for, and the newest tellings of one."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from health.models import AlertChannel, AlertDelivery, AlertRule, DeliveryStatus

_NEWEST = 20


def channels_with_use() -> QuerySet[AlertChannel]:
    """Every channel with what it is for, and how much waits (``waiting``).

    ``rules`` and ``on_call_duties`` are loaded.
    """
    of_name = AlertRule.objects.order_by("name").only("key", "name", "is_on")
    waiting = Count(
        "deliveries", filter=Q(deliveries__status=DeliveryStatus.WAITING), distinct=True
    )
    return AlertChannel.objects.annotate(waiting=waiting).prefetch_related(
        Prefetch("rules", of_name), "on_call_duties"
    )


def newest_deliveries(channel: AlertChannel) -> QuerySet[AlertDelivery]:
    """The last posts to a channel, the newest first."""
    return (
        AlertDelivery.objects.filter(channel=channel)
        .select_related("alert__account", "alert__rule")
        .defer("alert__account__search", "alert__account__custom")
        .order_by("-created_at", "-pk")[:_NEWEST]
    )
