"""Posts to channels: each format, once, signed, patient; the address stays secret."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from events.models import Event
from health.models import AlertChannel, AlertDelivery
from health.services import send_due
from health.services.channel_posts import signature_headers
from health.services.channels import create_channel
from health.services.deliveries import plan_deliveries
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertFactory, AlertRuleFactory
from tests.factories.organisation import UserFactory
from tests.sinks import PostSink

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def sink(settings):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    server = PostSink()
    yield server
    server.stop()


def channel_to(sink, kind="slack", name="CS room"):
    return create_channel(name=name, kind=kind, url=sink.url, by=UserFactory())


def opened(*channels, name="Acme <& Sons>", occasion="opened", **alert):
    rule = AlertRuleFactory(name="Entered a worse band", sends_email=False)
    rule.channels.set(channels)
    alert = AlertFactory(
        account=AccountFactory(name=name),
        rule=rule,
        opened_at=NOW,
        summary="Went from Healthy to At risk, now 72.3.",
        drivers=[{"sentence": "Logins fell: −4.0", "points": -4, "kind": "behaviour"}],
        **alert,
    )
    plan_deliveries([alert], occasion, NOW)
    return alert


def body(sink, number=0):
    return json.loads(sink.posts[number].body)


def test_slack_reads_a_text_and_blocks(sink, settings):
    settings.PUBLIC_URL = "https://cs.example.com"
    alert = opened(channel_to(sink))

    assert send_due(NOW) == 1
    assert send_due(NOW) == 0

    message = body(sink)
    assert message["text"] == "Acme &lt;&amp; Sons&gt;: entered a worse band"
    text = message["blocks"][0]["text"]["text"]
    link = f"https://cs.example.com/alerts/{alert.public_id}/"
    assert f"<{link}|Acme &lt;&amp; Sons&gt;>" in text
    assert "Went from Healthy to At risk, now 72.3." in text
    assert "• Logins fell: −4.0" in text


def test_teams_reads_an_adaptive_card(sink):
    opened(channel_to(sink, "teams"), name="Acme [link](https://evil.example)")

    send_due(NOW)

    (attachment,) = body(sink)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["type"] == "AdaptiveCard"
    assert card["body"][0]["text"] == r"Acme \[link\](https://evil.example)"
    assert card["actions"][0]["type"] == "Action.OpenUrl"


def test_plain_json_is_signed_so_that_the_receiver_can_check_it(sink):
    channel = channel_to(sink, "webhook")
    alert = opened(channel)

    send_due(NOW)

    (post,) = sink.posts
    delivery = AlertDelivery.objects.get()
    assert post.headers["webhook-id"] == f"dlv_{delivery.public_id}"
    assert post.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    key = base64.b64decode(channel.signing_secret.removeprefix("whsec_"))
    signed = ".".join([
        post.headers["webhook-id"], post.headers["webhook-timestamp"],
        post.body.decode(),
    ])  # fmt: skip
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    assert post.headers["webhook-signature"] == f"v1,{signature}"
    message = body(sink)
    assert (message["type"], message["timestamp"]) == ("alert.opened", NOW.isoformat())
    assert message["data"]["alert"] == str(alert.public_id)
    assert message["data"]["severity"] == "medium"


def test_the_signature_is_that_of_the_standard():
    """The example of the specification of Standard Webhooks."""
    headers = signature_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        b'{"test": 2432232314}',
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
    )

    assert headers["webhook-signature"] == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_busy_channel_is_asked_again_when_it_wishes_and_its_others_wait(sink):
    channel = channel_to(sink)
    opened(channel)
    opened(channel)
    sink.status, sink.headers = 429, {"Retry-After": "600"}

    assert send_due(NOW) == 0
    assert len(sink.posts) == 1
    dues = set(AlertDelivery.objects.values_list("due_at", flat=True))
    assert dues == {NOW + timedelta(minutes=10)}

    sink.status, sink.headers = 200, {}
    assert send_due(NOW + timedelta(minutes=9)) == 0
    assert send_due(NOW + timedelta(minutes=10)) == 2


def test_teams_says_200_when_it_means_429(sink):
    sink.text = "Webhook message delivery failed with error: HTTP error 429"
    opened(channel_to(sink, "teams"))

    assert send_due(NOW) == 0
    assert AlertDelivery.objects.get().status == "waiting"


def test_an_answer_of_5xx_is_tried_again_with_the_same_id(sink):
    opened(channel_to(sink, "webhook"))
    sink.status = 503
    send_due(NOW)
    sink.status = 200
    assert send_due(NOW + timedelta(minutes=1)) == 1

    ids = [post.headers["webhook-id"] for post in sink.posts]
    times = [post.headers["webhook-timestamp"] for post in sink.posts]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(set(times)) == 2
    assert AlertChannel.objects.get().last_error == ""


@pytest.mark.parametrize("status", [400, 403, 404, 302])
def test_other_answers_are_final_and_kept(sink, status):
    sink.status, sink.text = status, f"no_service at {sink.url}"
    sink.headers = {"Location": sink.url} if status == 302 else {}
    opened(channel_to(sink))

    assert send_due(NOW) == 0

    assert len(sink.posts) == 1
    row, channel = AlertDelivery.objects.get(), AlertChannel.objects.get()
    assert row.status == "failed"
    assert channel.last_error == row.error == f"{status} no_service at …"
    assert channel.is_on


def test_an_address_that_is_gone_switches_the_channel_off(sink):
    channel = channel_to(sink)
    opened(channel)
    opened(channel)
    sink.status = 410

    send_due(NOW)

    channel.refresh_from_db()
    assert not channel.is_on
    assert Event.objects.filter(kind="alert_channel_switched_off").exists()
    states = AlertDelivery.objects.values_list("status", flat=True)
    assert sorted(states) == ["dropped", "failed"]


def test_an_address_that_leads_inside_is_never_asked(sink, settings):
    opened(channel_to(sink))
    settings.HOOKS_ALLOW_PRIVATE = False

    assert send_due(NOW) == 0

    assert sink.posts == []
    row = AlertDelivery.objects.get()
    assert (row.status, row.error) == ("failed", "This address is not allowed.")


def test_a_receiver_that_cannot_be_reached_is_tried_again(sink):
    channel = channel_to(sink)
    AlertChannel.objects.update(url="http://127.0.0.1:1/")
    opened(channel)

    send_due(NOW)

    row = AlertDelivery.objects.get()
    assert (row.status, row.error) == (
        "waiting",
        "The address could not be reached.",
    )


def test_a_crash_after_posting_repeats_the_same_id(sink):
    opened(channel_to(sink, "webhook"))
    try:
        with transaction.atomic():
            send_due(NOW)
            raise InterruptedError  # the process dies before its work is committed
    except InterruptedError:
        pass

    assert send_due(NOW) == 1
    assert len(sink.posts) == 2
    assert len({post.headers["webhook-id"] for post in sink.posts}) == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_post_once(sink):
    channel = channel_to(sink, "webhook")
    for number in range(8):
        opened(channel, name=f"Acme {number}")
    sink.seconds = 0.02

    def send():
        send_due(NOW)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sink.posts) == 8
    assert len({post.headers["webhook-id"] for post in sink.posts}) == 8
