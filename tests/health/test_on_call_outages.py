"""Pages while nothing can be sent, and when it can be sent again."""

import pytest

from health.models import OnCallPage, PageDelivery
from health.services.channels import create_channel
from health.services.on_call import change_on_call, follow_tickets
from organisation.services import disable_user
from tests import sinks
from tests.factories.organisation import OrganisationFactory, TeamFactory, UserFactory
from tests.health.on_call_world import Desk
from tickets.services import claim, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    OrganisationFactory(timezone="Europe/Berlin")
    return Desk()


@pytest.fixture
def no_mail(settings):
    _sink, stop = sinks.start_mail_sink(settings)
    stop()
    settings.EMAIL_TIMEOUT = 1


@pytest.fixture
def mail_again(settings, no_mail):
    """Starts the mail server when called."""
    running = []

    def start():
        sink, stop = sinks.start_mail_sink(settings)
        running.append(stop)
        return sink

    yield start
    for stop in running:
        stop()


def ticks(desk, minutes: int, *, step: int = 5) -> list[int]:
    return [desk.tick(step) for _turn in range(0, minutes, step)]


def test_rounds_that_reach_nobody_do_not_count(desk, mail_again):
    desk.call(most_pages=3)
    desk.open()
    desk.tick()
    assert sum(ticks(desk, 5 * 60)) == 0
    (row,) = PageDelivery.objects.all()
    assert (row.round, row.status) == (1, "waiting")

    box = mail_again()
    assert sum(ticks(desk, 15)) >= 1
    assert "Critical: " in box.messages[0]["Subject"], "nobody was told before"
    ticks(desk, 60)

    assert len(box.messages) == 3
    assert OnCallPage.objects.get().rounds == 3


def test_the_only_page_of_a_ticket_goes_out_after_a_night_without_mail(
    desk, mail_again
):
    desk.call(most_pages=1)
    for number in range(3):
        desk.open(subject=f"Down {number}")
    desk.tick()
    assert sum(ticks(desk, 10 * 60, step=15)) == 0

    box = mail_again()
    assert sum(ticks(desk, 60)) == 1
    assert box.messages[0]["Subject"] == "3 tickets need you"


def test_a_mailbox_that_refuses_for_good_uses_its_rounds_up(desk, settings):
    sink, stop = sinks.start_mail_sink(settings)
    sink.refused_address = desk.agent.email
    desk.call(most_pages=2)
    desk.open()
    ticks(desk, 60)
    stop()

    rows = PageDelivery.objects.order_by("round").values_list("round", "status")
    assert list(rows) == [(1, "failed"), (2, "failed")]


def test_the_second_step_is_called_in_time_although_nobody_of_the_first_was_reached(
    desk, no_mail, settings
):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    chat = sinks.PostSink()
    second = create_channel(name="All", kind="slack", url=chat.url, by=desk.admin)
    desk.call(second_channels=[second], second_after_minutes=15)
    desk.open()
    desk.tick()
    sent = ticks(desk, 30)
    chat.stop()

    assert sent == [0, 0, 1, 0, 1, 0]


def test_the_second_step_is_called_at_once_when_nobody_of_the_first_can_be(desk):
    ben = UserFactory(role="agent", name="Ben")
    desk.call(second_people=[ben], second_after_minutes=30, most_pages=4)
    disable_user(desk.agent, by=desk.admin)
    desk.open()

    assert [desk.tick(), *ticks(desk, 30)] == [1, 0, 1, 0, 1, 0, 1]
    rows = PageDelivery.objects.values_list("person", flat=True)
    assert set(rows) == {ben.pk}
    assert OnCallPage.objects.get().escalated_at is not None


def test_who_comes_on_call_during_an_outage_is_paged_and_who_left_is_not(
    desk, mail_again
):
    desk.call(most_pages=1)
    desk.open()
    desk.tick()
    ben = UserFactory(role="agent", name="Ben")
    change_on_call(by=desk.admin, people=[ben], now=desk.now)
    box = mail_again()
    ticks(desk, 30)

    assert [mail["To"] for mail in box.messages] == [ben.email]


def test_a_page_nobody_could_see_reaches_whoever_can_later(desk, settings):
    desk.account.owner = UserFactory(role="csm", team=TeamFactory())
    desk.account.save()
    OrganisationFactory._meta.model.objects.update(row_scope="book")
    desk.call(most_pages=1)
    desk.open()
    assert sum(ticks(desk, 30)) == 0
    change_on_call(by=desk.admin, people=[desk.admin], now=desk.now)

    assert sum(ticks(desk, 30)) == 1


def test_what_was_dropped_before_it_went_out_goes_out_when_it_is_given_back(desk):
    desk.call(most_pages=1)
    ticket = desk.open()
    follow_tickets(desk.now)
    claim(ticket, by=desk.agent, now=desk.now)
    assert desk.tick(1) == 0
    release(ticket, by=desk.agent, now=desk.now)

    assert desk.tick(1) == 1
    assert desk.tick(30) == 0
    (row,) = PageDelivery.objects.all()
    assert (row.round, row.status, row.error) == (1, "sent", "")


def test_the_first_of_two_who_can_be_reached_keeps_the_rhythm(desk, no_mail, settings):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    chat = sinks.PostSink()
    slack = create_channel(name="All", kind="slack", url=chat.url, by=desk.admin)
    desk.call(channels=[slack], most_pages=3)
    desk.open()
    sent = [desk.tick(), *ticks(desk, 60)]
    chat.stop()

    assert sum(sent) == 3
    waiting = PageDelivery.objects.get(status="waiting")
    assert (waiting.person, waiting.round) == (desk.agent, 3)
    disable_user(desk.agent, by=desk.admin)
    ticks(desk, 30)
    assert not PageDelivery.objects.filter(status="waiting").exists()
