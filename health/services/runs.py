"""Recompute runs: claimed, resumable, safe to repeat and to kill at any moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import Account
from events.services import Actor
from health.models import HealthRun, HealthRunError
from health.queries.alert_rows import rules_in_use
from health.queries.scorecards import active_cards
from health.services.alerts import close_alerts_of_gone_accounts
from health.services.band_counts import write_band_counts
from health.services.failed_runs import ask_again
from health.services.shards import Day, read_facts, write_shard
from health.sources.reading import Ids, read_ids
from organisation.facts import organisation_timezone

# Facts are read for many accounts at once; snapshots commit in smaller shards.
FACTS_AT_ONCE = 100_000
# More broken accounts than both mean that something else is broken: the others are
# computed all the same, but the run has failed.
MOST_BROKEN, MOST_BROKEN_SHARE = 50, 0.05
# When so many broke and none worked, there is no use in going on.
HOPELESS = 1000
MOST_ATTEMPTS = 3
ALERT_DAYS = 1
RUN_LOCK = 0x4353_0002
# Aggregates of one scan fit into memory; compiling them costs more than it brings.
_SETTINGS = ("work_mem = '64MB'", "jit = off")


class DayNotOver(ValueError):
    """The day has not begun yet, or is to be restated before it is over."""


class NoScorecard(ValueError):
    """There is no published default scorecard."""


class RunIsBusy(RuntimeError):
    """Another process works on this run."""


def organisation_clock() -> tuple[str, datetime]:
    """The organisation's time zone and what its clock says now."""
    zone = organisation_timezone()
    return zone, timezone.now().astimezone(ZoneInfo(zone))


def recompute(
    *,
    day: date,
    trigger: str,
    by: Actor | None = None,
    account_ids: Iterable[int] | None = None,
    restate: bool = False,
    is_shown: bool = True,
    has_alerts: bool | None = None,
    shard_size: int | None = None,
) -> HealthRun:
    """Compute health as of a day for all accounts, or for some, and store it.

    A day that is over gets closed snapshots, which are never overwritten: computing
    it again fills gaps only, and ``restate`` writes a restated row beside what was
    known then. Today's snapshots are provisional and replaced. Accounts show the day
    unless they show a later one already, or ``is_shown`` is off because a later day
    follows at once. Alerts are evaluated for yesterday and today unless
    ``has_alerts`` says otherwise.
    """
    run = start_run(
        day=day,
        trigger=trigger,
        by=by,
        account_ids=account_ids,
        restate=restate,
        is_shown=is_shown,
    )
    return continue_run(run, has_alerts=has_alerts, shard_size=shard_size)


def start_run(
    *,
    day: date,
    trigger: str,
    by: Actor | None = None,
    account_ids: Iterable[int] | None = None,
    restate: bool = False,
    is_shown: bool = True,
) -> HealthRun:
    """Write down that a run is to happen; whoever holds its lock does it."""
    _, now = organisation_clock()
    if day > now.date():
        raise DayNotOver(f"{day} has not begun yet.")
    if restate and day == now.date():
        raise DayNotOver(f"{day} is not over yet, so there is nothing to restate.")
    return HealthRun.objects.create(
        day=day,
        trigger=trigger,
        started_at=now,
        started_by_id=getattr(by, "pk", None),
        is_restatement=restate,
        is_shown=is_shown and not restate,
        account_ids=None if account_ids is None else sorted(set(account_ids)),
    )


def continue_run(
    run: HealthRun,
    *,
    has_alerts: bool | None = None,
    shard_size: int | None = None,
) -> HealthRun:
    """Do the work of a run, from its beginning; what is already there is kept."""
    with _held(run):
        run.refresh_from_db()
        if run.status != HealthRun.Status.RUNNING:
            return run
        _begin_anew(run)
        try:
            day = _day_of(run, has_alerts=has_alerts)
            _compute(day, shard_size or settings.HEALTH_SHARD_SIZE)
        except (OperationalError, InterfaceError):
            # The database is gone, and with it the way to write this down; the
            # sweep finds the run and continues it.
            raise
        except Exception as error:
            _finish(run, HealthRun.Status.FAILED, detail=_sentence(error))
            raise
        _finish_counted(run)
    run.refresh_from_db()
    return run


def _begin_anew(run: HealthRun) -> None:
    """Forget what an attempt before this one counted, save what it left behind.

    Closed snapshots of that attempt stay and are not written again; provisional and
    restated ones are.
    """
    zone, _ = organisation_clock()
    started_on = run.started_at.astimezone(ZoneInfo(zone)).date()
    counts = {"accounts": 0, "errors": 0}
    if run.is_restatement or run.day >= started_on:
        counts["changed"] = 0
    HealthRun.objects.filter(pk=run.pk).update(**counts)
    HealthRunError.objects.filter(run=run).delete()


def _finish_counted(run: HealthRun) -> None:
    """Finished; failed when so many accounts broke that it is not about them."""
    run.refresh_from_db()
    broken, total = run.errors, run.accounts + run.errors
    if broken > MOST_BROKEN and broken > MOST_BROKEN_SHARE * total:
        detail = f"{broken} of {total} accounts could not be scored."
        _finish(run, HealthRun.Status.FAILED, detail=detail)
    else:
        _finish(run, HealthRun.Status.FINISHED)


