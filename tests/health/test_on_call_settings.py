"""Who is on call: on the settings page."""

import pytest

from events.models import Event
from health.models import OnCallResponder, OnCallSettings
from health.queries.on_call import on_call_settings
from health.services.on_call import StaleOnCall, change_on_call
from tests.factories.health import AlertChannelFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/settings/on-call/"


@pytest.fixture
def lead(client):
    OrganisationFactory()
    user = UserFactory(role="lead", name="Lea Lead")
    client.force_login(user)
    return user


def typed(**values):
    return {
        "priorities": ["critical"], "repeat_minutes": "10", "most_pages": "12",
        "second_after_minutes": "", "version": "1",
    } | values  # fmt: skip


def errors(answer) -> dict:
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


@pytest.mark.usefixtures("lead")
def test_nobody_is_on_call_at_first_and_the_page_says_so(client):
    answer = client.get(PAGE)

    assert "Nobody is on call." in answer.content.decode()
    form = answer.context["form"]
    assert form["priorities"].value() == ["critical"]
    assert (form["repeat_minutes"].value(), form["most_pages"].value()) == (10, 12)


def test_people_and_channels_of_both_steps_are_named_and_it_is_audited(client, lead):
    agent, channel = UserFactory(role="agent", name="Ada Agent"), AlertChannelFactory()
    answer = client.post(
        PAGE,
        typed(
            people=[agent.public_id],
            second_people=[lead.public_id],
            second_channels=[channel.public_id],
            second_after_minutes="15",
            repeat_minutes="5",
        ),
    )

    assert answer.status_code == 302
    named = OnCallResponder.objects.values_list("step", "person", "channel")
    assert set(named) == {
        (1, agent.pk, None),
        (2, lead.pk, None),
        (2, None, channel.pk),
    }
    settings = on_call_settings()
    assert (settings.repeat_minutes, settings.second_after_minutes) == (5, 15)
    assert settings.paging_since is not None
    event = Event.objects.get(kind="on_call_changed")
    assert event.actor_id == lead.pk
    assert event.data["people"] == [[], ["Ada Agent"]]
    assert event.data["repeat_minutes"] == [10, 5]
    assert "On call now: Ada Agent." in " ".join(
        client.get(PAGE).content.decode().split()
    )


def test_whoever_is_moved_to_the_second_step_is_in_it_alone(client, lead):
    agent = UserFactory(role="agent")
    client.post(PAGE, typed(people=[agent.public_id, lead.public_id]))
    client.post(
        PAGE,
        typed(
            people=[agent.public_id], second_people=[lead.public_id],
            second_after_minutes="20", version="2",
        ),
    )  # fmt: skip

    assert OnCallResponder.objects.get(person=lead).step == 2


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"priorities": []}, "priorities", "Choose at least one priority."),
        ({"repeat_minutes": "0"}, "repeat_minutes", "greater than or equal to 1"),
        ({"most_pages": "1000"}, "most_pages", "less than or equal to 100"),
        ({"people": ["me"], "second_people": ["me"], "second_after_minutes": "5"},
         "second_people", "Lea Lead is paged at once already."),
        ({"second_people": ["me"], "second_after_minutes": "5"}, "people",
         "Name somebody to page at once first."),
        ({"people": ["other"], "second_people": ["me"]}, "second_after_minutes",
         "Say after how many minutes."),
        ({"people": ["me"], "second_after_minutes": "5"}, "second_people",
         "Name whom to page then, or leave the time empty."),
        ({"people": ["other"], "second_people": ["me"], "second_after_minutes": "60",
          "most_pages": "6"}, "second_after_minutes",
         "The last page goes out after 50 minutes. Name fewer."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(client, lead, values, field, message):
    other = UserFactory(role="agent")
    ids = {"me": lead.public_id, "other": other.public_id}
    values = {
        name: [ids.get(each, each) for each in value]
        if isinstance(value, list)
        else value
        for name, value in values.items()
    }
    answer = client.post(PAGE, typed(**values))

    assert answer.status_code == 422
    assert message in " ".join(errors(answer)[field])
    assert not OnCallResponder.objects.exists()
    assert not OnCallSettings.objects.exists()


@pytest.mark.usefixtures("lead")
def test_programs_and_strangers_are_no_choice(client):
    program = UserFactory(role="integration")

    assert "people" in errors(client.post(PAGE, typed(people=[program.public_id])))


def test_of_two_who_change_it_the_second_is_asked_to_look(client, lead):
    agent = UserFactory(role="agent")
    change_on_call(by=lead, people=[agent])
    answer = client.post(PAGE, typed(people=[lead.public_id]))

    assert answer.status_code == 422
    assert "Somebody else changed this." in answer.content.decode()
    assert [row.person for row in OnCallResponder.objects.all()] == [agent]
    with pytest.raises(StaleOnCall):
        change_on_call(by=lead, expected_version=1, people=[])
    again = client.post(PAGE, answer.context["form"].data)
    assert again.status_code == 302


def test_saving_what_stands_there_already_records_nothing(client, lead):
    client.post(PAGE, typed(people=[lead.public_id]))
    count = Event.objects.count()
    client.post(PAGE, typed(people=[lead.public_id], version="2"))

    assert Event.objects.count() == count
    assert on_call_settings().version == 2


def test_when_nobody_named_can_be_reached_the_page_warns(client, lead):
    channel = AlertChannelFactory(is_on=False)
    change_on_call(by=lead, channels=[channel])

    assert "Nobody who is named can be reached." in client.get(PAGE).content.decode()


def test_a_channel_says_that_it_is_on_call(client, lead):
    client.force_login(UserFactory(role="admin"))
    channel = AlertChannelFactory()
    address = f"/settings/alert-channels/{channel.public_id}/"
    assert "go here too" not in client.get(address).content.decode()
    change_on_call(by=lead, channels=[channel])

    assert "go here too" in client.get(address).content.decode()
    assert ">On call</td>" in client.get("/settings/alert-channels/").content.decode()
