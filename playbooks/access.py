"""Which task an address means, for whoever asks."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from core.http import AuthenticatedRequest
from organisation.access import check_permission
from organisation.permissions import Permission
from playbooks.models import Task


def task_for(
    request: AuthenticatedRequest,
    public_id: UUID,
    permission: Permission = Permission.EDIT_TASKS,
    *,
    is_removed: bool = False,
) -> Task:
    """A task this person may see: invisible is 404, visible but forbidden 403."""
    found = Task.objects.reachable_by(request.user).with_people()
    if not is_removed:
        found = found.present()
    task = found.filter(public_id=public_id).first()
    if task is None:
        raise Http404
    check_permission(request.user, permission)
    return task
