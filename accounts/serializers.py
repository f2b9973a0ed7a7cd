"""Shapes of accounts, contacts and the settings around them in the API.

Reading and writing have shapes of their own: what is not named in a writing shape
cannot be set, whatever a body holds.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import (
    Account,
    AccountExternalId,
    Contact,
    ContactRole,
    CustomField,
    Plan,
    Segment,
)
from accounts.services.merge import CHOOSABLE
from core.api import ChosenFields, Reference
from organisation.models import Team, User
from organisation.permissions import Permission
from organisation.serializers import PersonShape, TeamShape

MAX_COUNT = 2_147_483_647
#: Money that only some people may see; null to everybody else.
REVENUE_FIELDS = (
    "mrr_amount",
    "arr_amount",
    "arr_currency",
    "licensed_seats",
    "renewal_on",
    "has_subscription",
)


def amount(**kwargs: Any) -> serializers.FloatField:
    """A stored decimal as a JSON number, null where it is unknown or not shown."""
    return serializers.FloatField(read_only=True, allow_null=True, **kwargs)


class ExternalIdShape(serializers.ModelSerializer):
    """The name of an account in another system."""

    class Meta:
        model = AccountExternalId
        fields = ("source", "external_id")
        validators: list[Any] = []


class PlanShape(ChosenFields):
    """A plan."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Plan
        fields = ("id", "name", "created_at", "updated_at")
        read_only_fields = fields


class CustomFieldShape(ChosenFields):
    """A typed extra value of accounts, contacts or tickets."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = CustomField
        fields = ("id", "target", "key", "label", "kind", "choices")
        read_only_fields = fields


class SegmentShape(ChosenFields):
    """A segment with its rules."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    rules = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Segment
        fields = (
            "id",
            "name",
            "slug",
            "priority",
            "rules",
            "coverage_model",
            "touch_cadence_days",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class SegmentWrite(serializers.Serializer):
    """What may be set on a segment."""

    name = serializers.CharField(max_length=120)
    rules = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=20
    )
    coverage_model = serializers.ChoiceField(Segment.Coverage.choices, required=False)
    touch_cadence_days = serializers.IntegerField(
        min_value=1, max_value=3650, required=False
    )


class SegmentMove(serializers.Serializer):
    """Which way a segment goes."""

    direction = serializers.ChoiceField(["up", "down"])


class AccountShape(ChosenFields):
    """An account. Amounts are null to those who may not see revenue."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    external_ids = ExternalIdShape(many=True, read_only=True)
    segment = Reference(SegmentShape, allow_null=True)
    plan = Reference(PlanShape, allow_null=True)
    owner = Reference(PersonShape, allow_null=True)
    team = Reference(TeamShape, allow_null=True)
    parent = serializers.UUIDField(
        source="parent.public_id", read_only=True, allow_null=True, default=None
    )
    merged_into = serializers.UUIDField(
        source="merged_into.public_id", read_only=True, allow_null=True, default=None
    )
    custom = serializers.DictField(read_only=True)
    mrr_amount = amount()
    arr_amount = amount()
    arr_currency = serializers.CharField(read_only=True, allow_null=True)
    has_subscription = serializers.BooleanField(read_only=True, allow_null=True)
    health_score = amount()
    health_coverage = amount()
    health_change_30d = amount()
    health_computed_score = amount()

    class Meta:
        model = Account
        fields = (
            "id", "name", "domain", "external_ids", "segment", "plan", "seats",
            "owner", "team", "parent", "timezone", "industry", "country", "employees",
            "stage", "stage_since", "tags", "custom", "first_seen_on",
            *REVENUE_FIELDS, "is_churned", "last_touch_at", "last_active_on",
            "health_score", "health_band", "health_coverage", "health_change_30d",
            "health_reason", "health_day", "is_health_by_hand",
            "health_computed_score", "archived_at", "merged_into", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Account) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not self.context["view"].person.has_perm_code(Permission.VIEW_REVENUE):
            hidden = {name: None for name in REVENUE_FIELDS if name in shown}
            return {**shown, **hidden}
        return shown


class RowChoice(serializers.SlugRelatedField):
    """Another row by its public id."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_null", True)
        kwargs.setdefault("required", False)
        super().__init__(slug_field="public_id", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class VisibleAccount(RowChoice):
    """An account the caller may see; every other one does not exist."""

    def get_queryset(self) -> Any:
        view = self.context.get("view")
        if view is None:
            return Account.objects.none()
        return Account.objects.live().visible_to(view.person)


@extend_schema_field(OpenApiTypes.OBJECT)
class CustomValues(serializers.DictField):
    """Custom values by the key of their field; null removes one."""


class AccountWrite(serializers.Serializer):
    """What may be set on an account."""

    name = serializers.CharField(max_length=200)
    domain = serializers.CharField(max_length=253, allow_blank=True, required=False)
    plan = RowChoice(queryset=Plan.objects.all())
    owner = RowChoice(queryset=User.objects.people())
    team = RowChoice(queryset=Team.objects.all())
    parent = VisibleAccount(queryset=Account.objects.none())
    seats = serializers.IntegerField(
        min_value=0, max_value=MAX_COUNT, allow_null=True, required=False
    )
    timezone = serializers.CharField(max_length=60, allow_blank=True, required=False)
    industry = serializers.CharField(max_length=120, allow_blank=True, required=False)
    country = serializers.CharField(max_length=60, allow_blank=True, required=False)
    employees = serializers.IntegerField(
        min_value=0, max_value=MAX_COUNT, allow_null=True, required=False
    )
    stage = serializers.ChoiceField(Account.Stage.choices, required=False)
    stage_since = serializers.DateField(allow_null=True, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, required=False
    )
    custom = CustomValues(required=False)
    first_seen_on = serializers.DateField(required=False)


class AccountCreate(AccountWrite):
    """A new account, with its names in other systems."""

    external_ids = ExternalIdShape(many=True, required=False)

    def validate_external_ids(self, rows: list[dict[str, str]]) -> list[Any]:
        return [(row["source"], row["external_id"]) for row in rows]


class AccountMerge(serializers.Serializer):
    """The account that becomes part of this one, and which of its values win."""

    duplicate = VisibleAccount(
        queryset=Account.objects.none(), required=True, allow_null=False
    )
    take = serializers.ListField(
        child=serializers.ChoiceField(CHOOSABLE), required=False, default=list
    )


class BulkItem(AccountWrite):
    """One account of a bulk request: changed where it is known, else created."""

    id = serializers.UUIDField(required=False)
    source = serializers.CharField(max_length=60, required=False)
    external_id = serializers.CharField(max_length=200, required=False)
    name = serializers.CharField(max_length=200, required=False)


class BulkRequest(serializers.Serializer):
    """Up to 1,000 accounts; each is checked and answered on its own."""

    items = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=1000
    )


