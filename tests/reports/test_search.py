"""Search: the page and the lines of the command palette."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from organisation.models import SavedView
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tickets.services.search_words import index_tickets

URL = "/search/"
PALETTE = {"HX-Request": "true", "HX-Target": "palette-results"}
LABELS = re.compile(r'<span class="palette-label">([^<]*)</span>')

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(role="csm")
    client.force_login(user)
    return user


def found(client, words):
    result = client.get(URL, {"q": words}).context["found"]
    return [account.name for account in result.accounts], [
        contact.name for contact in result.contacts
    ]


def lines(client, words):
    response = client.get(URL, {"q": words}, headers=PALETTE)
    return LABELS.findall(response.content.decode())


def test_beginnings_of_words_find_accounts_and_contacts(client, person):
    northwind = AccountFactory(name="Northwind Foods", domain="northwind.example")
    AccountFactory(name="Great Northern")
    AccountFactory(name="Anorthosis")
    ContactFactory(name="Nora Norton", account=northwind)
    ContactFactory(name="Max", email="nor@example.com", account=northwind)

    assert found(client, "nor") == (
        ["Northwind Foods", "Great Northern"],
        ["Nora Norton", "Max"],
    )
    assert found(client, "foods NORTH") == (["Northwind Foods"], [])
    assert found(client, "northwind.ex") == (["Northwind Foods"], [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("O'Brien & Sons", "o'br"),
        ("AT&T", "at&t"),
        ("Müller-Lüdenscheidt", "müll"),
        ("Müller-Lüdenscheidt", "müller-lüd"),
        ("7-Eleven", "7-el"),
        ("mara@acme.com", "mara@ac"),
        ("mara@acme.com", "mara@acme.c"),
        ("株式会社 Acme", "株式"),
    ],
)
def test_names_are_found_as_people_type_them(client, person, name, words):
    AccountFactory(name=name)

    assert found(client, words) == ([name], [])


@pytest.mark.parametrize(
    "words", ["", " ", "'", "\\", "!", "&", "<->", "':* | 'a", "%", "(((", "x" * 5000]
)
def test_any_words_are_answered(client, person, words):
    AccountFactory(name="b")

    assert found(client, words) == ([], [])


def test_archived_and_merged_things_are_not_found(client, person):
    kept = AccountFactory(name="North kept")
    archived = AccountFactory(name="North archived", archived_at=timezone.now())
    AccountFactory(name="North merged", merged_into=kept)
    ContactFactory(name="North gone", account=kept, archived_at=timezone.now())
    ContactFactory(name="North there", account=archived)

    assert found(client, "north") == (["North kept"], [])


def test_only_what_a_person_may_see_is_found(client):
    OrganisationFactory(row_scope="book")
    user = UserFactory(role="csm")
    client.force_login(user)
    own = AccountFactory(name="North own", owner=user)
    foreign = AccountFactory(name="North foreign")
    ContactFactory(name="North mine", account=own)
    ContactFactory(name="North theirs", account=foreign)

    assert found(client, "north") == (["North own"], ["North mine"])
    assert lines(client, "north") == ["North own", "North mine"]


def test_the_palette_gets_a_few_lines_and_the_way_to_all(client, person):
    AccountFactory.create_batch(8, name="North")

    assert lines(client, "nor") == ["North"] * 6 + ["Show everything found"]
    assert found(client, "nor")[0] == ["North"] * 8


def ticket(subject, **fields):
    """A ticket with the words that a search asks."""
    row = TicketFactory(subject=subject, **fields)
    index_tickets([row.pk])
    return row


def test_tickets_are_found_by_number_subject_and_requester(client, person):
    account = AccountFactory(name="Kestrel Bank")
    ticket("Exports time out", number="T-1042", account=account, status="waiting")
    ticket("Login fails", number="T-1043", requester_name="Nora Lund", account=None)

    assert lines(client, "T-1042") == ["T-1042 Exports time out, Kestrel Bank"]
    assert lines(client, "1042") == ["T-1042 Exports time out, Kestrel Bank"]
    assert lines(client, "time exp") == ["T-1042 Exports time out, Kestrel Bank"]
    assert lines(client, "nora lu") == ["T-1043 Login fails"]
    text = client.get(URL, {"q": "t-1042"}).content.decode()
    assert "Exports time out" in text
    assert "Waiting on customer" in text


def test_the_ticket_of_that_number_comes_first(client, person):
    meant = ticket("About the invoice", number="T-7", account=None)
    later = ticket("See T-7 as well", number="T-8", account=None)

    assert client.get(URL, {"q": "T-7"}).context["found"].tickets == [meant, later]


def test_only_tickets_a_person_may_see_are_found(client):
    OrganisationFactory(row_scope="book")
    user = UserFactory(role="agent")
    client.force_login(user)
    ticket("Exports mine", number="T-1", account=AccountFactory(owner=user))
    ticket("Exports theirs", number="T-2", account=AccountFactory())
    ticket("Exports spam", number="T-3", account=None, spam_at=timezone.now())

    assert [
        one.number for one in client.get(URL, {"q": "exports"}).context["found"].tickets
    ] == ["T-1"]
    assert lines(client, "T-2") == []


def test_many_tickets_lead_to_the_queue(client, person):
    for _ in range(8):
        ticket("Exports fail", account=None)

    assert lines(client, "exports")[6:] == ["Show everything found"]


def test_the_palette_knows_views_and_actions(client, person):
    SavedView.objects.create(
        page="portfolio", name="Northern risks", query="band=red", owner=person
    )
    SavedView.objects.create(
        page="portfolio", name="North secret", query="", owner=UserFactory()
    )

    assert lines(client, "north") == ["Northern risks"]
    assert "Manage saved views" in lines(client, "manage")
    assert "Invite a person" not in lines(client, "invite")


def test_actions_follow_the_role(client):
    client.force_login(UserFactory(role="admin"))

    assert "Invite a person" in lines(client, "invite")


def test_the_page_lists_pages_too(client, person):
    text = client.get(URL, {"q": "portf"}).content.decode()

    assert "Pages and actions" in text
    assert '<a href="/portfolio/">Portfolio</a>' in text


def test_nothing_found_says_what_to_try(client, person):
    text = client.get(URL, {"q": "zzzz"}).content.decode()

    assert "Nothing found." in text


def test_hostile_words_and_names_are_shown_as_text(client, person):
    hostile = "<img src=x onerror=alert(1)>"
    account = AccountFactory(name=hostile)
    ContactFactory(name=hostile, account=account, title=hostile)

    page = client.get(URL, {"q": hostile}).content.decode()
    part = client.get(URL, {"q": hostile}, headers=PALETTE).content.decode()

    for text in (page, part):
        assert escape(hostile) in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    "role", ["admin", "operations", "csm", "agent", "lead", "leader", "integration"]
)
def test_every_role_may_search(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get(URL).status_code == 200


def test_search_needs_a_sign_in(client):
    assert client.get(URL).status_code == 302


def test_more_matches_take_no_more_queries(client, person):
    def measure():
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"q": "north"})
        return len(queries)

    def add():
        for index in range(10):
            account = AccountFactory(name=f"North {index}", owner=UserFactory())
            ContactFactory(name=f"North {index}", account=account)
            ticket(f"North {index}", account=account)

    add()
    before = measure()
    add()

    assert measure() == before <= 15
