"""Importing a file: read, check, apply in one transaction, and say what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from core.staging import Stage
from events.services import Actor, record_event
from integrations.applying import Names, apply_file, apply_waiting
from integrations.custom import custom_fields
from integrations.fields import Job, Kind
from integrations.kinds import KINDS
from integrations.loading import load
from integrations.mapping import ColumnMapping, guess_columns, read_mapping
from integrations.models import ImportRun, QuarantinedRow
from integrations.outcome import (
    Result,
    count_outcomes,
    stored_name,
    write_outcomes,
    write_problems,
    write_rejected,
)
from integrations.plan import Plan, make_plan
from integrations.reading import FileRefused, Table, open_table
from organisation.models import Organisation

_LOCK = "imports"


def import_file(
    *,
    kind: str,
    path: Path,
    mapping: dict[str, Any] | None = None,
    date_format: str = "",
    by: Actor | None,
    is_dry_run: bool = False,
    run: ImportRun | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Import one file in one transaction and return what became of its rows.

    Without a mapping the columns are guessed from the head. ``date_format`` overrides
    the mapping's. A dry run does everything and keeps nothing. ``run`` is the record
    the page made; without one, a record is made when rows are applied. Raises
    :class:`FileRefused` when the file cannot be understood; nothing is stored then.
    """
    kind_def = kind_named(kind)
    table, checked = open_mapped(
        path, kind_def, mapping, date_format, run.filename if run else ""
    )
    organisation = Organisation.objects.get_or_create(pk=1)[0]
    plan = make_plan(
        kind_def,
        checked,
        table,
        zone=ZoneInfo(checked.timezone or organisation.timezone),
        custom_fields={item.name: item for item in custom_fields(kind_def)},
    )
    if progress is not None:
        progress(0, plan.rows)
    if run is None and not is_dry_run:
        run = ImportRun(
            kind=kind_def.key,
            filename=path.name[:255],
            started_by_id=getattr(by, "pk", None),
            started_at=timezone.now(),
        )
    with transaction.atomic():
        result = _apply(plan, table, organisation, by, run, path, progress)
        if is_dry_run:
            transaction.set_rollback(True)
        elif run is not None:
            _record(run, plan, result, by)
    return result


def release_waiting() -> int:
    """Let in rows whose parent came by another way than a file; returns how many."""
    if not QuarantinedRow.objects.exists():
        return 0
    organisation = Organisation.objects.get_or_create(pk=1)[0]
    today = timezone.now().astimezone(ZoneInfo(organisation.timezone)).date()
    with transaction.atomic():
        _begin()
        return apply_waiting(
            lambda group, waiting: Job(
                kind=group.kind,
                stage=waiting,
                source=group.source,
                today=today,
                organisation_zone=organisation.timezone,
                currency=organisation.currency,
                custom=group.custom,
            ),
            today=today,
        )


def kind_named(key: str) -> Kind:
    """The kind, or a refusal that lists those there are."""
    if key not in KINDS:
        raise FileRefused(f"“{key}” is not a kind of file. Known: {', '.join(KINDS)}.")
    return KINDS[key]


def open_mapped(
    path: Path,
    kind: Kind,
    mapping: dict[str, Any] | None,
    date_format: str = "",
    name: str = "",
) -> tuple[Table, ColumnMapping]:
    """The file and its checked mapping; guessed from the head where none is given."""
    checked = read_mapping(mapping if mapping is not None else {}, kind)
    if date_format:
        checked = read_mapping({**checked.as_json(), "date_format": date_format}, kind)
    table = open_table(
        path, encoding=checked.encoding, delimiter=checked.delimiter, name=name
    )
    if not checked.columns:
        fields = [*kind.visible_fields, *custom_fields(kind)]
        checked = replace(checked, columns=guess_columns(fields, table.columns))
    return table, checked


def _apply(
    plan: Plan,
    table: Table,
    organisation: Organisation,
    by: Actor | None,
    run: ImportRun | None,
    path: Path,
    progress: Callable[[int, int], None] | None,
) -> Result:
    _begin()
    job = _job(plan, organisation, by)
    stage = job.stage
    load(
        plan,
        table,
        stage,
        progress=None if progress is None else lambda done: progress(done, plan.rows),
    )
    result = Result(plan.kind.key, plan.mapping.source)
    result.released = apply_file(job, Names(plan.mapping.columns), run)
    count_outcomes(stage, result)
    _write_files(stage, table, result, run, path)
    stage.drop()
    return result


def _begin() -> None:
    with connection.cursor() as cursor:
        # One import at a time, so that two never race for the same new row.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])
        cursor.execute("SET LOCAL work_mem = '128MB'")


def _job(plan: Plan, organisation: Organisation, by: Actor | None) -> Job:
    zone = ZoneInfo(organisation.timezone)
    return Job(
        kind=plan.kind,
        stage=Stage(
            plan.stage_columns,
            mapped={step.column for step in plan.steps},
            source=plan.mapping.source,
        ),
        source=plan.mapping.source,
        today=timezone.now().astimezone(zone).date(),
        organisation_zone=organisation.timezone,
        currency=organisation.currency,
        by=by,
        create_missing=frozenset(plan.mapping.create_missing),
        order_columns=plan.order_columns,
        custom=plan.custom,
    )


def _write_files(
    stage: Stage, table: Table, result: Result, run: ImportRun | None, path: Path
) -> None:
    name = run.filename if run is not None else path.name
    if result.rejected:
        result.rejected_file = str(write_rejected(stage, table, name))
    if run is not None:
        run.rejected_file.name = _rejected_name(result)
        run.problems_file.name = stored_name(write_problems(stage, name))
        if run.file:
            run.outcomes_file.name = stored_name(write_outcomes(stage, name))


def _rejected_name(result: Result) -> str:
    return stored_name(Path(result.rejected_file)) if result.rejected_file else ""


def _record(run: ImportRun, plan: Plan, result: Result, by: Actor | None) -> None:
    """The run's record and its event belong to the same transaction as its rows."""
    run.source = plan.mapping.source
    run.mapping = plan.mapping.as_json()
    run.status = ImportRun.Status.APPLIED
    run.finished_at = timezone.now()
    run.progress_rows = result.rows
    run.result = result.as_json()
    run.save()
    record_event(
        "import_applied",
        by=by,
        subject=run,
        data={
            name: getattr(result, name)
            for name in ("kind", "source", "rows", "created", "updated", "rejected")
        },
    )
