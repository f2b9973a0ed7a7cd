"""The journey of a file through the pages: send, map, check, start, result."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from events.models import Event
from integrations.models import ImportRun
from integrations.services import work_on
from tests.factories.accounts import CustomFieldFactory
from tests.factories.integrations import ImportRunFactory, QuarantinedRowFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

TEXT = "external_id,name,seats\nA1,Alpha,5\nA2,,6\nA3,=cmd(),7\n"


@pytest.fixture
def client(db) -> Client:
    OrganisationFactory()
    client = Client()
    client.force_login(UserFactory(role="operations"))
    return client


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    """Work is handed to nobody; each test does it itself when it wants to."""
    monkeypatch.setattr(
        "integrations.views.current_app.send_task", lambda *a, **k: None
    )


def send(client: Client, text: str = TEXT, **fields):
    data = {"kind": "accounts", "source": "crm", **fields}
    data["file"] = SimpleUploadedFile("accounts.csv", text.encode())
    return client.post(reverse("integrations:import_create"), data)


@pytest.fixture
def run(client) -> ImportRun:
    send(client)
    return ImportRun.objects.get()


def address(name: str, run: ImportRun, *more: str) -> str:
    return reverse(f"integrations:{name}", args=[run.public_id, *more])


def mapping_data(run: ImportRun, **changes: str) -> dict:
    columns = {f"column_{name}": c for name, c in run.mapping["columns"].items()}
    return {**columns, **changes}


def check(client: Client, run: ImportRun, **changes: str):
    response = client.post(address("import_mapping", run), mapping_data(run, **changes))
    work_on(run.pk)
    run.refresh_from_db()
    return response


def body(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_a_file_goes_from_upload_to_its_result(client, run):
    page = client.get(address("import_mapping", run)).content.decode()
    assert "Which column is what?" in page
    assert "Alpha" in page  # a sample beside its column
    assert check(client, run)["Location"] == address("import_run", run)
    page = client.get(address("import_run", run)).content.decode()
    assert "This would write 2 rows" in page
    assert "“name” is empty." in page
    assert not Account.objects.exists()
    client.post(address("import_start", run))
    client.post(address("import_start", run))
    work_on(run.pk)
    page = client.get(address("import_run", run)).content.decode()
    assert "Imported" in page
    assert set(Account.objects.values_list("name", flat=True)) == {"Alpha", "=cmd()"}
    page = client.get(reverse("integrations:imports")).content.decode()
    assert "accounts.csv" in page


def test_rows_of_each_outcome_can_be_downloaded_without_live_formulas(client, run):
    check(client, run)
    created = body(client.get(address("import_rows", run, "created")))
    assert created.splitlines() == [
        "external_id,name,seats",
        "A1,Alpha,5",
        "A3,'=cmd(),7",
    ]
    rejected = body(client.get(address("import_rows", run, "rejected")))
    assert rejected.splitlines()[1] == "A2,,6,“name” is empty."
    problems = body(client.get(address("import_rows", run, "problems")))
    assert problems.splitlines()[1] == "3,rejected,name,,“name” is empty."
    assert client.get(address("import_rows", run, "anything")).status_code == 404
    taken = Event.objects.filter(kind="list_exported").order_by("id")
    assert [(event.data["list"], event.data["rows"]) for event in taken] == [
        ("Import: created", 2),
        ("Import: rejected", 1),
        ("Import: problems", 1),
    ]
    assert {event.subject_id for event in taken} == {run.pk}


def test_the_page_looks_again_while_somebody_works_and_needs_no_script(client, run):
    client.post(address("import_mapping", run), mapping_data(run))
    page = client.get(address("import_run", run)).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "Refresh" in page
    part = client.get(address("import_run", run), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    work_on(run.pk)
    assert "every 2s" not in client.get(address("import_run", run)).content.decode()


def test_problems_are_paged(client):
    send(client, "external_id,name\n" + "".join(f"A{n},\n" for n in range(120)))
    run = ImportRun.objects.get()
    check(client, run)
    first = client.get(address("import_run", run)).content.decode()
    assert first.count("“name” is empty.") == 50
    last = client.get(address("import_run", run) + "?page=3").content.decode()
    assert last.count("“name” is empty.") == 20
    assert client.get(address("import_run", run) + "?page=x").status_code == 200


def test_a_mapping_file_can_be_sent_along_and_fetched_again(client):
    mapping = {"columns": {"external_id": "seats", "name": "name"}, "null": ["?"]}
    file = SimpleUploadedFile("m.json", json.dumps(mapping).encode())
    send(client, mapping=file)
    run = ImportRun.objects.get()
    fetched = json.loads(client.get(address("import_mapping_file", run)).content)
    assert fetched["columns"] == mapping["columns"]
    assert fetched["source"] == "crm"


def test_what_the_form_does_not_show_is_kept(client):
    mapping = {
        "values": {"stage": {"live": "adoption"}},
        "constants": {"country": "DE"},
        "date_format": "%d.%m.%Y",
    }
    file = SimpleUploadedFile("m.json", json.dumps(mapping).encode())
    send(client, mapping=file)
    run = ImportRun.objects.get()
    check(client, run, date_format="kept", null="? n/a")
    assert run.mapping["values"] == mapping["values"]
    assert run.mapping["constants"] == mapping["constants"]
    assert run.mapping["date_format"] == "%d.%m.%Y"
    assert run.mapping["null"] == ["", "?", "n/a"]


@pytest.mark.parametrize(
    ("text", "fields", "words"),
    [
        ("", {}, "empty"),
        ("%PDF-1.4", {}, "XLSX"),
        (TEXT, {"mapping": SimpleUploadedFile("m.json", b"[1]")}, "not a JSON object"),
        (TEXT, {"mapping": SimpleUploadedFile("m.json", b"{")}, "not a JSON file"),
        (TEXT, {"kind": "secrets"}, "valid choice"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_on_the_form(
    client, text, fields, words
):
    response = send(client, text, **fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportRun.objects.exists()


def test_a_file_that_is_too_large_is_refused(client, settings):
    settings.IMPORT_MAX_BYTES = 10
    assert send(client).status_code == 422


def test_a_wrong_time_zone_is_said_on_the_form(client, run):
    response = client.post(
        address("import_mapping", run), mapping_data(run, timezone="Berlin")
    )
    assert response.status_code == 422
    assert "not a time zone" in response.content.decode()


@pytest.mark.parametrize("role", ["csm", "agent", "lead", "leader"])
def test_others_may_not_import(client, run, role):
    client.force_login(UserFactory(role=role))
    for name in ("imports", "import_create"):
        assert client.get(reverse(f"integrations:{name}")).status_code == 403
    for name in ("import_run", "import_mapping"):
        assert client.get(address(name, run)).status_code == 403
    assert client.post(address("import_start", run)).status_code == 403


def test_the_list_tells_how_many_rows_wait(client):
    QuarantinedRowFactory.create_batch(2)
    page = client.get(reverse("integrations:imports")).content.decode()
    assert "2 rows wait" in page


def test_the_list_costs_the_same_for_many_runs(client, django_assert_max_num_queries):
    ImportRunFactory.create_batch(30, started_by=UserFactory())
    with django_assert_max_num_queries(12):
        client.get(reverse("integrations:imports"))


def test_a_run_without_its_file_still_shows_its_result(client, run):
    check(client, run)
    run.file.delete(save=True)
    assert client.get(address("import_run", run)).status_code == 200
    assert client.get(address("import_mapping", run)).status_code == 404
    assert client.get(address("import_rows", run, "created")).status_code == 404


@pytest.mark.parametrize(("kind", "target"), [
    ("accounts", "account"), ("contacts", "contact"), ("tickets", "ticket"),
    ("ticket_events", "ticket"),
])  # fmt: skip
def test_the_page_offers_the_fields_made_here_and_guesses_them(client, kind, target):
    CustomFieldFactory(target=target, key="sales_region", label="Where they sell")
    CustomFieldFactory(target=target, key="tier", label="Tier", kind="choice")
    other = "contact" if target != "contact" else "ticket"
    CustomFieldFactory(target=other, key="elsewhere", label="Of another")
    send(client, "id,name,where they sell,tier,x\n1,Alpha,North,,\n", kind=kind)
    run = ImportRun.objects.get()

    page = client.get(address("import_mapping", run)).content.decode()

    assert "Where they sell" in page
    assert "Of another" not in page
    assert run.mapping["columns"]["custom.sales_region"] == "where they sell"
    assert run.mapping["columns"]["custom.tier"] == "tier"
    assert "North" in page


def test_a_field_made_here_is_read_from_the_column_one_chooses(client):
    CustomFieldFactory(target="account", key="tier", label="Tier", kind="number")
    send(client, "external_id,name,Level\nA1,Alpha,3\n")
    run = ImportRun.objects.get()

    check(client, run, **{"column_custom.tier": "Level"})
    client.post(address("import_start", run))
    work_on(run.pk)

    assert Account.objects.get().custom == {"tier": 3}


def test_a_field_that_was_removed_since_can_be_left_out(client):
    field = CustomFieldFactory(target="account", key="tier", label="Tier")
    send(client, "external_id,name,tier\nA1,Alpha,x\n")
    check(client, ImportRun.objects.get())
    field.delete()
    ImportRun.objects.all().delete()
    send(client, "external_id,name,tier\nA1,Alpha,x\n")
    run = ImportRun.objects.get()

    check(client, run)
    assert "There is no custom field “tier”" in run.refusal
    check(client, run, **{"column_custom.tier": ""})

    assert run.refusal == ""
    assert "custom.tier" not in run.mapping["columns"]
