"""Saved views: kept, shared, renamed, removed."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError

from events.models import Event
from organisation.models import SavedView
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def sign_in(client, role="csm"):
    user = UserFactory(role=role)
    client.force_login(user)
    return user


def keep(client, name="Risky", query="band=red", **more):
    data = {"page": "portfolio", "name": name, "query": query, **more}
    return client.post("/views/new/", data)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def chips(client, address="/portfolio/"):
    context = client.get(address).context
    return {
        str(chip["label"]): chip
        for chip in context["view_chips"] + context["view_menu"]
    }


def test_a_kept_view_stands_at_the_top_and_opens_its_list(client):
    sign_in(client)
    AccountFactory(name="Red", health_band="red")
    AccountFactory(name="Other")

    response = keep(client)

    assert response.headers["Location"] == "/portfolio/?band=red"
    assert said(response) == ["Saved as “Risky”."]
    chip = chips(client)["Risky"]
    opened = client.get(chip["href"])
    assert opened.context["figures"].counts["red"] == 1
    assert chips(client, chip["href"])["Risky"]["is_on"]


def test_a_chosen_view_leads_back_to_the_whole_portfolio(client):
    sign_in(client)

    chip = chips(client, "/portfolio/?owner=me")["My book"]

    assert (chip["is_on"], chip["href"]) == (True, "/portfolio/")


def test_built_in_views_need_no_keeping(client):
    sign_in(client)

    assert list(chips(client)) == [
        "My book",
        "Renewing in 90 days",
        "Fell in 30 days",
        "Not enough data",
    ]
    for chip in chips(client).values():
        response = client.get(chip["href"])
        assert not response.context["problems"]
        assert not response.context["can_save"]


def test_people_who_do_not_see_revenue_get_no_view_on_it(client):
    sign_in(client, "agent")

    assert "Renewing in 90 days" not in chips(client)


def test_a_list_of_many_views_goes_on_in_the_menu(client):
    user = sign_in(client)
    for index in range(5):
        SavedView.objects.create(
            page="portfolio", name=f"View {index}", query="q=a", owner=user
        )

    context = client.get("/portfolio/").context

    shown = [str(chip["label"]) for chip in context["view_chips"]]
    further = [str(chip["label"]) for chip in context["view_menu"]]
    assert shown == ["My book", "View 0", "View 1", "View 2"]
    assert further[-2:] == ["View 3", "View 4"]
    assert "Renewing in 90 days" in further


def test_private_views_are_private_and_shared_ones_are_found_by_all(client):
    sign_in(client, "lead")
    keep(client, "Private")
    keep(client, "Shared", is_shared="on")

    sign_in(client)

    assert "Shared" in chips(client)
    assert "Private" not in chips(client)


def test_without_the_right_a_view_is_not_shared(client):
    sign_in(client, "csm")

    keep(client, is_shared="on")

    assert not SavedView.objects.get().is_shared


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 81}, "at most 80"),
        ({"query": "q=" + "x" * 2000}, "at most 2000"),
        ({"page": "nowhere"}, "valid choice"),
        ({"name": "RISKY"}, "You already have a view with this name."),
    ],
)
def test_a_view_that_cannot_be_kept_says_why(client, data, words):
    sign_in(client)
    keep(client)

    response = keep(client, **data)

    assert words in " ".join(said(response))
    assert SavedView.objects.count() == 1


def test_the_name_is_unique_for_a_person_in_the_database_too(client):
    user = sign_in(client)
    SavedView.objects.create(page="portfolio", name="Risky", owner=user)

    with pytest.raises(IntegrityError, match="saved_view_name_unique"):
        SavedView.objects.create(page="portfolio", name="risky", owner=user)


def test_a_view_is_renamed_and_shared(client):
    sign_in(client, "lead")
    keep(client)
    view = SavedView.objects.get()
    prefix = str(view.public_id)

    response = client.post(
        f"/views/{view.public_id}/",
        {f"{prefix}-name": "Very risky", f"{prefix}-is_shared": "on"},
    )

    assert response.headers["Location"] == "/views/"
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Very risky", True)
    event = Event.objects.get(kind="saved_view_updated")
    assert event.data == {
        "name": ["Risky", "Very risky"],
        "is_shared": [False, True],
    }


def test_saving_without_a_change_records_nothing(client):
    sign_in(client)
    keep(client)
    view = SavedView.objects.get()

    client.post(f"/views/{view.public_id}/", {f"{view.public_id}-name": "Risky"})

    assert not Event.objects.filter(kind="saved_view_updated").exists()


@pytest.mark.parametrize("name", ["", "Other"])
def test_a_name_that_cannot_be_is_shown_at_its_field(client, name):
    sign_in(client)
    keep(client)
    keep(client, "other")
    view = SavedView.objects.get(name="Risky")

    response = client.post(
        f"/views/{view.public_id}/", {f"{view.public_id}-name": name}
    )

    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    view.refresh_from_db()
    assert view.name == "Risky"


def test_a_view_is_removed(client):
    sign_in(client)
    keep(client)
    view = SavedView.objects.get()

    response = client.post(f"/views/{view.public_id}/delete/")

    assert response.headers["Location"] == "/views/"
    assert not SavedView.objects.exists()
    assert Event.objects.filter(kind="saved_view_deleted").exists()


@pytest.mark.parametrize("path", ["", "delete/"])
@pytest.mark.parametrize(
    ("role", "is_shared", "status"),
    [
        ("csm", False, 404),
        ("csm", True, 404),
        ("operations", False, 404),
        ("operations", True, 302),
    ],
)
def test_views_of_others_are_not_there_unless_one_looks_after_shared_ones(
    client, path, role, is_shared, status
):
    view = SavedView.objects.create(
        page="portfolio", name="Theirs", owner=UserFactory(), is_shared=is_shared
    )
    sign_in(client, role)

    response = client.post(
        f"/views/{view.public_id}/{path}", {f"{view.public_id}-name": "Mine"}
    )

    assert response.status_code == status
    if status == 404:
        view.refresh_from_db()
        assert view.name == "Theirs"


def test_the_page_lists_ones_own_views_and_says_how_to_begin(client):
    sign_in(client)
    assert "You have not saved a view yet." in client.get("/views/").content.decode()

    keep(client)
    SavedView.objects.create(page="portfolio", name="Theirs", owner=UserFactory())
    text = client.get("/views/").content.decode()

    assert 'href="/portfolio/?band=red"' in text
    assert "Theirs" not in text


@pytest.mark.parametrize(
    "role", ["admin", "operations", "csm", "agent", "lead", "leader", "integration"]
)
def test_every_role_may_keep_views(client, role):
    sign_in(client, role)

    assert client.get("/views/").status_code == 200
    keep(client)
    assert SavedView.objects.count() == 1


def test_views_need_a_sign_in(client):
    for address in ("/views/", "/views/new/", f"/views/{uuid.uuid4()}/delete/"):
        assert client.post(address).status_code == 302
