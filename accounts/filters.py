"""Filters of the API's lists; where a page has the same filter it has the same name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from accounts.models import Account, Contact, ContactRole, Segment
from accounts.querysets import AccountQuerySet, prefix_query
from core.api import ParameterRefused


class AccountFilter(django_filters.FilterSet):
    """Which accounts a list shows; without ``updated_since`` only live ones."""

    q = django_filters.CharFilter(
        method="named_like", max_length=100, label="Words of name or domain."
    )
    band = django_filters.MultipleChoiceFilter(
        field_name="health_band", choices=Account.Band.choices, distinct=False
    )
    stage = django_filters.MultipleChoiceFilter(
        choices=Account.Stage.choices, distinct=False
    )
    segment = extend_schema_field(OpenApiTypes.STR)(
        django_filters.ModelMultipleChoiceFilter(
            field_name="segment__slug",
            queryset=Segment.objects.all(),
            to_field_name="slug",
            distinct=False,
            label="Slugs of segments.",
        )
    )
    owner = django_filters.CharFilter(
        method="owned_by", max_length=40, label="Id of a person, `me` or `none`."
    )
    tag = django_filters.CharFilter(
        method="tagged", max_length=300, label="Tags with commas; all must be there."
    )
    domain = django_filters.CharFilter(lookup_expr="iexact", max_length=253)
    score_min = django_filters.NumberFilter(
        field_name="health_score", lookup_expr="gte", min_value=0, max_value=100
    )
    score_max = django_filters.NumberFilter(
        field_name="health_score", lookup_expr="lte", min_value=0, max_value=100
    )
    archived = django_filters.ChoiceFilter(
        method="put_away",
        choices=[("with", "Shown too"), ("only", "Only these")],
        label="Archived accounts: `with` the others or `only` them.",
    )
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at",
        lookup_expr="gte",
        label="Changed at or after; archived and merged accounts included.",
    )

    class Meta:
        model = Account
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: AccountQuerySet) -> AccountQuerySet:
        chosen = self.form.cleaned_data
        found = super().filter_queryset(queryset)
        if not chosen.get("updated_since") and not chosen.get("archived"):
            return found.live()
        return found

    def named_like(self, accounts: AccountQuerySet, name: str, text: str) -> Any:
        return accounts.matching(text)

    def owned_by(self, accounts: AccountQuerySet, name: str, owner: str) -> Any:
        if owner == "none":
            return accounts.filter(owner__isnull=True)
        if owner == "me":
            return accounts.filter(owner=self.request.user)
        try:
            return accounts.filter(owner__public_id=UUID(owner))
        except ValueError as error:
            words = "Give the id of a person, “me” or “none”."
            raise ParameterRefused(name, words) from error

    def tagged(self, accounts: AccountQuerySet, name: str, text: str) -> Any:
        tags = [tag.strip() for tag in text.split(",") if tag.strip()]
        return accounts.filter(tags__contains=tags)

    def put_away(self, accounts: AccountQuerySet, name: str, choice: str) -> Any:
        if choice == "only":
            return accounts.archived()
        return accounts.filter(merged_into__isnull=True)


class ContactFilter(django_filters.FilterSet):
    """Which contacts a list shows; without ``updated_since`` only present ones."""

    q = django_filters.CharFilter(
        method="named_like", max_length=100, label="Words of name or e-mail address."
    )
    account = django_filters.UUIDFilter(field_name="account__public_id")
    email = django_filters.CharFilter(lookup_expr="iexact", max_length=254)
    role = django_filters.ChoiceFilter(
        method="holding", choices=ContactRole.Role.choices
    )
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at",
        lookup_expr="gte",
        label="Changed at or after; archived contacts included.",
    )

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("updated_since"):
            return found.filter(archived_at__isnull=True)
        return found

    def named_like(self, contacts: QuerySet[Contact], name: str, text: str) -> Any:
        query = prefix_query(text)
        return contacts.filter(search=query) if query else contacts

    def holding(self, contacts: QuerySet[Contact], name: str, role: str) -> Any:
        return contacts.filter(Q(roles__role=role, roles__valid_to__isnull=True))
