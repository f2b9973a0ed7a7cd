"""Filters of tasks in the API; where the page has the same filter it has its name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet

from core.api import ParameterRefused
from playbooks.models import Task, TaskOrigin


class TaskFilter(django_filters.FilterSet):
    """Which tasks a list shows; open ones if nothing is said."""

    state = django_filters.ChoiceFilter(
        method="in_state",
        choices=[("open", "Open"), ("done", "Done"), ("all", "All")],
        label="`open` if not given.",
    )
    owner = django_filters.CharFilter(
        method="owned_by", max_length=40, label="Id of a person, `me` or `none`."
    )
    account = django_filters.UUIDFilter(field_name="account__public_id")
    origin = django_filters.ChoiceFilter(choices=TaskOrigin.choices)
    due_from = django_filters.DateFilter(
        field_name="due_on", lookup_expr="gte", label="Due on or after this day."
    )
    due_until = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label="Due on or before this day."
    )
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte"
    )

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Task]) -> QuerySet[Task]:
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            return found.filter(done_at__isnull=True)
        return found

    def in_state(self, tasks: QuerySet[Task], name: str, state: str) -> Any:
        if state == "all":
            return tasks
        return tasks.filter(done_at__isnull=state == "open")

    def owned_by(self, tasks: QuerySet[Task], name: str, owner: str) -> Any:
        if owner == "none":
            return tasks.filter(owner__isnull=True)
        if owner == "me":
            return tasks.filter(Q(owner=self.request.user))
        try:
            return tasks.filter(owner__public_id=UUID(owner))
        except ValueError as error:
            words = "Give the id of a person, `me` or `none`."
            raise ParameterRefused("owner", words) from error
