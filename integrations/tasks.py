"""Background work of this room: thin doors to its services."""

from __future__ import annotations

from celery import shared_task

from integrations import services


@shared_task
def work_on_import(run_id: int) -> None:
    """Check or apply one file; a second delivery finds nothing left to do."""
    services.work_on(run_id)


@shared_task
def resume_stale_imports() -> None:
    """Continue imports whose worker died; let in rows whose parent is here by now."""
    for run_id in services.resume_stale_imports():
        work_on_import.delay(run_id)
    services.release_waiting()
