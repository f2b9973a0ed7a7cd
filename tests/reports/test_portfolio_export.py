"""The portfolio as a file: exactly the list, and nothing in it runs."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.organisation import OrganisationFactory, TeamFactory, UserFactory

URL = "/portfolio/export/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(role="csm", name="Ada Min")
    client.force_login(user)
    return user


def read_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def read_xlsx(response):
    content = io.BytesIO(b"".join(response.streaming_content))
    sheet = openpyxl.load_workbook(content).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_csv_holds_the_filtered_list_in_its_order_and_columns(client, person):
    AccountFactory(name="Second", health_score=40, health_band="orange", tags=["vip"])
    AccountFactory(name="First", health_score=20, health_band="red", tags=["a", "vip"])
    AccountFactory(name="No score", tags=["vip"])
    AccountFactory(name="Filtered out", health_score=1)

    query = {"tag": "vip", "col": ["score", "tags", "band"], "format": "csv"}
    response = client.get(URL, query)

    assert read_csv(response) == [
        {"Account": "First", "Health": "Churn risk", "Score": "20.0", "Tags": "a, vip"},
        {"Account": "Second", "Health": "Critical", "Score": "40.0", "Tags": "vip"},
        {
            "Account": "No score",
            "Health": "Not enough data",
            "Score": "",
            "Tags": "vip",
        },
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_is_named_after_the_day_and_never_cached(client, person, kind):
    with time_machine.travel("2026-11-22 12:00:00+00:00", tick=False):
        client.force_login(person)
        response = client.get(URL, {"format": kind})

    expected = f'attachment; filename="portfolio-2026-11-22.{kind}"'
    assert response.headers["Content-Disposition"] == expected
    assert response.headers["Cache-Control"] == "private, no-store"
    response.close()


def test_falling_order_still_ends_with_rows_without_a_value(client, person):
    AccountFactory(name="None")
    AccountFactory(name="Low", health_score=1)
    AccountFactory(name="High", health_score=9)

    rows = read_csv(client.get(URL, {"sort": "-score"}))

    assert [row["Account"] for row in rows] == ["High", "Low", "None"]


def test_excel_cells_have_types(client, person):
    AccountFactory(
        name="Northwind",
        health_score=Decimal("31.4"),
        arr_amount=Decimal("184000.50"),
        renewal_on=date(2027, 1, 31),
        owner=person,
    )

    response = client.get(
        URL, {"format": "xlsx", "col": ["score", "arr", "renewal", "owner"]}
    )
    head, row = read_xlsx(response)

    assert head == ["Account", "Score", "ARR", "Renewal", "Owner"]
    assert row[:3] == ["Northwind", 31.4, 184000.5]
    assert row[3].date() == date(2027, 1, 31)
    assert row[4] == "Ada Min"


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1+1"])
def test_formulas_in_names_tags_and_reasons_do_not_run(client, person, hostile):
    AccountFactory(
        name=hostile,
        tags=[hostile, "z"],
        health_reason=hostile,
        segment=SegmentFactory(name=hostile),
    )
    columns = ["tags", "reason", "segment"]

    (row,) = read_csv(client.get(URL, {"col": columns}))
    _, cells = read_xlsx(client.get(URL, {"col": columns, "format": "xlsx"}))

    assert row["Account"] == f"'{hostile}"
    assert row["Tags"] == f"'{hostile}, z"
    assert row["What moved it"] == row["Segment"] == f"'{hostile}"
    assert set(cells) == {hostile, f"{hostile}, z"}


def test_every_column_can_be_exported(client, person):
    AccountFactory(owner=person, segment=SegmentFactory(), team=TeamFactory())
    AccountFactory(health_weeks=[1, None])
    keys = [
        column.key for column in client.get("/portfolio/").context["state"].all_columns
    ]

    rows = read_csv(client.get(URL, {"col": keys}))

    assert len(rows) == 2
    assert len(rows[0]) == len(keys) == 23


def test_only_what_a_person_may_see_is_exported(client):
    OrganisationFactory(row_scope="book")
    user = UserFactory(role="agent")
    client.force_login(user)
    AccountFactory(name="Own", owner=user, arr_amount=1)
    AccountFactory(name="Foreign")

    rows = read_csv(client.get(URL, {"col": ["name", "arr", "mrr", "score"]}))

    assert rows == [{"Account": "Own", "Score": ""}]


def test_a_format_nobody_knows_is_refused(client, person):
    assert client.get(URL, {"format": "pdf"}).status_code == 400


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 200),
        ("operations", 200),
        ("csm", 200),
        ("agent", 200),
        ("lead", 200),
        ("leader", 200),
        ("integration", 200),
    ],
)
def test_who_may_export(client, role, status):
    client.force_login(UserFactory(role=role))

    response = client.get(URL)

    assert response.status_code == status
    response.close()


def test_exporting_more_rows_takes_no_more_queries(client, person):
    def measure():
        with CaptureQueriesContext(connection) as queries:
            read_csv(client.get(URL, {"col": ["owner", "segment", "team", "plan"]}))
        return len(queries)

    def add():
        for _ in range(5):
            AccountFactory(
                owner=UserFactory(), segment=SegmentFactory(), team=TeamFactory()
            )

    add()
    before = measure()
    add()

    assert measure() == before
