"""Channels, deliveries and one's own alert mail over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ChangedMeanwhile, check_if_match
from core.paging import Order
from health.delivery_filters import DeliveryFilter
from health.models import Alert, AlertChannel, AlertDelivery
from health.serializers.deliveries import (
    ChannelShape,
    ChannelTest,
    ChannelWrite,
    DeliveryShape,
    PreferenceShape,
    PreferenceWrite,
)
from health.services.alert_preferences import (
    StalePreference,
    next_digest_of,
    preference_of,
    set_preference,
)
from health.services.channels import (
    StaleChannel,
    TooManyTests,
    create_channel,
    remove_channel,
    try_channel,
    update_channel,
)
from organisation.api_views import Resource
from organisation.permissions import Permission


class ChannelResource(Resource):
    """Chats and programs to which alerts are posted."""

    scope_area = "health"
    read_permission = Permission.EDIT_SCORECARDS
    write_permission = Permission.EDIT_SCORECARDS
    shape = ChannelShape
    has_version = True

    def get_queryset(self) -> QuerySet[AlertChannel]:
        return AlertChannel.objects.all()

    @extend_schema(summary="List alert channels")
    def list(self, request: Request) -> Response:
        """All channels."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One alert channel")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One channel."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create an alert channel",
        request=ChannelWrite,
        responses={201: ChannelShape},
    )
    def create(self, request: Request) -> Response:
        """A new channel; rules name the channels they post to."""
        channel = create_channel(by=self.person, **self.checked(ChannelWrite))
        channel.refresh_from_db()
        return self.answered(channel, status=201)

    @extend_schema(
        summary="Change an alert channel", request=ChannelWrite, responses=ChannelShape
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named."""
        channel = self.get_object()
        expected = check_if_match(request, channel.version)
        values = self.checked(ChannelWrite, partial=True)
        try:
            update_channel(channel, by=self.person, expected_version=expected, **values)
        except StaleChannel as error:
            raise ChangedMeanwhile(error.current.version) from error
        return self.answered(self.get_object())

    @extend_schema(summary="Remove an alert channel", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Remove a channel with the record of its posts."""
        remove_channel(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(
        summary="Try out an alert channel", request=None, responses=ChannelTest
    )
    def test(self, request: Request, public_id: Any) -> Response:
        """Post a greeting now and say how it went."""
        try:
            setback = try_channel(self.get_object(), by=self.person)
        except TooManyTests as error:
            raise Throttled(wait=60) from error
        error_text = setback.error if setback else ""
        return Response({"is_taken": setback is None, "error": error_text})


class DeliveryResource(Resource):
    """Who was told of which alert, and how it went."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    queryset = AlertDelivery.objects.none()
    shape = DeliveryShape
    filterset_class = DeliveryFilter
    expandable = ("person", "channel")
    orders = {"due": Order("due", "due_at", is_nullable=False)}

    def get_queryset(self) -> QuerySet[AlertDelivery]:
        alerts = Alert.objects.visible_to(self.person)
        return (
            AlertDelivery.objects.filter(alert__in=alerts)
            .select_related("alert__account", "person", "channel")
            .defer("alert__account__search", "alert__account__custom")
        )

    @extend_schema(summary="List deliveries of alerts")
    def list(self, request: Request) -> Response:
        """Mails and posts about the alerts the caller may see."""
        return self.listed(self.get_queryset())


class PreferenceResource(Resource):
    """How the caller hears of alerts."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.VIEW_HEALTH
    shape = PreferenceShape
    has_version = True

    def get_serializer_context(self) -> dict[str, Any]:
        now = timezone.now()
        context = super().get_serializer_context()
        return {**context, "next_digest": lambda row: next_digest_of(row, now)}

    @extend_schema(summary="One's own alert mail")
    def retrieve(self, request: Request) -> Response:
        """At once, once a day or never, and the quiet hours."""
        return self.answered(preference_of(self.person))

    @extend_schema(
        summary="Change one's own alert mail",
        request=PreferenceWrite,
        responses=PreferenceShape,
    )
    def partial_update(self, request: Request) -> Response:
        """Change what is named; mails that wait follow at once."""
        values = self.checked(PreferenceWrite, partial=True)
        known = preference_of(self.person)
        expected = check_if_match(request, known.version)
        names = ("pace", "digest_hour", "quiet_from", "quiet_until")
        kept = {name: values.get(name, getattr(known, name)) for name in names}
        try:
            set_preference(
                self.person, by=self.person, expected_version=expected, **kept
            )
        except StalePreference as error:
            raise ChangedMeanwhile(error.current.version) from error
        return self.answered(preference_of(self.person))
