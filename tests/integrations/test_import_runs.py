"""A run is started once, survives its worker's death, and leaves nothing half done."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import psycopg2
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Account
from events.models import Event
from integrations.models import ImportRun, SavedMapping
from integrations.reading import FileRefused
from integrations.services import (
    AlreadyStarted,
    check_file,
    resume_stale_imports,
    start_import,
    upload_file,
    work_on,
)
from integrations.tasks import work_on_import
from tests.factories.integrations import (
    ImportRunFactory,
    QuarantinedRowFactory,
    SavedMappingFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

TEXT = "external_id,name,seats\nA1,Alpha,5\nA2,,6\n"


@pytest.fixture
def uploaded(db) -> ImportRun:
    OrganisationFactory()
    return upload_file(
        by=UserFactory(role="operations"),
        kind="accounts",
        source="crm",
        file=ContentFile(TEXT, name="accounts.csv"),
        mapping=None,
    )


@pytest.fixture
def checked(uploaded) -> ImportRun:
    check_file(uploaded, mapping=uploaded.mapping, by=uploaded.started_by)
    work_on(uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


def test_an_upload_proposes_a_mapping(uploaded):
    assert uploaded.status == "uploaded"
    assert uploaded.mapping["columns"]["name"] == "name"
    assert uploaded.mapping["source"] == "crm"


def test_a_check_says_what_would_happen_and_stores_nothing(checked):
    assert checked.status == "previewed"
    assert (checked.result["created"], checked.result["rejected"]) == (1, 1)
    assert not Account.objects.exists()
    assert checked.problems_file
    assert checked.outcomes_file
    assert checked.rejected_file


def test_the_mapping_is_remembered_for_the_source(checked):
    assert SavedMapping.objects.get(kind="accounts", source="crm").mapping == (
        checked.mapping
    )
    again = upload_file(
        by=checked.started_by,
        kind="accounts",
        source="crm",
        file=ContentFile("external_id,name\nA1,Alpha\n", name="next.csv"),
        mapping=None,
    )
    assert again.mapping["columns"] == {"external_id": "external_id", "name": "name"}


def test_start_applies_once_however_often_it_is_pressed(checked):
    start_import(checked, by=checked.started_by)
    with pytest.raises(AlreadyStarted):
        start_import(checked, by=checked.started_by)
    work_on_import(checked.pk)
    work_on_import(checked.pk)
    checked.refresh_from_db()
    assert checked.status == "applied"
    assert checked.finished_at is not None
    assert Account.objects.get().name == "Alpha"
    assert Event.objects.filter(kind="import_applied").count() == 1


def test_a_file_at_work_or_done_is_not_checked_again(checked):
    start_import(checked, by=checked.started_by)
    with pytest.raises(AlreadyStarted):
        check_file(checked, mapping=checked.mapping, by=checked.started_by)


def test_a_refused_file_says_why(uploaded):
    mapping = {**uploaded.mapping, "columns": {"external_id": "external_id"}}
    check_file(uploaded, mapping=mapping, by=uploaded.started_by)
    work_on(uploaded.pk)
    uploaded.refresh_from_db()
    assert uploaded.status == "refused"
    assert "name" in uploaded.refusal


def test_a_file_that_cannot_be_read_is_refused_at_once(db):
    with pytest.raises(FileRefused):
        upload_file(
            by=UserFactory(),
            kind="accounts",
            source="crm",
            file=ContentFile(b"%PDF-1.4", name="x.csv"),
            mapping=None,
        )
    assert not ImportRun.objects.exists()


def test_an_unexpected_error_fails_the_run_without_details(uploaded):
    check_file(uploaded, mapping=uploaded.mapping, by=uploaded.started_by)
    ImportRun.objects.update(file="gone.csv")
    work_on(uploaded.pk)
    uploaded.refresh_from_db()
    assert uploaded.status == "failed"
    assert "gone.csv" not in uploaded.refusal


def test_a_run_that_keeps_dying_is_given_up(uploaded):
    check_file(uploaded, mapping=uploaded.mapping, by=uploaded.started_by)
    ImportRun.objects.update(attempts=5)
    work_on(uploaded.pk)
    uploaded.refresh_from_db()
    assert uploaded.status == "failed"


def long_ago() -> None:
    """As if nothing had moved for a while."""
    ImportRun.objects.update(updated_at=timezone.now() - timedelta(minutes=1))


def other_connection():
    database = connection.settings_dict
    return psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"] or 5432,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
    )


@pytest.mark.django_db(transaction=True)
def test_the_sweep_finds_only_runs_nobody_works_on(uploaded):
    check_file(uploaded, mapping=uploaded.mapping, by=uploaded.started_by)
    assert resume_stale_imports() == []  # it may still be on its way to a worker
    long_ago()
    assert resume_stale_imports() == [uploaded.pk]
    worker = other_connection()
    with worker.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('import-run'), %s)", [uploaded.pk]
        )
    assert resume_stale_imports() == []
    worker.close()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_comes_second_leaves_the_run_alone(uploaded):
    check_file(uploaded, mapping=uploaded.mapping, by=uploaded.started_by)
    first = other_connection()
    with first.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('import-run'), %s)", [uploaded.pk]
        )
    work_on(uploaded.pk)
    uploaded.refresh_from_db()
    first.close()
    assert uploaded.status == "checking"


WORKER = (
    "import django; django.setup(); import sys; "
    "from integrations.services import work_on; work_on(int(sys.argv[1]))"
)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_and_the_run_goes_on(process_environment):
    OrganisationFactory()
    rows = "".join(f"A{n},Account {n}\n" for n in range(40_000))
    run = upload_file(
        by=UserFactory(role="operations"),
        kind="accounts",
        source="crm",
        file=ContentFile("external_id,name\n" + rows, name="many.csv"),
        mapping=None,
    )
    ImportRun.objects.update(status="applying", started_at=timezone.now())
    environment = {
        **process_environment,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DJANGO_SETTINGS_MODULE": "cs_platform.settings",
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(run.pk)],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    wait_until_busy(run.pk)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    wait_until_free(run.pk)
    run.refresh_from_db()
    assert run.status == "applying"
    assert not Account.objects.exists()
    long_ago()
    for run_id in resume_stale_imports():
        work_on(run_id)
    run.refresh_from_db()
    assert run.status == "applied"
    assert run.result["created"] == Account.objects.count() == 40_000
    assert run.attempts == 2


def is_locked(run_id: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('import-run'), %s)", [run_id]
        )
        return not cursor.fetchone()[0]


def wait_until_busy(run_id: int) -> None:
    """Until the worker holds the run inside its long transaction."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if ImportRun.objects.get(pk=run_id).attempts == 1 and is_locked(run_id):
            return
        time.sleep(0.01)
    raise AssertionError("The worker did not begin.")


def wait_until_free(run_id: int) -> None:
    deadline = time.monotonic() + 60
    while is_locked(run_id) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_states_of_a_run_are_known_and_an_applied_one_has_its_time(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRunFactory(status="lost")
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRunFactory(status="applied")


def test_a_mapping_is_remembered_once_per_kind_and_source(db):
    saved = SavedMappingFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedMappingFactory(kind=saved.kind, source=saved.source)


def test_a_row_waits_once(db):
    held = QuarantinedRowFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarantinedRowFactory(row_key=held.row_key)


def test_the_result_of_a_run_is_plain_json(checked):
    assert json.loads(json.dumps(checked.result))["rows"] == 2
