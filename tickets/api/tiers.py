"""API of SLA tiers."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from core.paging import Order
from organisation.api_views import Resource
from organisation.permissions import Permission
from tickets.models import SlaTier, SlaTierVersion
from tickets.services.rebuild import start_rebuild, tickets_to_rebuild
from tickets.services.tier_changes import (
    create_tier,
    delete_tier,
    make_default,
    publish_targets,
    unseen_accounts,
    update_tier,
)
from tickets.sla_serializers import (
    RebuildShape,
    RebuildSizeShape,
    TargetsWrite,
    TierCreate,
    TierShape,
    TierVersionShape,
    TierWrite,
)

_VERSIONS = SlaTierVersion.objects.select_related("calendar", "published_by")


class TierResource(Resource):
    """SLA tiers: what is promised to whom."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_SUPPORT
    action_permissions = {"awaiting": Permission.EDIT_SUPPORT}
    shape = TierShape
    queryset = SlaTier.objects.none()
    orders = {"priority": Order("priority", "priority", is_nullable=False)}

    def get_queryset(self) -> QuerySet[SlaTier]:
        seen = Account.objects.visible_to(self.person)
        return SlaTier.objects.prefetch_related(
            "segments",
            "plans",
            Prefetch("accounts", seen),
            Prefetch("versions", _VERSIONS),
        )

    @extend_schema(summary="List SLA tiers")
    def list(self, request: Request) -> Response:
        """All tiers with what they promise now."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One SLA tier")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One tier."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create an SLA tier", request=TierCreate, responses={201: TierShape}
    )
    def create(self, request: Request) -> Response:
        """A new tier; tickets opened from now on may have it."""
        tier = create_tier(by=self.person, **self.checked(TierCreate))
        return self.answered(self.get_queryset().get(pk=tier.pk), status=201)

    @extend_schema(summary="Change an SLA tier", request=TierWrite, responses=TierShape)
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change name, order and whom it is for; running clocks stay as they are."""
        tier, values = self.get_object(), self.checked(TierWrite, partial=True)
        if "accounts" in values:
            values["accounts"] += unseen_accounts(tier, self.person)
        update_tier(tier, by=self.person, **values)
        return self.answered(self.get_object())

    @extend_schema(summary="Delete an SLA tier", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Remove a tier that no clock ever ran by."""
        delete_tier(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(
        summary="Make an SLA tier the default", request=None, responses=TierShape
    )
    def default(self, request: Request, public_id: Any) -> Response:
        """The tier of every customer whom no other tier names."""
        make_default(self.get_object(), by=self.person)
        return self.answered(self.get_object())

    @extend_schema(summary="Publish targets", request=TargetsWrite, responses=TierShape)
    def publish(self, request: Request, public_id: Any) -> Response:
        """A new version of what is promised.

        Running clocks keep the version they began with unless open tickets are to be
        recomputed; a worker does that bit by bit.
        """
        tier = self.get_object()
        values = self.checked(TargetsWrite)
        is_rebuild = values.pop("recompute_open_tickets")
        publish_targets(tier, by=self.person, **values)
        if is_rebuild:
            start_rebuild(by=self.person, tier=tier)
        return self.answered(self.get_object())

    @extend_schema(
        summary="How many open tickets would follow a tier", responses=RebuildSizeShape
    )
    def awaiting(self, request: Request, public_id: Any) -> Response:
        """Those that have it, and those whose customer belongs to it now."""
        count = tickets_to_rebuild(tier=self.get_object()).count()
        return Response(RebuildSizeShape({"ticket_count": count}).data)

    @extend_schema(
        summary="Recompute open tickets", request=None, responses={202: RebuildShape}
    )
    def rebuild(self, request: Request, public_id: Any) -> Response:
        """Open tickets follow the newest targets and calendar, bit by bit."""
        row = start_rebuild(by=self.person, tier=self.get_object())
        return Response(RebuildShape(row).data, status=202)


class TierVersionResource(Resource):
    """What a tier promised, from when on; the newest version counts for new tickets."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_SUPPORT
    shape = TierVersionShape
    queryset = SlaTierVersion.objects.none()
    orders = {"number": Order("number", "number", is_nullable=False)}

    def get_queryset(self) -> QuerySet[SlaTierVersion]:
        tier = get_object_or_404(SlaTier, public_id=self.kwargs["public_id"])
        return _VERSIONS.filter(tier=tier).order_by()

    @extend_schema(summary="List the versions of an SLA tier")
    def list(self, request: Request, public_id: Any) -> Response:
        """Every version that was published, and by whom."""
        return self.listed(self.get_queryset())
