"""One's own alert mail: pace, hour, quiet hours, on the page and over the API."""

from datetime import UTC, datetime, time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from events.models import Event
from health.models import AlertPreference
from tests.factories.health import AlertPreferenceFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

API = "/api/v1/alert-preferences/"


@pytest.fixture
def person(db):
    OrganisationFactory(timezone="America/New_York")
    return UserFactory(role="leader")


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


def page():
    return reverse("health:alert_preferences")


def save(client, **values):
    data = {"pace": "daily", "digest_hour": 9, "quiet_from": "", "quiet_until": ""}
    return client.post(page(), data | values)


def test_without_a_choice_mails_come_at_once(client):
    text = client.get(page()).content.decode()

    assert "You get a mail as soon as an alert opens or gets worse." in text
    assert not AlertPreference.objects.exists()


def test_a_choice_is_kept_for_oneself_alone(client, person):
    other = AlertPreferenceFactory()

    answer = save(client, quiet_from="22:00", quiet_until="07:00")

    assert answer.url == page()
    row = AlertPreference.objects.get(person=person)
    assert (row.pace, row.digest_hour) == ("daily", 9)
    assert (row.quiet_from, row.quiet_until) == (time(22), time(7))
    other.refresh_from_db()
    assert other.pace == "at_once"
    event = Event.objects.get(kind="alert_preference_changed")
    assert event.data["pace"] == ["at_once", "daily"]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("", "Wednesday, 10 June at 09:00 (America/New York)"),
        ("Europe/Berlin", "Thursday, 11 June at 09:00 (Europe/Berlin)"),
    ],
)
def test_the_page_says_when_the_next_digest_comes(client, person, zone, words):
    person.timezone = zone
    person.save()
    AlertPreferenceFactory(person=person, pace="daily", digest_hour=9)

    with time_machine.travel(datetime(2026, 6, 10, 12, tzinfo=UTC), tick=False):
        client.force_login(person)
        assert words in client.get(page()).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pace": "hourly"}, "pace"),
        ({"digest_hour": 24}, "digest_hour"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until"),
        ({"quiet_from": "late", "quiet_until": "07:00"}, "quiet_from"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(client, values, field):
    answer = save(client, **values)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not AlertPreference.objects.exists()


def test_a_program_reads_and_changes_its_own(client, person):
    person.timezone = "Europe/Berlin"
    person.save()
    with time_machine.travel(datetime(2026, 6, 10, 12, tzinfo=UTC), tick=False):
        client.force_login(person)
        assert client.get(API).json() == {
            "pace": "at_once", "digest_hour": 8, "quiet_from": None,
            "quiet_until": None, "next_digest_at": None,
        }  # fmt: skip
        wanted = {"pace": "daily", "quiet_from": "22:00", "quiet_until": "07:30"}
        answer = client.patch(API, wanted, content_type="application/json")

    assert answer.status_code == 200, answer.content
    assert answer.json().items() >= wanted.items()
    assert answer.json()["next_digest_at"] == "2026-06-11T08:00:00+02:00"


def test_a_program_that_read_it_earlier_changes_nothing(client, person):
    client.force_login(person)
    tag = client.get(API)["ETag"]

    answers = [
        client.patch(
            API,
            {"digest_hour": hour},
            content_type="application/json",
            headers={"If-Match": tag},
        )
        for hour in (9, 10)
    ]

    assert [answer.status_code for answer in answers] == [200, 412]
    assert AlertPreference.objects.get().digest_hour == 9


@pytest.mark.parametrize(
    "values",
    [
        {"pace": "hourly"},
        {"digest_hour": 24},
        {"quiet_until": None, "quiet_from": "22:00"},
        {"quiet_until": "07:00", "quiet_from": "07:00"},
        {"quiet_from": None, "quiet_until": "07:00"},
        {"quiet_from": "22:00:30", "quiet_until": "07:00"},
    ],
)
def test_a_program_is_told_what_makes_no_sense(client, values):
    answer = client.patch(API, values, content_type="application/json")

    assert answer.status_code == 400, answer.content
    assert next(iter(values)) in answer.content.decode()
