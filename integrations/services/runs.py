"""The life of an import run: uploaded, checked, applied.

A run is claimed by an UPDATE of its status, so that two presses of a button start it
once. Whoever works on it holds a lock that the database drops when the process dies;
a run that is at work but whose lock is free was interrupted, left nothing half done,
and is simply worked on again.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.files.base import File
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.custom import custom_fields
from integrations.mapping import DEFAULT_SOURCE, guess_columns, read_mapping
from integrations.models import ImportRun, SavedMapping
from integrations.reading import FileRefused, Table
from integrations.services.importing import import_file, kind_named, open_mapped
from organisation.models import User

logger = logging.getLogger(__name__)

AT_WORK = (ImportRun.Status.CHECKING, ImportRun.Status.APPLYING)
_CHECKABLE = (
    ImportRun.Status.UPLOADED,
    ImportRun.Status.PREVIEWED,
    ImportRun.Status.REFUSED,
    ImportRun.Status.FAILED,
)
_ATTEMPTS = 5
#: A run that was sent to a worker so recently may not have been picked up yet.
_PATIENCE = timedelta(seconds=20)
_PROGRESS_SECONDS = 3600


class AlreadyStarted(Exception):
    """Somebody pressed the button before: the run is on its way or done."""


@transaction.atomic
def upload_file(
    *, by: User, kind: str, source: str, file: File, mapping: dict[str, Any] | None
) -> ImportRun:
    """Keep an uploaded file and propose its mapping.

    The proposal is the given mapping, else the one last used for this kind and source,
    else a guess from the head. Raises :class:`FileRefused` when the file cannot be
    read at all.
    """
    kind_def = kind_named(kind)
    run = ImportRun.objects.create(
        kind=kind,
        source=source or DEFAULT_SOURCE,
        filename=Path(file.name or "file").name[:255],
        file=file,
        started_by=by,
    )
    try:
        proposed = mapping
        if proposed is None:
            saved = SavedMapping.objects.filter(kind=kind, source=run.source).first()
            proposed = saved.mapping if saved else {}
        proposed = {**proposed, "source": run.source}
        table, checked = open_mapped(
            Path(run.file.path), kind_def, proposed, name=run.filename
        )
    except FileRefused:
        run.file.delete(save=False)
        raise
    fields = [*kind_def.visible_fields, *custom_fields(kind_def)]
    run.mapping = {
        **checked.as_json(),
        "columns": _fitting(checked.columns, table)
        or guess_columns(fields, table.columns),
    }
    run.save()
    return run


def _fitting(columns: dict[str, str], table: Table) -> dict[str, str]:
    """The part of a remembered mapping that this file has columns for."""
    return {ours: theirs for ours, theirs in columns.items() if theirs in table.columns}


@transaction.atomic
def check_file(run: ImportRun, *, mapping: dict[str, Any], by: User) -> ImportRun:
    """Have the whole file checked with this mapping; nothing is stored by that.

    The mapping is remembered for the next file from this source. Raises
    :class:`FileRefused` for a mapping that makes no sense, and
    :class:`AlreadyStarted` when the run is being worked on or is done.
    """
    checked = read_mapping(mapping, kind_named(run.kind))
    claimed = ImportRun.objects.filter(pk=run.pk, status__in=_CHECKABLE).update(
        status=ImportRun.Status.CHECKING,
        mapping=checked.as_json(),
        source=checked.source,
        refusal="",
        result={},
        attempts=0,
        started_by=by,
        started_at=timezone.now(),
        finished_at=None,
    )
    if not claimed:
        raise AlreadyStarted
    remember_mapping(kind=run.kind, source=checked.source, mapping=checked.as_json())
    run.refresh_from_db()
    return run


def remember_mapping(*, kind: str, source: str, mapping: dict[str, Any]) -> None:
    """Propose this mapping for the next file of this kind from this source."""
    SavedMapping.objects.update_or_create(
        kind=kind, source=source, defaults={"mapping": mapping}
    )


def start_import(run: ImportRun, *, by: User) -> ImportRun:
    """Have a checked file applied. Raises :class:`AlreadyStarted` the second time."""
    claimed = ImportRun.objects.filter(
        pk=run.pk, status=ImportRun.Status.PREVIEWED
    ).update(
        status=ImportRun.Status.APPLYING,
        attempts=0,
        started_by=by,
        started_at=timezone.now(),
        finished_at=None,
    )
    if not claimed:
        raise AlreadyStarted
    run.refresh_from_db()
    return run


def work_on(run_id: int) -> None:
    """Check or apply a claimed run. Safe to call twice, at once, or after a crash."""
    if not _begin_attempt(run_id):
        return
    try:
        with transaction.atomic(), _worked_on(run_id) as is_ours:
            run = ImportRun.objects.filter(pk=run_id, status__in=AT_WORK).first()
            if run is None or not is_ours:
                return
            _work(run)
    except FileRefused as refusal:
        _finish(run_id, ImportRun.Status.REFUSED, refusal=str(refusal))
    except OperationalError:
        raise  # the database went away; the sweep comes back to this run
    except Exception:
        logger.exception("import_failed", extra={"run": run_id})
        _finish(
            run_id,
            ImportRun.Status.FAILED,
            refusal=_("Something went wrong on our side. Nothing was stored."),
        )


def _work(run: ImportRun) -> None:
    is_check = run.status == ImportRun.Status.CHECKING
    result = import_file(
        kind=run.kind,
        path=Path(run.file.path),
        mapping=run.mapping,
        by=run.started_by,
        is_dry_run=is_check,
        run=run,
        progress=lambda done, total: show_progress(run.pk, done, total),
    )
    if is_check:
        run.status = ImportRun.Status.PREVIEWED
        run.result = result.as_json()
        run.progress_rows = result.rows
        run.finished_at = timezone.now()
        run.save()


def _begin_attempt(run_id: int) -> bool:
    """Count the attempt before it can crash; after too many the run has failed."""
    with transaction.atomic(), _worked_on(run_id) as is_ours:
        run = (
            ImportRun.objects.select_for_update(skip_locked=True)
            .filter(pk=run_id, status__in=AT_WORK)
            .first()
        )
        if run is None or not is_ours:
            return False
        run.attempts += 1
        is_hopeless = run.attempts > _ATTEMPTS
        if is_hopeless:
            run.status = ImportRun.Status.FAILED
            run.refusal = _("The import was interrupted too often. Nothing was stored.")
            run.finished_at = timezone.now()
        run.save()
        return not is_hopeless


@contextlib.contextmanager
def _worked_on(run_id: int) -> Iterator[bool]:
    """Whether nobody else works on this run, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('import-run'), %s)", [run_id]
        )
        yield cursor.fetchone()[0]


def _finish(run_id: int, status: str, *, refusal: str) -> None:
    ImportRun.objects.filter(pk=run_id, status__in=AT_WORK).update(
        status=status, refusal=refusal, finished_at=timezone.now()
    )


def resume_stale_imports() -> list[int]:
    """Runs that are at work according to their status but not to the database."""
    waiting = ImportRun.objects.filter(
        status__in=AT_WORK, updated_at__lt=timezone.now() - _PATIENCE
    ).values_list("pk", flat=True)
    stale = []
    for run_id in waiting:
        with transaction.atomic(), _worked_on(run_id) as is_free:
            if is_free:
                stale.append(run_id)
    return stale


def show_progress(run_id: int, done: int, total: int) -> None:
    """Tell watchers how far a run is; its own transaction cannot be seen by them."""
    with contextlib.suppress(OSError):
        cache.set(_progress_key(run_id), (done, total), _PROGRESS_SECONDS)


def _progress_key(run_id: int) -> str:
    return f"import-progress:{run_id}"
