"""Short lists read together are what each would be alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.small_lists import small_lists
from organisation.models import Team, User
from tests.factories.organisation import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def lists():
    return {
        "teams": Team.objects.order_by("-name").values("public_id", "name"),
        "nobody": User.objects.none().values("name"),
        "people": User.objects.filter(role="agent").order_by("pk").values("name"),
    }


def test_each_list_keeps_its_order_and_an_empty_one_its_place():
    first, second = TeamFactory(name='A "b" %s'), TeamFactory(name="Zoë")
    UserFactory(role="agent", name="Tom")

    found = small_lists(lists, key="test order")

    assert found == {
        "teams": [
            {"public_id": str(second.public_id), "name": "Zoë"},
            {"public_id": str(first.public_id), "name": 'A "b" %s'},
        ],
        "nobody": [],
        "people": [{"name": "Tom"}],
    }


def test_all_of_them_are_one_statement_and_never_stale():
    small_lists(lists, key="test stale")
    TeamFactory(name="New")

    with CaptureQueriesContext(connection) as queries:
        found = small_lists(lists, key="test stale")

    assert len(queries) == 1
    assert found["teams"][0]["name"] == "New"
    assert found["people"] == []
