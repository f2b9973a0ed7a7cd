"""The columns of the queue: chosen by each person, ordered, kept in saved views."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from organisation.models import SavedView
from tests.factories.accounts import ContactFactory, CustomFieldFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tickets.columns import ALL
from tickets.models import QueueColumns

pytestmark = pytest.mark.django_db

URL = "/tickets/"
COLUMNS = "/tickets/columns/"
HEADS = re.compile(r'<th scope="col"(?: class="num")?>([^<]+)</th>')
USUAL = ["Ticket", "Account", "Priority", "Status", "Assignee", "Changed", "Due"]


@pytest.fixture
def agent():
    return UserFactory(role="agent", name="Tom Brandt", team=TeamFactory(name="Desk"))


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


def heads(client, query="?view=all"):
    return HEADS.findall(client.get(URL + query).content.decode())


def lines(client, **data):
    answer = client.post(COLUMNS, data)
    assert answer.status_code == 200
    return [column.key for column in answer.context["choice"].order]


def test_the_usual_columns_stand_there_until_somebody_chooses(desk):
    TicketFactory()

    assert heads(desk) == USUAL


def test_a_person_chooses_columns_and_their_order(desk, agent):
    TicketFactory(subject="Slow", category="billing", tags=["vip"])
    chosen = ["subject", "due", "category", "tags"]

    answer = desk.post(COLUMNS, {"order": chosen, "col": chosen, "back": "view=all"})

    assert answer.status_code == 302
    assert answer["Location"] == "/tickets/?view=all"
    assert heads(desk) == ["Ticket", "Due", "Category", "Tags"]
    assert "Billing" in desk.get(URL + "?view=all").content.decode()
    event = Event.objects.get(kind="queue_columns_chosen")
    assert event.data == {"columns": [[], chosen]}
    assert event.actor_id == agent.pk


def test_each_person_has_columns_of_their_own(desk, client):
    TicketFactory()
    desk.post(COLUMNS, {"order": ["subject", "status"], "col": ["status"]})
    client.force_login(UserFactory(role="agent"))

    assert heads(client) == USUAL


def test_the_usual_columns_come_back(desk, agent):
    TicketFactory()
    desk.post(COLUMNS, {"order": ["subject", "status"], "col": ["status"]})
    desk.post(COLUMNS, {"order": ["status"], "col": ["status"], "reset": "1"})

    assert heads(desk) == USUAL
    assert QueueColumns.objects.get(person=agent).keys == []


def test_a_ticket_without_its_subject_cannot_be_chosen(desk, agent):
    TicketFactory()
    order = ["team", "subject", "status"]
    desk.post(COLUMNS, {"order": order, "col": ["team", "status"]})

    assert heads(desk) == ["Team", "Ticket", "Status"]


def test_a_line_moves_up_or_down_before_anything_is_saved(desk, agent):
    order = ["subject", "account", "status"]

    assert lines(desk, order=order, col=order, move="up:status")[:3] == [
        "subject",
        "status",
        "account",
    ]
    assert lines(desk, order=order, col=order, move="down:subject")[:3] == [
        "account",
        "subject",
        "status",
    ]
    assert lines(desk, order=order, move="up:subject")[:3] == order
    assert lines(desk, order=order, move="sideways")[:3] == order
    assert not QueueColumns.objects.exists()


def test_the_dialog_leads_back_by_a_header(desk):
    sheet = desk.get(COLUMNS, {"back": "view=all"}, headers={"HX-Request": "true"})
    saved = desk.post(
        COLUMNS,
        {"order": ["status"], "col": ["status"], "back": "view=all&cursor=abc"},
        headers={"HX-Request": "true"},
    )

    assert "<html" not in sheet.content.decode()
    assert saved["HX-Redirect"] == "/tickets/?view=all&cursor=abc"


def test_the_way_back_stays_on_the_queue(desk):
    answer = desk.post(
        COLUMNS, {"order": ["status"], "col": ["status"], "back": "//evil.example"}
    )

    assert answer["Location"].startswith("/tickets/?")


def test_a_saved_view_keeps_its_columns(desk, agent):
    TicketFactory()
    desk.post(COLUMNS, {"order": ["subject", "status"], "col": ["status"]})
    html = desk.get(URL + "?view=all&priority=").content.decode()
    query = re.search(r'name="query" value="([^"]*)"', html)[1].replace("&amp;", "&")
    desk.post("/views/new/", {"page": "tickets", "name": "Short", "query": query})
    desk.post(COLUMNS, {"order": ["subject", "team"], "col": ["team"]})

    view = SavedView.objects.get(name="Short")
    assert "col=subject&col=status" in view.query
    assert heads(desk, f"?{view.query}") == ["Ticket", "Status"]
    assert heads(desk) == ["Ticket", "Team"]


def test_the_card_of_a_phone_keeps_its_lines(desk):
    TicketFactory(subject="Slow", priority="critical")
    desk.post(COLUMNS, {"order": ["subject", "status"], "col": ["status"]})

    html = desk.get(URL + "?view=all").content.decode()

    for slot in ("name", "reason", "band", "score"):
        assert html.count(f'data-cell="{slot}"') == 1
    assert html.count("card-only") == 3


def test_what_has_a_column_is_not_said_twice(desk, agent):
    contact = ContactFactory(name="Nora Lund")
    TicketFactory(number="T-77", subject="Slow", level=2, tags=["vip"], contact=contact)
    assert desk.get(URL + "?view=all").content.decode().count(">T-77<") == 1
    every = [column.key for column in ALL]
    desk.post(COLUMNS, {"order": every, "col": every})

    html = desk.get(URL + "?view=all").content.decode()

    assert heads(desk) == [str(column.label) for column in ALL]
    assert html.count(">T-77<") == 1
    assert html.count(">vip<") == 1
    assert html.count(">L2<") == 1
    assert "Nora Lund" in html


def test_ones_own_fields_are_columns_too(desk):
    CustomFieldFactory(target="ticket", key="region", label="Region")
    CustomFieldFactory(target="ticket", key="beta", label="Beta", kind="yes_no")
    CustomFieldFactory(target="ticket", key="due", label="Promised", kind="date")
    CustomFieldFactory(target="account", key="other", label="Other")
    evil = "<img src=x>"
    TicketFactory(custom={"region": evil, "beta": True, "due": "2020-02-29"})
    TicketFactory()
    keys = ["subject", "custom.region", "custom.beta", "custom.due", "custom.other"]

    desk.post(COLUMNS, {"order": keys, "col": keys})
    html = desk.get(URL + "?view=all").content.decode()

    assert heads(desk) == ["Ticket", "Region", "Beta", "Promised"]
    assert "&lt;img src=x&gt;" in html
    assert "<img" not in html
    assert "<td>yes</td>" in html
    assert "29\N{NO-BREAK SPACE}Feb 2020" in html


def test_ones_own_fields_take_no_query_per_ticket(desk):
    CustomFieldFactory(target="ticket", key="region", label="Region")

    def queries():
        with CaptureQueriesContext(connection) as found:
            desk.get(URL + "?view=all&col=subject&col=custom.region")
        return len(found)

    TicketFactory(custom={"region": "North"})
    few = queries()
    TicketFactory.create_batch(3, custom={"region": "South"})

    assert queries() == few <= 11


def test_nothing_a_customer_writes_becomes_html(desk, agent):
    evil = '<img src=x onerror="alert(1)">'
    every = [column.key for column in ALL]
    desk.post(COLUMNS, {"order": every, "col": every})
    TicketFactory(
        subject=evil,
        number=evil,
        requester_name=evil,
        requester_email=evil,
        category=evil,
        tags=[evil],
        account=None,
        contact=None,
        team=TeamFactory(name=evil),
        assignee=UserFactory(role="agent", name=evil),
    )
    TicketFactory(subject="", contact=ContactFactory(name=evil))

    html = desk.get(URL + "?view=all").content.decode()

    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_a_field_with_the_longest_key_can_be_a_column(desk):
    key = "custom." + "k" * 60
    CustomFieldFactory(target="ticket", key="k" * 60, label="Longest")
    TicketFactory()

    desk.post(COLUMNS, {"order": ["subject", key], "col": [key]})

    assert "Longest" in desk.get(URL + "?view=all").text
