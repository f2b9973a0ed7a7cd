"""Changing many accounts at once from the portfolio, and taking it back."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import Account
from core.toasts import undo_url_of
from events.models import Event
from reports.services import CannotUndo, assign_in_bulk, undo_in_bulk
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

URL = "/portfolio/bulk/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(role="csm", name="Ada Min")
    client.force_login(user)
    return user


def ids(*accounts):
    return [str(account.public_id) for account in accounts]


def said(response):
    """The newest message: a redirect keeps the earlier ones for the next page."""
    return [str(message) for message in get_messages(response.wsgi_request)][-1:]


def undo_url(response):
    *_, message = get_messages(response.wsgi_request)
    return undo_url_of(message)


def owners(*accounts):
    return [Account.objects.get(pk=account.pk).owner for account in accounts]


def tags(account):
    return Account.objects.get(pk=account.pk).tags


def test_chosen_accounts_get_a_new_owner_and_can_be_given_back(client, person):
    before, after = UserFactory(), UserFactory(name="Jana Lind")
    one, other = AccountFactory(owner=before), AccountFactory()
    third = AccountFactory()
    data = {"action": "assign", "owner": str(after.public_id), "query": "sort=name"}

    response = client.post(URL, {**data, "chosen": ids(one, other)})

    assert response.headers["Location"] == "/portfolio/?sort=name"
    assert said(response) == ["2 accounts given to Jana Lind."]
    assert owners(one, other, third) == [after, after, None]

    undone = client.post(undo_url(response))

    assert said(undone) == ["Undone for 2 accounts."]
    assert owners(one, other, third) == [before, None, None]


def test_undoing_twice_changes_nothing_the_second_time(client, person):
    account = AccountFactory(owner=UserFactory())
    response = client.post(
        URL, {"action": "assign", "owner": "none", "chosen": ids(account)}
    )
    address = undo_url(response)

    client.post(address)
    again = client.post(address)

    assert said(again) == ["Nothing was left to undo."]
    assert Event.objects.filter(kind="account_owner_changed").count() == 2


def test_undo_leaves_alone_what_somebody_changed_since(client, person):
    first, second = UserFactory(), UserFactory()
    account = AccountFactory(owner=first)
    response = client.post(
        URL, {"action": "assign", "owner": "none", "chosen": ids(account)}
    )
    Account.objects.update(owner=second)

    client.post(undo_url(response))

    assert owners(account) == [second]


def test_tags_are_added_and_removed_and_both_undone(client, person):
    with_tag, without = AccountFactory(tags=["vip"]), AccountFactory(tags=["beta"])
    chosen = ids(with_tag, without)

    added = client.post(URL, {"action": "tag", "tag": "vip", "chosen": chosen})
    assert said(added) == ["1 account tagged “vip”."]
    assert tags(without) == ["beta", "vip"]

    client.post(undo_url(added))
    assert tags(without) == ["beta"]
    assert tags(with_tag) == ["vip"]

    removed = client.post(URL, {"action": "untag", "tag": "vip", "chosen": chosen})
    assert said(removed) == ["Tag “vip” removed from 1 account."]
    assert tags(with_tag) == []

    client.post(undo_url(removed))
    assert tags(with_tag) == ["vip"]


def test_all_of_the_list_means_all_that_match_its_filters(client, person):
    reds = AccountFactory.create_batch(60, health_band="red")
    green = AccountFactory(health_band="green")
    archived = AccountFactory(health_band="red", archived_at=timezone.now())

    response = client.post(
        URL,
        {"action": "tag", "tag": "act", "everything": "1", "query": "band=red"},
    )

    assert said(response) == ["60 accounts tagged “act”."]
    assert all(tags(account) == ["act"] for account in reds)
    assert tags(green) == []
    assert tags(archived) == []


def test_every_changed_account_has_its_event(client, person):
    account = AccountFactory()

    client.post(URL, {"action": "tag", "tag": "vip", "chosen": ids(account)})

    event = Event.objects.get(kind="account_tagged")
    assert (event.actor_id, event.account_id) == (person.pk, account.pk)
    assert event.data["tags"] == [[], ["vip"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"action": "tag", "tag": "vip"}, "Choose at least one account first."),
        ({"action": "tag", "tag": " ", "chosen": "own"}, "Write the tag first."),
        ({"action": "untag", "chosen": "own"}, "Write the tag first."),
        ({"action": "assign", "chosen": "own"}, "Choose the person"),
        ({"action": "assign", "owner": "x", "chosen": "own"}, "Choose the person"),
        (
            {"action": "assign", "owner": str(uuid.uuid4()), "chosen": "own"},
            "Choose the person",
        ),
        ({"action": "delete", "chosen": "own"}, "Select a valid choice"),
        ({"action": "tag", "tag": "x" * 61, "chosen": "own"}, "at most 60 characters"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(client, person, data, words):
    account = AccountFactory(tags=["a"], owner=person)
    if data.get("chosen") == "own":
        data = {**data, "chosen": ids(account)}

    response = client.post(URL, data)

    assert words in " ".join(said(response))
    assert tags(account) == ["a"]
    assert owners(account) == [person]
    assert not Event.objects.filter(account_id=account.pk).exists()


def test_too_many_accounts_are_refused_with_a_number(client, person, monkeypatch):
    monkeypatch.setattr("reports.views.bulk.BULK_LIMIT", 1)
    AccountFactory.create_batch(2)

    response = client.post(URL, {"action": "tag", "tag": "x", "everything": "1"})

    assert "more than 1 accounts" in said(response)[0]
    assert not Event.objects.filter(kind="account_tagged").exists()


def test_a_service_account_or_a_disabled_person_cannot_own_accounts(client, person):
    account = AccountFactory()
    disabled = UserFactory(is_active=False, disabled_at=timezone.now())
    for nobody in (UserFactory(role="integration"), disabled):
        client.post(
            URL,
            {
                "action": "assign",
                "owner": str(nobody.public_id),
                "chosen": ids(account),
            },
        )

    assert owners(account) == [None]


@pytest.mark.parametrize("everything", ["", "1"])
def test_foreign_accounts_stay_untouched(client, everything):
    OrganisationFactory(row_scope="book")
    user = UserFactory(role="csm")
    client.force_login(user)
    own, foreign = AccountFactory(owner=user), AccountFactory(owner=UserFactory())

    client.post(
        URL,
        {
            "action": "tag",
            "tag": "mine",
            "chosen": [*ids(own, foreign), "zzz", ""],
            "everything": everything,
        },
    )

    assert tags(own) == ["mine"]
    assert tags(foreign) == []


def test_accounts_given_away_can_be_taken_back_though_no_longer_seen(client):
    OrganisationFactory(row_scope="book")
    user, other = UserFactory(role="csm"), UserFactory()
    client.force_login(user)
    own = AccountFactory(owner=user)

    response = client.post(
        URL,
        {"action": "assign", "owner": str(other.public_id), "chosen": ids(own)},
    )
    assert owners(own) == [other]
    client.post(undo_url(response))

    assert owners(own) == [user]


def test_only_the_person_who_changed_it_can_undo_it(client, person):
    account = AccountFactory()
    change = assign_in_bulk(Account.objects.all(), owner=person, by=person)

    with pytest.raises(CannotUndo):
        undo_in_bulk(change.undo_token, by=UserFactory())
    with pytest.raises(CannotUndo):
        undo_in_bulk(change.undo_token + "x", by=person)
    assert owners(account) == [person]


def test_a_way_back_that_is_closed_is_said(client, person):
    response = client.post("/portfolio/undo/forged/")

    assert "can no longer be undone" in said(response)[0]
    assert response.headers["Location"] == "/portfolio/"


@pytest.mark.parametrize(
    ("referer", "location"),
    [
        ("http://testserver/portfolio/?band=red", "/portfolio/?band=red"),
        ("https://evil.example/portfolio/", "/portfolio/"),
        ("//evil.example", "/portfolio/"),
        ("", "/portfolio/"),
    ],
)
def test_undo_leads_back_to_the_page_it_was_pressed_on(
    client, person, referer, location
):
    response = client.post("/portfolio/undo/forged/", headers={"Referer": referer})

    assert response.headers["Location"] == location


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 302),
        ("operations", 302),
        ("csm", 302),
        ("lead", 302),
        ("integration", 302),
        ("agent", 403),
        ("leader", 403),
    ],
)
@pytest.mark.parametrize("url", [URL, "/portfolio/undo/forged/"])
def test_who_may_change_in_bulk(client, role, status, url):
    client.force_login(UserFactory(role=role))
    account = AccountFactory()

    response = client.post(url, {"action": "tag", "tag": "x", "chosen": ids(account)})

    assert response.status_code == status
    if status == 403:
        assert tags(account) == []


@pytest.mark.parametrize("url", [URL, "/portfolio/undo/forged/"])
def test_reading_changes_nothing(client, person, url):
    assert client.get(url).status_code == 405
