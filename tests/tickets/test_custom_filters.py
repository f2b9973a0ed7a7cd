"""Lists of tickets narrowed by one's own fields: the page, its files, programs."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisation.models import SavedView
from tests.factories.accounts import CustomFieldFactory
from tests.factories.organisation import UserFactory
from tests.factories.tickets import TicketFactory

pytestmark = pytest.mark.django_db

URL = "/tickets/"
API = "/api/v1/tickets/"


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(role="admin"))
    return client


@pytest.fixture
def fields():
    CustomFieldFactory(
        target="ticket", key="region", label="Region", kind="choice",
        choices=["North sea", "Alps"],
    )  # fmt: skip
    CustomFieldFactory(target="ticket", key="vip", label="Known", kind="yes_no")
    CustomFieldFactory(target="ticket", key="note", label="Remark", kind="text")
    CustomFieldFactory(
        target="account", key="tier", label="Tier", kind="choice", choices=["A"]
    )


@pytest.fixture
def tickets(fields):
    for subject, custom in (
        ("One", {"region": "North sea", "vip": True}),
        ("Two", {"region": "North sea", "vip": False}),
        ("Three", {"region": "Alps", "vip": True}),
        ("Four", {"note": "North sea"}),
    ):
        TicketFactory(subject=subject, custom=custom)


def chips(client, query=""):
    found = client.get(f"{URL}?view=all{query}").context["filters"]
    return {chip["label"]: chip["value"] for chip in found}


def subjects(client, query):
    rows = client.get(f"{URL}?view=all{query}").context["rows"]
    return sorted(row.ticket.subject for row in rows)


def test_only_choices_and_yes_or_no_are_filters(desk):
    usual = chips(desk)
    CustomFieldFactory(target="ticket", key="note", kind="text")
    assert chips(desk) == usual

    CustomFieldFactory(target="ticket", key="vip", label="Known", kind="yes_no")
    assert set(chips(desk)) - set(usual) == {"Known"}


@pytest.mark.parametrize(("query", "found"), [
    ("&custom.region=North+sea", ["One", "Two"]),
    ("&custom.vip=yes", ["One", "Three"]),
    ("&custom.vip=no", ["Two"]),
    ("&custom.region=North+sea&custom.vip=yes", ["One"]),
    ("&custom.region=Alps&priority=low", []),
])  # fmt: skip
def test_the_queue_is_narrowed_by_them(desk, tickets, query, found):
    assert subjects(desk, query) == found


@pytest.mark.parametrize("query", [
    "&custom.region=Moon", "&custom.note=North+sea", "&custom.tier=A", "&custom.=x",
    "&custom.nothing=x", "&custom.vip=perhaps",
])  # fmt: skip
def test_what_cannot_be_read_is_as_if_not_chosen(desk, tickets, query):
    assert len(subjects(desk, query)) == 4


def test_a_chip_says_what_is_chosen_and_how_to_clear_it(desk, tickets):
    query = "&custom.region=North+sea&custom.vip=no&priority=medium"
    html = desk.get(f"{URL}?view=all{query}").content.decode()

    said = chips(desk, query)
    assert (said["Region"], said["Known"]) == ("North sea", "No")
    assert 'name="custom.region" value="North sea" checked' in html
    assert 'href="/tickets/?view=all&amp;custom.vip=no&amp;priority=medium"' in html


def test_a_filter_that_nobody_chose_says_so(desk, tickets):
    assert set(chips(desk, "&priority=&custom.vip=").values()) == {""}
    assert set(chips(desk, "&tag=x&custom.vip=&custom.region=Alps").values()) == {
        "", "x", "Alps"
    }  # fmt: skip


def test_a_renamed_field_changes_its_chip_at_once(desk, fields):
    field = CustomFieldFactory._meta.model.objects.get(key="region")
    assert "Region" in chips(desk)

    field.label, field.choices = "Market", ["Alps"]
    field.save()

    html = desk.get(f"{URL}?view=all").content.decode()
    assert "<legend>Market</legend>" in html
    assert "North sea" not in html


def test_saved_views_files_and_changes_of_all_keep_it(desk, tickets):
    query = "view=all&custom.vip=yes"
    kept = desk.get(f"{URL}?{query}").context["kept_query"]
    assert "custom.vip=yes" in kept
    view = SavedView.objects.create(
        page="tickets", name="Known", query=kept, owner=UserFactory(), is_shared=True
    )
    assert subjects(desk, f"&{view.query}") == ["One", "Three"]

    answer = desk.get(f"/tickets/export/?{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    assert sorted(row["Subject"] for row in rows) == ["One", "Three"]
    assert b"2" in desk.get(f"/tickets/matching/?{query}").content


def test_filters_take_the_same_queries_for_few_fields_and_for_many(desk, tickets):
    def queries(query=""):
        with CaptureQueriesContext(connection) as found:
            desk.get(f"{URL}?view=all{query}")
        return len(found)

    queries()
    few = queries()
    for number in range(5):
        CustomFieldFactory(
            target="ticket", key=f"k{number}", label=f"K {number}", kind="yes_no"
        )

    assert queries() == few
    assert queries("&custom.vip=yes&custom.region=Alps") == few


def test_programs_narrow_the_list_alike(desk, tickets):
    def found(query):
        answer = desk.get(f"{API}?{query}")
        assert answer.status_code == 200, answer.content
        return sorted(row["subject"] for row in answer.json()["results"])

    assert found("custom.region=North+sea") == ["One", "Two"]
    assert found("custom.vip=true&custom.region=Alps") == ["Three"]
    assert found("custom.vip=no&fields=subject") == ["Two"]


@pytest.mark.parametrize(("query", "name"), [
    ("custom.region=Moon", "custom.region"), ("custom.note=x", "custom.note"),
    ("custom.tier=A", "custom.tier"), ("custom.nothing=x", "custom.nothing"),
    ("custom.vip=perhaps", "custom.vip"),
])  # fmt: skip
def test_programs_are_told_what_cannot_be_a_filter(desk, tickets, query, name):
    answer = desk.get(f"{API}?{query}")

    assert answer.status_code == 400
    assert name in answer.content.decode()
