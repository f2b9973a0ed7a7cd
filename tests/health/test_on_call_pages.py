"""Pages begin, repeat, go on to the second step and end."""

from datetime import timedelta

import pytest

from events.models import Event
from health.models import OnCallPage, PageDelivery
from health.services.on_call import (
    CannotAcknowledge,
    acknowledge_page,
    change_on_call,
    follow_tickets,
)
from organisation.models import Notification, Organisation
from organisation.services import disable_user
from tests.factories.organisation import OrganisationFactory, TeamFactory, UserFactory
from tests.health.on_call_world import Desk, ending
from tickets.models import Ticket
from tickets.services import (
    assign,
    change_status,
    claim,
    create_ticket,
    mark_spam,
    merge_tickets,
    release,
    reopen,
    reply,
    resolve,
    unmark_spam,
    update_ticket,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    OrganisationFactory(timezone="Europe/Berlin")
    return Desk()


def called(desk) -> list[str]:
    """Who was called, in the order of the rounds."""
    rows = PageDelivery.objects.order_by("round", "pk").select_related("person")
    return [row.person.name for row in rows]


def test_nobody_is_paged_before_somebody_is_named(desk):
    desk.open()
    assert desk.tick() == 0
    assert not OnCallPage.objects.exists()


def test_a_new_critical_ticket_pages_within_a_minute_and_only_once(desk, mailoutbox):
    desk.call()
    desk.open(priority="high")
    ticket = desk.open()

    assert desk.tick(0.5) == 1
    assert desk.tick(0.5) == 0

    assert [mail.to for mail in mailoutbox] == [[desk.agent.email]]
    page = OnCallPage.objects.get()
    assert (page.ticket, page.rounds) == (ticket, 1)
    assert page.next_at == page.started_at + timedelta(minutes=10)
    assert Notification.objects.get().person == desk.agent


def test_a_ticket_that_is_raised_to_critical_pages(desk):
    desk.call()
    ticket = desk.open(priority="low")
    desk.tick(30)
    update_ticket(ticket, by=desk.agent, priority="critical", now=desk.now)

    assert desk.tick(0.5) == 1


def test_tickets_that_were_critical_before_anybody_was_named_are_left_alone(desk):
    desk.open()
    desk.wait(5)
    desk.call()

    assert desk.tick() == 0


def test_pages_repeat_until_the_last_one_and_say_so_in_the_news_once(desk):
    desk.call(most_pages=3)
    desk.open()
    sent = [desk.tick(), *[desk.tick(5) for _turn in range(12)]]

    assert sent == [1, 0, 1, 0, 1, *[0] * 8]
    assert OnCallPage.objects.get().rounds == 3
    assert Notification.objects.count() == 1


def test_the_second_step_is_called_too_after_its_minutes(desk):
    boss = UserFactory(role="lead", name="Bo Boss")
    desk.call(second_people=[boss], second_after_minutes=15)
    desk.open()
    for _turn in range(6):
        desk.tick(5)

    assert called(desk) == ["Ada Agent", "Ada Agent"] + ["Ada Agent", "Bo Boss"] * 2
    kinds = Event.objects.filter(kind__startswith="ticket_page")
    assert list(kinds.order_by("id").values_list("kind", "data")) == [
        ("ticket_paged", {"who": "Ada Agent"}),
        ("ticket_page_escalated", {"who": "Ada Agent, Bo Boss"}),
    ]


def test_two_days_without_a_worker_send_one_page_and_not_a_hundred(desk):
    desk.call()
    desk.open()
    desk.tick()
    for number in range(5):
        desk.wait(60)
        desk.open(subject=f"More {number}")

    assert desk.tick(2 * 24 * 60 - 300) == 1, "all of it in one mail"
    assert desk.tick(1) == 0
    assert OnCallPage.objects.filter(rounds=1).count() == 5
    assert OnCallPage.objects.get(rounds=2)


def test_acknowledging_ends_a_page_once_and_says_who(desk):
    desk.call()
    ticket = desk.open()
    desk.tick()
    page = OnCallPage.objects.get()
    desk.wait(4)
    acknowledge_page(page, by=desk.agent, now=desk.now)
    again = acknowledge_page(page, by=desk.admin, now=desk.now)

    assert (again.end_reason, again.ended_by) == ("acknowledged", desk.agent)
    assert desk.tick(60) == 0
    event = Event.objects.get(kind="ticket_page_acknowledged")
    assert (event.actor_id, event.subject_id) == (desk.agent.pk, ticket.pk)


def test_who_neither_works_on_tickets_nor_is_on_call_cannot_acknowledge(desk):
    reader, called_reader = UserFactory(role="leader"), UserFactory(role="leader")
    desk.call(people=[called_reader])
    desk.open()
    desk.tick()
    page = OnCallPage.objects.get()

    with pytest.raises(CannotAcknowledge):
        acknowledge_page(page, by=reader)
    assert acknowledge_page(page, by=called_reader).ended_by == called_reader


def answered(desk, ticket):
    reply(ticket, by=desk.agent, text="We are on it.", now=desk.now)


def lowered(desk, ticket):
    update_ticket(ticket, by=desk.agent, priority="high", now=desk.now)


def merged(desk, ticket):
    other = desk.open(priority="low")
    merge_tickets([ticket], into=other, by=desk.agent)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda d, t: claim(t, by=d.agent, now=d.now), "claimed"),
        (lambda d, t: assign(t, by=d.admin, to=d.agent, now=d.now), "claimed"),
        (answered, "answered"),
        (lambda d, t: resolve(t, by=d.agent, now=d.now), "resolved"),
        (lowered, "lowered"),
        (lambda d, t: mark_spam(t, by=d.agent, now=d.now), "spam"),
        (merged, "merged"),
    ],
)
def test_what_ends_a_page(desk, act, reason):
    desk.call()
    ticket = desk.open()
    desk.tick()
    desk.wait(10)
    act(desk, Ticket.objects.get(pk=ticket.pk))

    assert desk.tick() == 0
    page = OnCallPage.objects.get()
    assert page.end_reason == reason
    assert page.next_at is None
    is_by_somebody = reason in ("claimed", "answered")
    assert (page.ended_by is not None) == is_by_somebody


