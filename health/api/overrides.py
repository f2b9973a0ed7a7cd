"""What people set by hand, over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from core.api import MAX_PAGE, Conflict
from core.paging import Order
from health.models import HealthOverride
from health.queries.override_report import (
    looked_back_on,
    override_totals,
    report_row,
)
from health.serializers.overrides import (
    OverrideReportShape,
    OverrideShape,
    SetOverride,
)
from health.services import OverrideHasEnded, lift_override, set_override
from organisation.api_views import Resource
from organisation.clock import today
from organisation.permissions import Permission

PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="Where the page begins, from `next`."),
    OpenApiParameter("before", str, description="Where it ends, from `previous`."),
    OpenApiParameter("limit", int, description=f"Rows on a page, at most {MAX_PAGE}."),
]


class OverrideFilter(django_filters.FilterSet):
    """Which overrides a list shows; those in force if nothing is said."""

    state = django_filters.ChoiceFilter(
        method="in_state",
        choices=[("in_force", "In force"), ("ended", "Ended"), ("all", "All")],
        label="`in_force` if not given.",
    )
    account = django_filters.UUIDFilter(field_name="account__public_id")

    class Meta:
        model = HealthOverride
        fields: tuple[str, ...] = ()

    def filter_queryset(
        self, queryset: QuerySet[HealthOverride]
    ) -> QuerySet[HealthOverride]:
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            return found.filter(ended_at__isnull=True)
        return found

    def in_state(
        self, overrides: QuerySet[HealthOverride], name: str, state: str
    ) -> QuerySet[HealthOverride]:
        if state == "all":
            return overrides
        return overrides.filter(ended_at__isnull=state == "in_force")


class OverrideResource(Resource):
    """Scores and bands set by hand, of the accounts the caller may see."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.OVERRIDE_HEALTH
    queryset = HealthOverride.objects.none()
    shape = OverrideShape
    filterset_class = OverrideFilter
    expandable = ("set_by", "ended_by")
    orders = {"ends": Order("ends", "ends_on", is_nullable=False)}
    action_parameters = {"report": ("cursor", "before", "limit")}

    def get_queryset(self) -> QuerySet[HealthOverride]:
        overrides = HealthOverride.objects.visible_to(self.person)
        return overrides.select_related("account", "set_by", "ended_by").defer(
            "account__search", "account__custom"
        )

    @extend_schema(summary="List what is set by hand")
    def list(self, request: Request) -> Response:
        """Overrides in force, or past ones on demand."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One override")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One override, in force or ended."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Set health by hand",
        request=SetOverride,
        responses={201: OverrideShape},
    )
    def create(self, request: Request) -> Response:
        """Shown within seconds; one that is in force is replaced."""
        values = self.checked(SetOverride)
        accounts = Account.objects.live().visible_to(self.person)
        account = accounts.filter(public_id=values.pop("account")).first()
        if account is None:
            raise ValidationError({"account": ["There is no such account."]})
        try:
            override = set_override(account, by=self.person, **values)
        except Refused as error:
            raise ValidationError(error.message_dict) from error
        return self.answered(self.get_queryset().get(pk=override.pk), status=201)

    @extend_schema(summary="Lift an override", request=None, responses=OverrideShape)
    def lift(self, request: Request, public_id: Any) -> Response:
        """The computed value is shown again within seconds."""
        try:
            lift_override(self.get_object(), by=self.person)
        except OverrideHasEnded as error:
            raise Conflict("This override has ended already.") from error
        return self.answered(self.get_object())

    @extend_schema(
        operation_id="health_overrides_report",
        summary="Were past overrides right?",
        responses=OverrideReportShape,
        filters=False,
        parameters=PAGE_PARAMETERS,
    )
    def report(self, request: Request) -> Response:
        """Totals over all that can be looked back on, and one page of them by id."""
        day = today()
        overrides = self.paginate_queryset(looked_back_on(self.person, today=day))
        rows = [report_row(override, day) for override in overrides or ()]
        page = self.get_paginated_response(None).data
        totals = override_totals(self.person, today=day)
        found = page | vars(totals) | {"rows": rows}
        return Response(OverrideReportShape(found).data)
