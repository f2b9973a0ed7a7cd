"""A ticket that became part of one that its reader may not see."""

import pytest

from organisation.models import Organisation
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.tickets import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    OrganisationFactory()
    Organisation.objects.update(row_scope="book")
    return UserFactory(role="agent")


@pytest.fixture
def source(agent):
    target = TicketFactory(subject="Secret plans", account=AccountFactory())
    return TicketFactory(account=AccountFactory(owner=agent), merged_into=target)


def test_the_api_does_not_name_what_may_not_be_seen(agent, source):
    api, address = program_of(agent), f"/api/v1/tickets/{source.public_id}/"
    rows = api.get("/api/v1/tickets/", {"updated_since": "2020-01-01T00:00:00Z"})

    assert api.get(address).json()["merged_into"] is None
    assert [row["merged_into"] for row in rows.json()["results"]] == [None]
    lead = program_of(UserFactory(role="admin"))
    assert lead.get(address).json()["merged_into"] == str(source.merged_into.public_id)


def test_the_page_says_it_is_part_of_another_one(client, agent, source):
    client.force_login(agent)
    for query in ("", "?stay=1"):
        answer = client.get(f"/tickets/{source.public_id}/{query}")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "part of another one that you may not see" in page
        assert source.merged_into.number not in page
        assert str(source.merged_into.public_id) not in page
        assert "Secret plans" not in page


def test_who_may_see_the_other_one_is_taken_there(client, source):
    client.force_login(UserFactory(role="admin"))
    answer = client.get(f"/tickets/{source.public_id}/")

    assert answer.status_code == 302
    assert str(source.merged_into.public_id) in answer["Location"]
    page = client.get(f"/tickets/{source.public_id}/?stay=1").content.decode()
    assert source.merged_into.number in page


def test_an_act_on_it_is_refused_with_its_own_page(client, agent, source):
    client.force_login(agent)
    answer = client.post(
        f"/tickets/{source.public_id}/act/watch/", headers={"HX-Request": "true"}
    )

    assert answer.status_code in (200, 422)
    assert source.merged_into.number not in answer.content.decode()
