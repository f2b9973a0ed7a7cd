"""Alert channels on their pages and over the API: checked, tried, never betrayed."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from health.models import AlertChannel
from health.services.channels import create_channel
from organisation.models import Organisation
from tests.factories.health import (
    AlertChannelFactory,
    AlertDeliveryFactory,
    AlertFactory,
    AlertRuleFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.sinks import PostSink

pytestmark = pytest.mark.django_db

SECRET = "https://8.8.8.8/services/T000/B000/veryverysecretXYZ9"
CHANNELS = "/api/v1/alert-channels/"


@pytest.fixture
def operations(db):
    OrganisationFactory()
    return UserFactory(role="operations")


@pytest.fixture
def client(operations):
    client = Client()
    client.force_login(operations)
    return client


@pytest.fixture
def sink(settings):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    server = PostSink()
    yield server
    server.stop()


def page(name, channel=None):
    return reverse(f"health:{name}", args=[channel.public_id] if channel else [])


def create(client, **values):
    data = {"name": "CS room", "kind": "slack", "url": SECRET, "is_on": "on", **values}
    return client.post(page("alert_channel_create"), data)


def test_a_channel_is_made_changed_and_removed(client, operations):
    answer = create(client)
    channel = AlertChannel.objects.get()
    assert answer.url == page("alert_channel", channel)
    assert (channel.name, channel.url, channel.is_on) == ("CS room", SECRET, True)

    data = {"name": "CS alerts", "kind": "slack", "url": ""}
    client.post(page("alert_channel", channel), data)
    channel.refresh_from_db()
    assert (channel.name, channel.url, channel.is_on) == ("CS alerts", SECRET, False)

    client.post(page("alert_channel_remove", channel))
    assert not AlertChannel.objects.exists()
    kinds = Event.objects.filter(kind__startswith="alert_channel")
    assert list(kinds.order_by("pk").values_list("kind", flat=True)) == [
        "alert_channel_created", "alert_channel_changed", "alert_channel_removed",
    ]  # fmt: skip


def test_the_address_is_shown_to_nobody(client, operations):
    create(client)
    channel = AlertChannel.objects.get()
    client.post(
        page("alert_channel", channel),
        {"name": "CS room", "kind": "slack", "url": SECRET.replace("T000", "T111")},
    )
    AlertDeliveryFactory(
        person=None, channel=channel, alert=AlertFactory(rule=AlertRuleFactory())
    )
    seen = [
        client.get(page("alert_channels")).content.decode(),
        client.get(page("alert_channel", channel)).content.decode(),
        client.get(CHANNELS).content.decode(),
        client.get(f"{CHANNELS}{channel.public_id}/").content.decode(),
        client.get("/api/v1/alert-deliveries/?expand=channel").content.decode(),
        json.dumps(list(Event.objects.values_list("data", "subject_label"))),
    ]

    assert [text for text in seen if "services" in text or "verysecret" in text] == []
    assert "https://8.8.8.8/…XYZ9" in seen[0]
    assert "https://8.8.8.8/…XYZ9 is stored." in seen[1]


@pytest.mark.parametrize("url", [
    "http://8.8.8.8/hook", "https://127.0.0.1/hook", "https://169.254.169.254/",
    "https://[::1]/", "https://10.0.0.1/", "https://2130706433/", "chat.example.com",
    "", "https://8.8.8.8/" + "x" * 500,
])  # fmt: skip
def test_a_wrong_address_is_refused_beside_its_field(client, url):
    answer = create(client, url=url)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"url"}
    assert not AlertChannel.objects.exists()


def test_a_name_is_taken_whatever_its_case(client):
    AlertChannelFactory(name="cs ROOM")

    answer = create(client)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"name"}


def test_plain_json_shows_its_secret_once_and_again_only_when_renewed(client):
    answer = create(client, kind="webhook")
    channel = AlertChannel.objects.get()
    assert channel.signing_secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    later = client.get(page("alert_channel", channel)).content.decode()
    assert channel.signing_secret not in later

    renewed = client.post(page("alert_channel_secret", channel)).content.decode()
    old = channel.signing_secret
    channel.refresh_from_db()
    assert channel.signing_secret != old
    assert channel.signing_secret in renewed


def test_a_test_says_whether_the_channel_took_it(client, operations, sink):
    channel = create_channel(name="CS room", kind="slack", url=sink.url, by=operations)
    answer = client.post(page("alert_channel_test", channel), follow=True)
    assert "CS room took the test." in answer.content.decode()
    assert "CS room" in json.loads(sink.posts[0].body)["text"]

    sink.status, sink.text = 404, "no_service"
    answer = client.post(page("alert_channel_test", channel), follow=True)
    assert "The test did not get through: 404 no_service" in answer.content.decode()
    channel.refresh_from_db()
    assert channel.last_error == "404 no_service"


def test_tests_are_few_a_minute_so_that_nobody_looks_around_with_them(
    client, operations, sink
):
    channel = create_channel(name="CS room", kind="slack", url=sink.url, by=operations)
    for _ in range(8):
        answer = client.post(page("alert_channel_test", channel), follow=True)

    assert len(sink.posts) == 6
    assert "Try again in a minute" in answer.content.decode()
    answer = client.post(f"{CHANNELS}{channel.public_id}/test/")
    assert answer.status_code == 429


def test_the_page_lists_the_last_posts_with_their_errors(client):
    channel = AlertChannelFactory()
    rule = AlertRuleFactory(name="Payment overdue")
    rule.channels.add(channel)
    for number in range(25):
        AlertDeliveryFactory(
            alert=AlertFactory(rule=rule), person=None, channel=channel,
            status="failed", error=f"404 number {number}.",
        )  # fmt: skip

    text = client.get(page("alert_channel", channel)).content.decode()

    assert text.count("404 number") == 20
    assert "404 number 24." in text
    assert "404 number 4." not in text
    assert "Payment overdue" in client.get(page("alert_channels")).content.decode()


def test_the_list_takes_as_many_queries_for_ten_as_for_one(
    client, django_assert_max_num_queries
):
    rule = AlertRuleFactory()
    rule.channels.add(AlertChannelFactory())
    client.get(page("alert_channels"))
    with django_assert_max_num_queries(12) as first:
        client.get(page("alert_channels"))
    rule.channels.add(*AlertChannelFactory.create_batch(9))
    with django_assert_max_num_queries(len(first)):
        client.get(page("alert_channels"))


def test_a_program_makes_changes_and_removes_a_channel(client):
    made = client.post(
        CHANNELS,
        {"name": "Robot", "kind": "webhook", "url": SECRET},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["address"] == "https://8.8.8.8/…XYZ9"
    assert not {"url", "signing_secret"} & body.keys()
    channel = AlertChannel.objects.get()
    assert channel.signing_secret.startswith("whsec_")

    address = f"{CHANNELS}{body['id']}/"
    changed = client.patch(address, {"is_on": False}, content_type="application/json")
    assert changed.json()["is_on"] is False
    for wrong in ({"url": "https://localhost/"}, {"signing_secret": "abc"}):
        answer = client.patch(address, wrong, content_type="application/json")
        assert answer.status_code == 400, wrong
        assert next(iter(wrong)) in answer.content.decode()
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_deliveries_are_seen_with_their_alerts_only(client):
    Organisation.objects.update(row_scope="book")
    row = AlertDeliveryFactory()
    AlertDeliveryFactory(status="failed", error="550 No")
    stranger = Client()
    stranger.force_login(UserFactory(role="csm"))

    found = client.get("/api/v1/alert-deliveries/", {"status": "waiting"}).json()
    assert [one["id"] for one in found["results"]] == [str(row.public_id)]
    assert found["results"][0]["alert"] == str(row.alert.public_id)
    assert stranger.get("/api/v1/alert-deliveries/").json()["results"] == []


def test_a_program_that_read_a_channel_earlier_changes_nothing(client):
    create(client)
    channel = AlertChannel.objects.get()
    path = f"/api/v1/alert-channels/{channel.public_id}/"
    tag = client.get(path)["ETag"]

    answers = [
        client.patch(
            path,
            {"name": name},
            content_type="application/json",
            headers={"If-Match": tag},
        )
        for name in ("First", "Second")
    ]

    assert [answer.status_code for answer in answers] == [200, 412]
    assert AlertChannel.objects.get().name == "First"