def resume_stale_runs() -> list[HealthRun]:
    """Continue runs whose process died: nobody holds their lock any more."""
    resumed = []
    for run in HealthRun.objects.filter(status=HealthRun.Status.RUNNING):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN_LOCK, run.pk])
            is_free = cursor.fetchone()[0]
            if not is_free:
                continue
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCK, run.pk])
        if run.attempts >= MOST_ATTEMPTS:
            detail = f"Stopped after {run.attempts} attempts that did not finish."
            _finish(run, HealthRun.Status.FAILED, detail=detail)
            continue
        HealthRun.objects.filter(pk=run.pk).update(attempts=run.attempts + 1)
        try:
            resumed.append(continue_run(run))
        except RunIsBusy:
            continue
    return resumed


@contextmanager
def _held(run: HealthRun) -> Iterator[None]:
    """Hold the run's lock on this connection; it falls with the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN_LOCK, run.pk])
        if not cursor.fetchone()[0]:
            raise RunIsBusy(f"Another process works on run {run.pk}.")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCK, run.pk])


def _day_of(run: HealthRun, *, has_alerts: bool | None) -> Day:
    """Everything the shards of this run have in common."""
    zone, now = organisation_clock()
    cards = active_cards()
    if not any(not card.segment_ids for card in cards):
        raise NoScorecard("Publish a default scorecard first.")
    is_recent = run.day >= now.date() - timedelta(days=ALERT_DAYS)
    return Day(
        run=run,
        day=run.day,
        zone=zone,
        cards=cards,
        is_provisional=run.day >= now.date() and not run.is_restatement,
        is_shown=run.is_shown,
        has_alerts=run.is_shown and (is_recent if has_alerts is None else has_alerts),
        is_everyone=False,
        now=now if is_recent else _end_of(run.day, zone),
        rules=rules_in_use(),
    )


def _compute(day: Day, shard_size: int) -> None:
    ids = _account_ids(day.run, day.zone)
    is_full = day.run.account_ids is None
    if is_full and len(ids) <= FACTS_AT_ONCE:
        day = replace(day, is_everyone=True)
    for start in range(0, len(ids), FACTS_AT_ONCE):
        _process(day, ids[start : start + FACTS_AT_ONCE], shard_size)
    if day.has_alerts and is_full:
        close_alerts_of_gone_accounts(now=day.now)
    if is_full and not day.is_restated:
        write_band_counts(day.day)


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def _account_ids(run: HealthRun, zone: str) -> Ids:
    """Accounts that were customers on the day and not archived by its end, ascending.

    A merged account counts with the one that stays.
    """
    some = ""
    if run.account_ids is not None:
        some = f"AND id = ANY('{{{','.join(map(str, run.account_ids))}}}'::bigint[])"
    return read_ids(
        "SELECT id FROM accounts_account WHERE (archived_at IS NULL "
        f"OR archived_at >= TIMESTAMPTZ '{_end_of(run.day, zone).isoformat()}') "
        f"AND merged_into_id IS NULL AND first_seen_on <= DATE '{run.day}' {some} "
        "ORDER BY id"
    )


def _process(day: Day, ids: Ids, shard_size: int) -> None:
    """Read, score and store; on a fault halve until the broken account stands alone."""
    done = 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(f"SET LOCAL {setting}")
            reading = read_facts(day, ids)
        # Accounts that were deleted meanwhile are not among these.
        ids = reading.ids
        for start in range(0, len(ids), shard_size):
            write_shard(day, reading, slice(start, min(start + shard_size, len(ids))))
            done = min(start + shard_size, len(ids))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever one account breaks
        rest = ids[done:]
        if len(rest) == 1:
            _note_broken(day.run, int(rest[0]), error)
            return
        day = replace(day, is_everyone=False)
        half = min((len(rest) + 1) // 2, max(shard_size // 2, 1))
        _process(day, rest[:half], shard_size)
        _process(day, rest[half:], shard_size)


def _note_broken(run: HealthRun, account_id: int, error: Exception) -> None:
    if not Account.objects.filter(pk=account_id).exists():
        return
    HealthRunError.objects.create(
        run=run, account_id=account_id, message=_sentence(error)
    )
    errors = HealthRunError.objects.filter(run=run).count()
    HealthRun.objects.filter(pk=run.pk).update(errors=errors)
    if errors >= HOPELESS and not HealthRun.objects.get(pk=run.pk).accounts:
        raise error


@transaction.atomic
def _finish(run: HealthRun, status: str, *, detail: str = "") -> None:
    """Write down how it ended; what a failed run was asked for is asked for again."""
    now = timezone.now()
    is_ended = HealthRun.objects.filter(
        pk=run.pk, status=HealthRun.Status.RUNNING
    ).update(status=status, finished_at=now, detail=detail)
    if is_ended and status == HealthRun.Status.FAILED:
        ask_again(run, now=now)


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:500]


__all__ = [
    "DayNotOver",
    "NoScorecard",
    "RunIsBusy",
    "continue_run",
    "organisation_clock",
    "recompute",
    "resume_stale_runs",
    "start_run",
]