class BulkResult(serializers.Serializer):
    """What became of one item."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField([200, 201, 400, 404, 409])
    id = serializers.UUIDField(allow_null=True)
    errors = serializers.ListField(child=serializers.DictField())


class BulkAnswer(serializers.Serializer):
    """What became of each item, in the order they were sent."""

    results = BulkResult(many=True)


class ContactShape(ChosenFields):
    """A person at an account."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(source="account.public_id", read_only=True)
    email = serializers.CharField(read_only=True)
    sentiment = serializers.ChoiceField(
        Contact.Sentiment.choices, allow_blank=True, read_only=True
    )
    roles = serializers.SerializerMethodField()
    custom = serializers.DictField(read_only=True)

    class Meta:
        model = Contact
        fields = (
            "id", "account", "name", "email", "title", "phone", "sentiment", "roles",
            "is_opted_out_email", "is_opted_out_surveys", "left_on", "custom",
            "source", "external_id", "archived_at", "version", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(ContactRole.Role.choices))
    )
    def get_roles(self, contact: Contact) -> list[str]:
        """The roles held today."""
        return sorted(row.role for row in contact.roles.all() if row.valid_to is None)


class ContactWrite(serializers.Serializer):
    """What may be set on a contact."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    title = serializers.CharField(max_length=120, allow_blank=True, required=False)
    phone = serializers.CharField(max_length=60, allow_blank=True, required=False)
    sentiment = serializers.ChoiceField(
        Contact.Sentiment.choices, allow_blank=True, required=False
    )
    roles = serializers.ListField(
        child=serializers.ChoiceField(ContactRole.Role.choices), required=False
    )
    is_opted_out_email = serializers.BooleanField(required=False)
    is_opted_out_surveys = serializers.BooleanField(required=False)
    left_on = serializers.DateField(allow_null=True, required=False)
    custom = CustomValues(required=False)


class ContactCreate(ContactWrite):
    """A new contact, with the account it belongs to and its name elsewhere."""

    account = VisibleAccount(
        queryset=Account.objects.none(), required=True, allow_null=False
    )
    source = serializers.CharField(max_length=60, allow_blank=True, required=False)
    external_id = serializers.CharField(
        max_length=200, allow_blank=True, required=False
    )


class ContactMerge(serializers.Serializer):
    """The entry that is the same person."""

    duplicate = serializers.UUIDField()


class GoneContact(serializers.Serializer):
    """A contact that became part of another one."""

    id = serializers.UUIDField()
    replaced_by = serializers.UUIDField(allow_null=True)
    gone_at = serializers.DateTimeField()


class GoneContacts(serializers.Serializer):
    """Contacts that became part of others, oldest first."""

    results = GoneContact(many=True)
