"""API addresses of this room."""

from django.urls import path

from playbooks.api import TaskResource

urlpatterns = [
    path(
        "tasks/",
        TaskResource.as_view({"get": "list", "post": "create"}),
        name="api_tasks",
    ),
    path(
        "tasks/<uuid:public_id>/",
        TaskResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_task",
    ),
    path(
        "tasks/<uuid:public_id>/done/",
        TaskResource.as_view({"post": "done"}),
        name="api_task_done",
    ),
    path(
        "tasks/<uuid:public_id>/reopen/",
        TaskResource.as_view({"post": "reopen"}),
        name="api_task_reopen",
    ),
    path(
        "tasks/<uuid:public_id>/restore/",
        TaskResource.as_view({"post": "restore"}),
        name="api_task_restore",
    ),
]
