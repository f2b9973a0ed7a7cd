"""Alert rules over the API, the ledger, and one account's rules right now."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from core.api import ChangedMeanwhile, check_if_match
from core.paging import Order
from core.problems import django_errors
from health.filters import LedgerFilter
from health.models import AlertLedgerEntry, AlertRule
from health.queries.alert_ledger import explain_rules, ledger_entries
from health.serializers.alerts import (
    AlertRuleShape,
    AlertRuleWrite,
    LedgerShape,
    RuleReadings,
)
from health.services.alerts import StaleRule, update_rule
from organisation.api_views import Resource
from organisation.permissions import Permission

_KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="Its key.")


class AlertRuleResource(Resource):
    """When people are told about accounts."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.EDIT_SCORECARDS
    queryset = AlertRule.objects.none()
    shape = AlertRuleShape
    has_version = True
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[AlertRule]:
        return AlertRule.objects.prefetch_related("segments", "channels")

    def get_object(self) -> AlertRule:
        return get_object_or_404(self.get_queryset(), key=self.kwargs["key"])

    @extend_schema(summary="List alert rules")
    def list(self, request: Request) -> Response:
        """Every rule, those that are off too."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One alert rule", parameters=[_KEY])
    def retrieve(self, request: Request, key: str) -> Response:
        """One rule with what it is set to."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Change an alert rule",
        parameters=[_KEY],
        request=AlertRuleWrite,
        responses=AlertRuleShape,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        """Change what is named; the next evaluation follows it.

        The leave value lies on the good side of the enter value, or on it.
        """
        rule = self.get_object()
        version = check_if_match(request, rule.version)
        values = self.checked(AlertRuleWrite, partial=True)
        try:
            update_rule(rule, by=self.person, expected_version=version, **values)
        except StaleRule as error:
            raise ChangedMeanwhile(error.current.version) from error
        except DjangoValidationError as error:
            raise ValidationError(django_errors(error)) from error
        return self.answered(self.get_object())


class LedgerResource(Resource):
    """Evaluations in which a rule held and yet opened nothing; kept for 90 days."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    queryset = AlertLedgerEntry.objects.none()
    shape = LedgerShape
    filterset_class = LedgerFilter
    orders = {"day": Order("day", "day", is_descending=True, is_nullable=False)}

    def get_queryset(self) -> QuerySet[AlertLedgerEntry]:
        found = ledger_entries(self.person).select_related("account", "rule")
        return found.defer("account__search", "account__custom")

    @extend_schema(summary="Why alerts were not opened")
    def list(self, request: Request) -> Response:
        """One line per account, rule, day and reason."""
        return self.listed(self.get_queryset())


class AccountRuleResource(Resource):
    """The alert rules about one account."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    queryset = Account.objects.none()
    shape = RuleReadings

    @extend_schema(
        operation_id="accounts_alert_rules_retrieve",
        summary="Every alert rule about an account",
        responses=RuleReadings,
        filters=False,
    )
    def current(self, request: Request, public_id: Any) -> Response:
        """Each rule's value now, its threshold, and why it did or did not open."""
        accounts = Account.objects.live().visible_to(self.person).defer("search")
        account = get_object_or_404(accounts, public_id=public_id)
        answer = {"account": account.public_id, "rules": explain_rules(account)}
        return Response(RuleReadings(answer).data)
