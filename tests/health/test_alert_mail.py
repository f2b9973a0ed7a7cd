"""Alert mail: told once, through a real mail server, and again when it was down."""

import contextlib
import smtplib
import socket
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from events.models import EventConsumption
from events.services import record_event
from health.services import close_alert, send_alert_mail
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertFactory, AlertRuleFactory
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


class Box:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.messages: list = []
        self.answer = "250 OK"
        self.refused_address = ""
        self.refusal = "550 No such person"
        self.refused_word = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == self.refused_address:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refused_word and self.refused_word.encode() in envelope.content:
            return "554 Rejected as spam"
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
def box(settings):
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield box
    controller.stop()


def opened(owner="owner@example.com", **alert):
    """An alert as the rules open it: the row and its event."""
    if isinstance(owner, str):
        owner = UserFactory(email=owner, name="Mara Okafor")
    values = {
        "account": AccountFactory(name="Acme & Sons", owner=owner),
        "rule": AlertRuleFactory(key="rule", name="Entered a worse band"),
        "opened_at": timezone.now(),
        "summary": "Went from Healthy to At risk, now 72.3.",
        **alert,
    }
    alert = AlertFactory(**values)
    record_event("alert_opened", by=None, subject=alert, account_id=alert.account_id)
    return alert


def test_the_owner_is_told_once(box):
    alert = opened()

    assert send_alert_mail() == 1
    assert send_alert_mail() == 0

    (message,) = box.messages
    assert message["To"] == "owner@example.com"
    assert message["Subject"] == "Acme & Sons: entered a worse band"
    assert message["Message-ID"].startswith(f"<alert-{alert.public_id}@")
    body = message.get_payload(decode=True).decode()
    assert "Hello Mara Okafor," in body
    assert "Acme & Sons: Went from Healthy to At risk, now 72.3." in body
    alert.refresh_from_db()
    assert alert.mailed_at is not None


def test_when_the_server_refuses_the_alert_waits_and_keeps_its_message_id(box):
    alert = opened()
    box.answer = "451 Try again later"
    with pytest.raises(smtplib.SMTPException):
        send_alert_mail()
    alert.refresh_from_db()
    assert alert.mailed_at is None
    assert not EventConsumption.objects.exists()

    box.answer = "250 OK"
    assert send_alert_mail() == 1
    assert str(alert.public_id) in box.messages[0]["Message-ID"]


def test_when_the_server_is_down_nothing_is_lost(box, settings):
    opened()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    with contextlib.suppress(OSError):
        send_alert_mail()
    settings.EMAIL_PORT = port

    assert send_alert_mail() == 1


def test_one_wrong_address_holds_up_nobody(box):
    opened(owner="gone@example.com")
    opened(rule=AlertRuleFactory(key="other"))
    box.refused_address = "gone@example.com"

    assert send_alert_mail() == 1
    assert box.messages[0]["To"] == "owner@example.com"


def test_one_mail_that_is_refused_for_good_holds_up_nobody(box):
    refused = opened(owner="strict@example.com")
    opened(rule=AlertRuleFactory(key="other"))
    box.refused_word = "strict@example.com"

    assert send_alert_mail() == 1
    assert send_alert_mail() == 0
    assert box.messages[0]["To"] == "owner@example.com"
    refused.refresh_from_db()
    assert refused.mailed_at is None


def test_an_address_that_is_refused_for_now_is_tried_again(box):
    opened()
    box.refused_address, box.refusal = "owner@example.com", "450 Busy, come back"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send_alert_mail()

    box.refused_address = ""
    assert send_alert_mail() == 1


def test_what_nobody_needs_to_know_is_not_sent(box):
    silent = AlertRuleFactory(key="silent", sends_email=False)
    opened(owner="a@example.com", rule=silent)
    opened(owner=None)
    opened(owner=UserFactory(is_active=False, disabled_at=timezone.now()))
    opened(owner="b@example.com", opened_at=timezone.now() - timedelta(days=3))
    closed = opened(owner="c@example.com")
    close_alert(closed, by=UserFactory(), reason="Solved.")

    assert send_alert_mail() == 0
    assert box.messages == []
    assert EventConsumption.objects.count() == 5
