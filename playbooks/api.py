"""API of tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ChangedMeanwhile, check_if_match
from core.paging import Order
from organisation.api_views import Resource
from organisation.permissions import Permission
from playbooks.filters import TaskFilter
from playbooks.models import Task
from playbooks.serializers import TaskCreate, TaskShape, TaskWrite
from playbooks.services import (
    StaleTask,
    complete_task,
    create_task,
    remove_task,
    reopen_task,
    restore_task,
    update_task,
)


class TaskResource(Resource):
    """One's own tasks, and those of the accounts the caller may see."""

    scope_area = "playbooks"
    read_permission = Permission.VIEW_TASKS
    write_permission = Permission.EDIT_TASKS
    queryset = Task.objects.none()
    shape = TaskShape
    filterset_class = TaskFilter
    expandable = ("owner", "created_by", "done_by")
    has_version = True
    orders = {
        "due": Order("due", "due_on"),
        "updated": Order("updated", "updated_at", is_nullable=False),
    }

    def get_queryset(self) -> QuerySet[Task]:
        found = Task.objects.reachable_by(self.person).with_people()
        return found if self.action == "restore" else found.present()

    @extend_schema(summary="List tasks")
    def list(self, request: Request) -> Response:
        """Open tasks, or done ones on demand."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One task")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One task, open or done."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create a task", request=TaskCreate, responses={201: TaskShape}
    )
    def create(self, request: Request) -> Response:
        """Whoever is to do it is told, unless that is the caller."""
        task = create_task(by=self.person, **self.checked(TaskCreate))
        response = self.answered(self.get_queryset().get(pk=task.pk), status=201)
        response["Location"] = reverse("api_task", args=[task.public_id])
        return response

    @extend_schema(summary="Change a task", request=TaskWrite, responses=TaskShape)
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named and leave the rest."""
        task = self.get_object()
        version = check_if_match(request, task.version)
        values = self.checked(TaskWrite, partial=True)
        try:
            update_task(task, by=self.person, expected_version=version, **values)
        except StaleTask as stale:
            raise ChangedMeanwhile(stale.current.version) from stale
        return self.answered(self.get_object())

    @extend_schema(summary="Remove a task", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Out of every list; it can be brought back."""
        remove_task(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(summary="Finish a task", request=None, responses=TaskShape)
    def done(self, request: Request, public_id: Any) -> Response:
        """Say that it is done; a second time changes nothing."""
        return self._after(complete_task)

    @extend_schema(summary="Open a task again", request=None, responses=TaskShape)
    def reopen(self, request: Request, public_id: Any) -> Response:
        """It is to be done after all."""
        return self._after(reopen_task)

    @extend_schema(summary="Bring a task back", request=None, responses=TaskShape)
    def restore(self, request: Request, public_id: Any) -> Response:
        """Undo the removal."""
        return self._after(restore_task)

    def _after(self, act: Callable[..., Task]) -> Response:
        act(self.get_object(), by=self.person)
        return self.answered(self.get_object())
