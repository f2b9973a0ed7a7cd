"""``manage.py import_csv``: one line of JSON and three exit statuses."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Account
from integrations.models import ImportRun

KEYS = {
    "kind", "source", "rows", "created", "updated", "unchanged", "rejected",
    "quarantined", "released", "warnings", "errors", "rejected_file",
}  # fmt: skip


def run(*arguments: str | Path) -> tuple[int, str]:
    out, status = StringIO(), 0
    try:
        call_command("import_csv", *map(str, arguments), stdout=out, stderr=StringIO())
    except SystemExit as ending:
        status = int(ending.code)
    return status, out.getvalue()


@pytest.fixture
def good(write):
    return write("external_id,name,first_seen_on\nA1,Alpha,25-12-2024\n")


def test_everything_applied_is_status_0_and_one_line(db, good):
    status, out = run("accounts", good, "--json")
    assert status == 0
    (line,) = out.splitlines()
    answer = json.loads(line)
    assert set(answer) >= KEYS
    assert (answer["rows"], answer["created"], answer["rejected_file"]) == (1, 1, None)
    assert answer["errors"] == []


def test_rejected_or_waiting_rows_are_status_3(db, write):
    path = write("external_id,name\nA1,Alpha\nA2,\n")
    status, out = run("accounts", path, "--json")
    answer = json.loads(out)
    assert status == 3
    assert answer["errors"][0].keys() == {"row", "column", "value", "reason"}
    assert Path(answer["rejected_file"]).exists()
    path = write("id,account,start_on,mrr_amount\nS1,A9,2024-01-01,5\n")
    assert run("subscriptions", path)[0] == 3


def test_at_most_a_hundred_errors_are_listed_but_all_are_counted(db, write):
    path = write("external_id,name\n" + "".join(f"A{n},\n" for n in range(150)))
    _, out = run("accounts", path, "--json")
    answer = json.loads(out)
    assert (answer["rejected"], len(answer["errors"])) == (150, 100)


def test_a_refused_file_is_status_1_and_nothing_is_stored(db, write):
    path = write("external_id,name,first_seen_on\nA1,Alpha,03-04-2024\n")
    status, out = run("accounts", path, "--json")
    assert status == 1
    assert "3 April 2024" in json.loads(out)["errors"][0]["reason"]
    assert not Account.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_format_on_the_command_line_decides(db, write):
    path = write("external_id,name,first_seen_on\nA1,Alpha,03-04-2024\n")
    assert run("accounts", path, "--date-format", "MDY")[0] == 0
    assert str(Account.objects.get().first_seen_on) == "2024-03-04"


def test_a_dry_run_keeps_nothing(db, good):
    status, out = run("accounts", good, "--dry-run")
    assert status == 0
    assert "nothing stored" in out
    assert not Account.objects.exists()


def test_a_mapping_file_is_read_and_a_broken_one_refused(db, good, write):
    mapping = write(
        json.dumps({"kind": "accounts", "source": "crm", "columns": {"name": "name"}}),
        "mapping.json",
    )
    assert run("accounts", good, "--mapping", mapping)[0] == 0
    assert (
        json.loads(run("accounts", good, "--mapping", mapping, "--json")[1])["source"]
        == "crm"
    )
    broken = write("{", "broken.json")
    assert run("accounts", good, "--mapping", broken)[0] == 1


def test_unknown_kinds_and_missing_files_are_refused(db, good, tmp_path):
    assert run("acounts", good)[0] == 1
    assert run("accounts", tmp_path / "nothing.csv")[0] == 1


def test_words_for_people_name_the_first_problems(db, write):
    path = write("external_id,name,owner\nA1,Alpha,nobody\nA2,,\n")
    _, out = run("accounts", path)
    assert "2 rows: 1 created" in out
    assert "row 3: “name” is empty." in out
    assert "1 warnings" in out
