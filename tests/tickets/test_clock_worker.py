"""The worker: every warning and every miss once, however often it is run."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from events.models import Event
from organisation.models import Notification, Organisation
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import WatcherFactory
from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, clock
from tickets.models import SlaClock, SlaEvent, Ticket
from tickets.services import clock_worker
from tickets.services.clock_worker import record_due
from tickets.services.statuses import resolve

LATER = MONDAY + 2 * DAY


def kinds(**filters):
    rows = SlaEvent.objects.filter(**filters).order_by("metric", "kind")
    return list(rows.values_list("metric", "kind"))


@pytest.mark.django_db
def test_a_warning_comes_at_75_percent_and_a_miss_after_due():
    ticket = Desk().ticket()

    assert record_due(MONDAY + 44 * MINUTE) == 0
    assert record_due(MONDAY + 45 * MINUTE) == 1
    assert record_due(MONDAY + 60 * MINUTE) == 0
    assert record_due(MONDAY + 61 * MINUTE) == 1

    assert kinds(ticket=ticket) == [
        ("first_response", "breach"),
        ("first_response", "warning"),
    ]
    ticket.refresh_from_db()
    assert ticket.breached_at == MONDAY + HOUR


@pytest.mark.django_db
def test_the_scheduler_run_twice_writes_nothing_twice():
    Desk().ticket()

    first = record_due(LATER)
    second = record_due(LATER)

    assert (first, second) == (4, 0)
    assert SlaEvent.objects.count() == 4
    assert Event.objects.filter(kind="sla_breached").count() == 2
    assert Event.objects.filter(kind="sla_warning").count() == 2


@pytest.mark.django_db
def test_after_two_days_of_outage_everything_is_found_once_with_its_own_time(
    monkeypatch,
):
    monkeypatch.setattr(clock_worker, "BATCH", 7)
    desk = Desk()
    tickets = [desk.ticket(at=MONDAY + number * MINUTE) for number in range(20)]

    assert record_due(LATER) == 80

    assert SlaEvent.objects.count() == 80
    for number, ticket in enumerate(tickets):
        missed = SlaEvent.objects.get(ticket=ticket, metric="resolution", kind="breach")
        assert missed.happened_at == MONDAY + 8 * HOUR + number * MINUTE
        assert missed.recorded_at == LATER


@pytest.mark.django_db
def test_a_miss_stands_on_the_account_with_metric_and_priority():
    desk = Desk()
    ticket = desk.ticket(priority="critical")

    record_due(LATER)

    event = Event.objects.filter(kind="sla_breached").order_by("happened_at").first()
    assert event.account_id == desk.account.pk
    assert event.subject_id == ticket.pk
    assert event.data["priority"] == "critical"
    assert event.data["metric"] == "first_response"
    assert event.happened_at == MONDAY + HOUR


@pytest.mark.django_db
def test_assignee_and_watchers_are_told_once_of_the_miss():
    desk = Desk()
    ticket = desk.ticket(assignee=desk.agent)
    watcher = WatcherFactory(ticket=ticket).person

    record_due(MONDAY + 50 * MINUTE)
    record_due(MONDAY + 2 * HOUR)
    record_due(MONDAY + 3 * HOUR)

    told = Notification.objects.filter(kind__startswith="sla_")
    assert told.filter(person=desk.agent).count() == 2
    assert told.filter(person=watcher).count() == 2


@pytest.mark.django_db
def test_the_team_is_told_of_what_nobody_has_but_gets_no_mail():
    Organisation.objects.update(row_scope="book")
    desk, team = Desk(), TeamFactory()
    sees = UserFactory(role="agent", team=team)
    watches = UserFactory(role="lead", team=team)
    UserFactory(role="agent", team=team)
    desk.account.owner = sees
    desk.account.save()
    ticket = desk.ticket(team=team)
    WatcherFactory(ticket=ticket, person=watches)
    desk.ticket(team=team, assignee=sees)

    record_due(MONDAY + 2 * HOUR)

    told = Notification.objects.filter(kind="sla_breached")
    mine = told.filter(key__startswith=f"sla:{ticket.pk}:")
    assert set(mine.values_list("person", "is_mailed")) == {
        (sees.pk, False), (watches.pk, True),
    }  # fmt: skip
    assert mine.count() == 2
    assert told.exclude(pk__in=mine).get().person == sees


@pytest.mark.django_db
def test_a_late_resolve_between_two_runs_is_not_missed_again():
    desk = Desk()
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)

    resolve(ticket, by=desk.agent, now=MONDAY + 9 * HOUR)
    record_due(LATER)

    assert kinds(ticket=ticket, kind="breach") == [("resolution", "breach")]


@pytest.mark.django_db
def test_a_miss_seen_by_the_worker_keeps_its_record_when_the_answer_comes():
    desk = Desk()
    ticket = desk.ticket()
    record_due(MONDAY + 2 * HOUR)

    desk.reply(ticket, MONDAY + 3 * HOUR)

    first = clock(ticket, "first_response")
    assert (first.state, first.late_seconds) == ("breached", 7200)
    assert SlaEvent.objects.filter(ticket=ticket, kind="breach").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_warning_and_miss_once(monkeypatch):
    monkeypatch.setattr(clock_worker, "BATCH", 5)
    desk = Desk()
    for number in range(12):
        desk.ticket(at=MONDAY + number * MINUTE)
    start = Barrier(2)

    def work():
        start.wait()
        try:
            return record_due(LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(work) for _ in "ab"]]
    rest = record_due(LATER)

    assert sum(counts) + rest == 48
    assert SlaEvent.objects.count() == 48
    assert Event.objects.filter(kind__startswith="sla_").count() == 48
    assert not SlaClock.objects.filter(breached_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_ticket_somebody_works_on_is_passed_over_until_the_next_run():
    desk = Desk()
    ticket = desk.ticket()

    def work():
        try:
            return record_due(LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        assert pool.submit(work).result() == 0

    assert record_due(LATER) == 4


@pytest.mark.django_db
@pytest.mark.parametrize("is_anybodys", [True, False])
@pytest.mark.parametrize("count", [1, 12])
def test_the_worker_asks_as_often_for_one_ticket_as_for_many(
    count, is_anybodys, django_assert_max_num_queries
):
    desk, team = Desk(), TeamFactory()
    UserFactory(role="agent", team=team)
    assignee = desk.agent if is_anybodys else None
    for number in range(count):
        desk.ticket(at=MONDAY + number * MINUTE, assignee=assignee, team=team)

    with django_assert_max_num_queries(32):
        record_due(LATER)
