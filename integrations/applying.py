"""One staged file applied: repeats, parents, upsert, quarantine, releases, warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection

from accounts.segments import reassign_segments
from core.staging import Stage
from integrations import quarantine
from integrations.fields import Check, Job
from integrations.keys import settle_followers, settle_repeats
from integrations.models import ImportRun
from integrations.parents import settle_parents
from integrations.quarantine import Group
from revenue.services import refresh_commercials

WARNINGS = "import_warnings"
_TOUCHED = "import_accounts"
#: From so many accounts on it is quicker to refresh all of them.
_ALL_ACCOUNTS = 50_000


@dataclass(frozen=True)
class Names:
    """How the file itself calls our fields, for messages."""

    columns: Mapping[str, str]
    #: Released rows came with another file; their row numbers mean nothing here.
    are_rows_of_file: bool = True

    def of(self, name: str) -> str:
        return self.columns.get(name, name)


def apply_file(job: Job, names: Names, run: ImportRun | None) -> int:
    """Settle every row of the job's stage; returns how many waiting rows it freed."""
    _begin()
    stage = job.stage
    if job.kind.prepare is not None:
        job.kind.prepare(job)
    if not job.kind.folds:
        settle_repeats(stage, id_column=names.of("external_id"))
    _settle(job, names, run)
    released = _release(lambda group, waiting: _waiting_job(job, group, waiting), run)
    settle_followers(stage, are_folded=job.kind.folds)
    _refresh_accounts(job.today)
    return released


def apply_waiting(make_job: Callable[[Group, Stage], Job], *, today: date) -> int:
    """Let in the rows whose parents came by another way than a file."""
    _begin()
    released = _release(make_job, None)
    _refresh_accounts(today)
    return released


def _waiting_job(job: Job, group: Group, waiting: Stage) -> Job:
    return replace(
        job,
        kind=group.kind,
        stage=waiting,
        source=group.source,
        custom=group.custom,
        create_missing=frozenset(),
    )


def _release(make_job: Callable[[Group, Stage], Job], run: ImportRun | None) -> int:
    names = Names({}, are_rows_of_file=False)
    return quarantine.release_arrived(
        lambda group, waiting: _settle(make_job(group, waiting), names, run)
    )


def _begin() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {WARNINGS}, {_TOUCHED}")
        cursor.execute(
            f"CREATE TEMP TABLE {WARNINGS} (row_no int, problem_column text, "
            "problem_value text, reason text) ON COMMIT DROP"
        )
        cursor.execute(
            f"CREATE TEMP TABLE {_TOUCHED} (account_id bigint) ON COMMIT DROP"
        )


def _settle(job: Job, names: Names, run: ImportRun | None) -> None:
    """Parents, upsert and quarantine; the same for a file and for released rows."""
    settle_parents(job, dict(names.columns))
    job.kind.upsert(job)
    quarantine.hold(job, run)
    _warn(job, names)
    _remember_accounts(job)


def _warn(job: Job, names: Names) -> None:
    """List contradictions between facts that came in."""
    number = "s.row_no" if names.are_rows_of_file else "NULL"
    released = "" if names.are_rows_of_file else f" (A released row: {job.kind.key}.)"
    for check in (*job.kind.checks, *_unknown_people(job)):
        if not job.stage.has(*check.needs) and check.needs:
            continue
        job.stage.run(
            f"INSERT INTO {WARNINGS} SELECT {number}, %(column)s, {check.value}, "
            f"%(reason)s FROM {{s}} s {check.joins} WHERE s.outcome IN "
            f"('created', 'updated', 'unchanged') AND ({check.where})",
            {
                "column": names.of(check.column),
                "reason": check.reason + released,
                "zone": job.organisation_zone,
            },
        )


def _unknown_people(job: Job) -> list[Check]:
    return [
        Check(
            column=parent.named_by,
            reason=f"There is no {parent.what} of this name; the row came in without.",
            where=f"s.{parent.named_by} IS NOT NULL AND s.{parent.into} IS NULL",
            value=f"s.{parent.named_by}",
            needs=(parent.named_by,),
        )
        for parent in job.kind.parents
        if parent.what in ("user", "team")
    ]


def _remember_accounts(job: Job) -> None:
    """Accounts whose facts changed; a fact that moved touches the one it left, too."""
    column = "s.target_id" if job.kind.key == "accounts" else "s.account_id"
    job.stage.run(
        f"INSERT INTO {_TOUCHED} SELECT DISTINCT {column} FROM {{s}} s "
        f"WHERE s.outcome IN ('created', 'updated') AND {column} IS NOT NULL UNION "
        "SELECT (s.changes->'account_id'->>0)::bigint FROM {s} s "
        "WHERE s.outcome = 'updated' AND s.changes ? 'account_id'"
    )


def _refresh_accounts(today: date) -> None:
    """What follows from the new facts for the accounts they belong to."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT account_id FROM {_TOUCHED} WHERE account_id IS NOT NULL"
        )
        ids: list[int] | None = [row[0] for row in cursor.fetchall()]
    if not ids:
        return
    if len(ids) > _ALL_ACCOUNTS:
        ids = None
    refresh_commercials(on=today, account_ids=ids)
    reassign_segments(ids)
