"""Filters of the list of tickets in the API; pages name the same things the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q
from django.utils import timezone

from accounts.models import CustomField
from core.api import ParameterRefused
from tickets.custom_filters import choices_of, filter_fields, having, is_named_in
from tickets.models import Ticket, TicketQuerySet
from tickets.queries.queues import FURTHER_VIEWS, VIEWS
from tickets.queries.search import matching

_VIEWS = {view.key: view for view in (*VIEWS, *FURTHER_VIEWS)}


class _CustomFilter(django_filters.ChoiceFilter):
    """Tickets whose own field has one of its values."""

    def __init__(self, field: CustomField, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.custom_field = field

    def filter(self, tickets: TicketQuerySet, value: str) -> TicketQuerySet:
        return having(tickets, self.custom_field, value) if value else tickets


class TicketFilter(django_filters.FilterSet):
    """Which tickets a list shows; spam and merged ones only on demand."""

    q = django_filters.CharFilter(
        method="holding",
        max_length=100,
        label="Words of number, subject, people and messages.",
    )
    queue = django_filters.ChoiceFilter(
        method="in_view",
        choices=[(key, key) for key in _VIEWS],
        label="A queue everybody has, like `mine` or `late`.",
    )
    state = django_filters.ChoiceFilter(
        method="in_state", choices=[("open", "Open"), ("done", "Resolved or closed")]
    )
    status = django_filters.MultipleChoiceFilter(
        choices=Ticket.Status.choices, distinct=False
    )
    priority = django_filters.MultipleChoiceFilter(
        choices=Ticket.Priority.choices, distinct=False
    )
    level = django_filters.NumberFilter(min_value=1, max_value=4)
    category = django_filters.CharFilter(max_length=60)
    channel = django_filters.ChoiceFilter(choices=Ticket.Channel.choices)
    assignee = django_filters.CharFilter(
        method="held_by", max_length=40, label="Id of a person, `me` or `none`."
    )
    team = django_filters.CharFilter(
        method="of_team", max_length=40, label="Id of a team, or `none`."
    )
    account = django_filters.CharFilter(
        method="of_account", max_length=40, label="Id of an account, or `none`."
    )
    contact = django_filters.UUIDFilter(field_name="contact__public_id")
    tag = django_filters.CharFilter(
        method="tagged", max_length=300, label="Tags with commas; all must be there."
    )
    number = django_filters.CharFilter(lookup_expr="iexact", max_length=40)
    source = django_filters.CharFilter(max_length=60)
    external_id = django_filters.CharFilter(max_length=200)
    opened_since = django_filters.IsoDateTimeFilter(
        field_name="opened_at", lookup_expr="gte"
    )
    opened_before = django_filters.IsoDateTimeFilter(
        field_name="opened_at", lookup_expr="lt"
    )
    is_spam = django_filters.BooleanFilter(method="spam", label="Spam, or not.")
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at",
        lookup_expr="gte",
        label="Changed at or after; spam and merged tickets included.",
    )

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if not is_named_in(self.data):
            return
        for name, field in filter_fields().items():
            choices = choices_of(field)
            if field.kind == field.Kind.YES_NO:
                choices += [("true", "yes"), ("false", "no")]
            self.filters[name] = _CustomFilter(field, choices=choices)

    def filter_queryset(self, queryset: TicketQuerySet) -> TicketQuerySet:
        chosen = self.form.cleaned_data
        found = super().filter_queryset(queryset)
        is_asked = chosen.get("is_spam") is not None or chosen.get("queue")
        if chosen.get("updated_since") or is_asked or chosen.get("external_id"):
            return found
        return found.genuine()

    def holding(self, tickets: TicketQuerySet, name: str, text: str) -> Any:
        return matching(tickets, text)

    def in_view(self, tickets: TicketQuerySet, name: str, key: str) -> Any:
        return _VIEWS[key].where(tickets, self.request.user, timezone.now())

    def in_state(self, tickets: TicketQuerySet, name: str, state: str) -> Any:
        if state == "open":
            return tickets.open()
        return tickets.filter(status__in=["resolved", "closed"])

    def held_by(self, tickets: TicketQuerySet, name: str, who: str) -> Any:
        if who == "me":
            return tickets.filter(assignee=self.request.user)
        return self._named(tickets, name, who, ", “me”")

    def of_team(self, tickets: TicketQuerySet, name: str, who: str) -> Any:
        return self._named(tickets, name, who)

    def of_account(self, tickets: TicketQuerySet, name: str, who: str) -> Any:
        return self._named(tickets, name, who)

    def tagged(self, tickets: TicketQuerySet, name: str, text: str) -> Any:
        tags = [tag.strip().lower() for tag in text.split(",") if tag.strip()]
        return tickets.filter(tags__contains=tags)

    def spam(self, tickets: TicketQuerySet, name: str, is_spam: bool) -> Any:
        found = tickets.filter(merged_into__isnull=True)
        return found.filter(Q(spam_at__isnull=not is_spam))

    def _named(
        self, tickets: TicketQuerySet, name: str, who: str, more: str = ""
    ) -> Any:
        if who == "none":
            return tickets.filter(**{f"{name}__isnull": True})
        try:
            return tickets.filter(**{f"{name}__public_id": UUID(who)})
        except ValueError as error:
            raise ParameterRefused(name, f"Give an id{more} or “none”.") from error
