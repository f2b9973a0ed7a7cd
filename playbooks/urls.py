"""Addresses of this room's pages."""

from django.urls import path

from playbooks.views import task_lists, tasks

app_name = "playbooks"
urlpatterns = [
    path("tasks/", task_lists.tasks, name="tasks"),
    path("tasks/new/", tasks.task_create, name="task_create"),
    path("tasks/bulk/", tasks.tasks_bulk, name="tasks_bulk"),
    path("tasks/undo/<str:token>/", tasks.tasks_undo, name="tasks_undo"),
    path("tasks/<uuid:public_id>/", tasks.task, name="task"),
    path("tasks/<uuid:public_id>/done/", tasks.task_done, name="task_done"),
    path("tasks/<uuid:public_id>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("tasks/<uuid:public_id>/remove/", tasks.task_remove, name="task_remove"),
    path("tasks/<uuid:public_id>/restore/", tasks.task_restore, name="task_restore"),
    path(
        "accounts/<uuid:public_id>/tasks/",
        task_lists.account_tasks,
        name="account_tasks",
    ),
    path(
        "accounts/<uuid:public_id>/tasks/new/",
        tasks.account_task_create,
        name="account_task_create",
    ),
]