def test_what_only_looks_like_an_answer_does_not_end_a_page(desk):
    program = UserFactory(role="integration")
    desk.call()
    ticket = desk.open()
    desk.tick()
    assign(ticket, by=program, to=desk.agent, now=desk.now)
    reply(ticket, by=program, text="We got your mail.", now=desk.now)
    change_status(ticket, by=desk.agent, status="waiting", now=desk.now)

    assert desk.tick(10) == 1


def test_a_ticket_taken_before_anybody_looked_is_not_paged(desk):
    desk.call()
    ticket = desk.open()
    claim(ticket, by=desk.agent, now=desk.now + timedelta(seconds=5))

    assert desk.tick(0.5) == 0
    assert not OnCallPage.objects.exists()


def test_a_ticket_an_agent_opens_pages_unless_somebody_is_named_at_once(desk):
    desk.call()
    with desk.at():
        for assignee in (desk.agent, None):
            create_ticket(
                by=desk.agent, subject="Called in", text="Down", now=desk.now,
                account=desk.account, priority="critical", assignee=assignee,
            )  # fmt: skip

    assert desk.tick() == 1
    assert OnCallPage.objects.get().ticket.assignee is None


def test_a_ticket_given_back_or_no_spam_after_all_is_paged_again(desk):
    desk.call()
    taken, spam = desk.open(), desk.open(subject="Buy now")
    desk.tick()
    claim(taken, by=desk.agent, now=desk.now)
    mark_spam(spam, by=desk.agent, now=desk.now)
    assert desk.tick(10) == 0
    desk.wait(1)
    release(taken, by=desk.agent, now=desk.now)
    unmark_spam(spam, by=desk.agent, now=desk.now)

    assert desk.tick() == 1
    assert set(OnCallPage.objects.values_list("rounds", "end_reason")) == {(2, "")}


def test_a_reopened_and_a_raised_again_ticket_are_paged_anew(desk):
    desk.call()
    ticket = desk.open()
    desk.tick()
    resolve(ticket, by=desk.agent, now=desk.now)
    desk.tick(10)
    reopen(ticket, by=desk.agent, now=desk.now)
    assert desk.tick() == 1
    update_ticket(ticket, by=desk.agent, priority="low", now=desk.now)
    desk.tick(1)
    update_ticket(ticket, by=desk.agent, priority="critical", now=desk.now)

    assert desk.tick() == 1
    reasons = OnCallPage.objects.order_by("raised_at").values_list("end_reason")
    assert [reason for (reason,) in reasons] == ["resolved", "lowered", ""]


def test_a_ticket_that_sinks_from_critical_to_another_paged_priority_stays_answered(
    desk,
):
    desk.call(priorities=["high", "critical"])
    ticket = desk.open()
    desk.tick()
    acknowledge_page(OnCallPage.objects.get(), by=desk.agent, now=desk.now)
    desk.wait(1)
    update_ticket(ticket, by=desk.agent, priority="high", now=desk.now)

    assert desk.tick() == 0
    assert ending(ticket) == "acknowledged"


def test_people_are_paged_only_about_accounts_they_may_see(desk):
    Organisation.objects.update(row_scope="team")
    owner = UserFactory(role="csm", name="Olga Owner", team=TeamFactory())
    desk.account.owner = owner
    desk.account.save()
    stranger = UserFactory(role="lead", name="Stan Stranger", team=TeamFactory())
    desk.call(people=[owner, stranger])
    desk.open()
    desk.tick()

    assert called(desk) == ["Olga Owner"]
    assert Notification.objects.get().person == owner


def test_who_may_not_sign_in_any_more_is_not_called(desk):
    other = UserFactory(role="agent", name="Ole Other")
    desk.call(people=[desk.agent, other])
    disable_user(other, by=desk.admin)
    desk.open()
    desk.tick()

    assert called(desk) == ["Ada Agent"]


def test_changing_who_is_on_call_ends_what_would_not_begin(desk):
    desk.call(priorities=["high", "critical"])
    high, critical = desk.open(priority="high"), desk.open()
    desk.tick()
    change_on_call(by=desk.admin, priorities=["critical"], now=desk.now)
    assert (ending(high), ending(critical)) == ("stood_down", "")
    change_on_call(by=desk.admin, people=[], now=desk.now)
    assert ending(critical) == "stood_down"


@pytest.mark.parametrize("minutes", [1, 60 * 24])
def test_what_was_paged_when_on_call_was_handed_over_is_paged_on(desk, minutes):
    unseen = desk.open(subject="Before anybody was on call")
    desk.wait(5)
    desk.call()
    ticket = desk.open()
    desk.tick()
    change_on_call(by=desk.admin, people=[], now=desk.now)
    assert desk.tick(minutes) == 0
    ben = UserFactory(role="agent", name="Ben")
    change_on_call(by=desk.admin, people=[ben], now=desk.now)

    assert desk.tick(1) == 1
    assert called(desk) == ["Ada Agent", "Ben"]
    assert ending(ticket) == ""
    assert not OnCallPage.objects.filter(ticket=unseen).exists()


def test_what_was_paged_is_old_when_nobody_was_on_call_for_days(desk):
    desk.call()
    desk.open()
    desk.tick()
    change_on_call(by=desk.admin, people=[], now=desk.now)
    desk.wait(4 * 24 * 60)
    change_on_call(by=desk.admin, people=[desk.agent], now=desk.now)

    assert desk.tick(1) == 0


@pytest.mark.parametrize("minutes", [5, 5 * 24 * 60])
def test_what_is_given_back_is_paged_on_though_settings_changed_meanwhile(
    desk, minutes
):
    desk.call()
    ticket = desk.open()
    high = desk.open(priority="high")
    desk.tick()
    claim(ticket, by=desk.agent, now=desk.now)
    desk.tick(1)
    change_on_call(by=desk.admin, priorities=["critical", "high"], now=desk.now)
    assert desk.tick(minutes) == 0
    release(ticket, by=desk.agent, now=desk.now)

    assert desk.tick(1) == 1
    assert desk.tick(10) == 1
    assert not OnCallPage.objects.filter(ticket=high).exists()


def test_a_ticket_of_the_last_seconds_is_not_lost_when_a_priority_joins(desk):
    desk.call()
    desk.open(priority="high")
    ticket = desk.open()
    desk.wait(0.2)
    change_on_call(by=desk.admin, priorities=["high", "critical"], now=desk.now)

    desk.tick()
    assert OnCallPage.objects.get().ticket == ticket


def test_looking_at_many_tickets_takes_as_many_queries_as_at_few(
    desk, django_assert_max_num_queries
):
    desk.call(people=[desk.agent, UserFactory(role="agent")])
    for _number in range(12):
        desk.open()

    with django_assert_max_num_queries(24):
        follow_tickets(desk.now)
    assert PageDelivery.objects.count() == 24


def test_what_was_critical_for_days_when_it_is_first_seen_is_no_news(desk):
    desk.call()
    with desk.at():
        ticket = desk.open()
    desk.wait(4 * 24 * 60)
    update_ticket(ticket, by=desk.agent, subject="Imported", now=desk.now)

    assert desk.tick() == 0
