"""Whom a tier is for, what it promises, and open tickets that follow an edit."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from accounts.bulk import upsert_accounts
from accounts.models import Account, Plan, Segment
from accounts.segments import reassign_segments
from accounts.services import delete_segment, merge_accounts, update_account
from core.staging import Stage, copy_lines
from organisation.calendar_services import update_calendar
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    SegmentFactory,
)
from tests.factories.tickets import SlaTierFactory, SlaTierVersionFactory
from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, clock, promise
from tickets.models import (
    SlaEvent,
    SlaTier,
    SupportLevel,
    SupportSettings,
    Ticket,
)
from tickets.services import rebuild, tier_moves
from tickets.services.rebuild import continue_rebuilds, start_rebuild
from tickets.services.statuses import resolve
from tickets.services.tier_changes import (
    create_tier,
    delete_tier,
    make_default,
    publish_targets,
    update_tier,
)
from tickets.services.tier_moves import follow_accounts
from tickets.services.tiers import chosen_tiers

pytestmark = pytest.mark.django_db


def gold_tier(desk, *, priority=5, **minutes):
    """Another tier, for nobody yet."""
    tier = SlaTierFactory(priority=priority)
    SlaTierVersionFactory(tier=tier, calendar=desk.calendar, targets=promise(**minutes))
    return tier


def hours(slug, metric):
    tier = SlaTier.objects.get(slug=slug)
    return {
        priority: metrics[metric]["minutes"] / 60
        for priority, metrics in tier.versions.get().targets.items()
        if metric in metrics
    }


def test_the_three_tiers_to_begin_with_promise_what_the_specification_says():
    assert hours("shared", "first_response") == {
        "critical": 1, "high": 4, "medium": 24, "low": 72,
    }  # fmt: skip
    assert hours("shared", "resolution") == {
        "critical": 4, "high": 24, "medium": 72, "low": 168,
    }  # fmt: skip
    assert hours("shared", "next_response") == hours("shared", "first_response")
    assert hours("dedicated", "first_response") == {
        "critical": 0.5, "high": 2, "medium": 4, "low": 4,
    }  # fmt: skip
    assert hours("dedicated", "resolution") == {
        "critical": 2, "high": 12, "medium": 36, "low": 84,
    }  # fmt: skip
    assert hours("self-service", "first_response") == {"medium": 24, "low": 72}
    assert hours("self-service", "next_response") == {}
    assert SlaTier.objects.get(is_default=True).slug == "shared"


def test_critical_runs_around_the_clock_and_the_others_by_the_calendar():
    for tier in SlaTier.objects.all():
        version = tier.versions.get()
        assert version.calendar.weekly["mon"] == [["09:00", "17:00"]]
        for priority, metrics in version.targets.items():
            expected = "always" if priority == "critical" else "calendar"
            assert {target["clock"] for target in metrics.values()} == {expected}


def test_levels_and_settings_are_there_from_the_beginning():
    levels = dict(SupportLevel.objects.values_list("level", "response_minutes"))
    assert levels == {1: 1440, 2: 480, 3: 240, 4: 60}
    settings = SupportSettings.objects.get()
    assert (settings.warn_percent, settings.auto_close_days) == (75, 7)


def test_account_beats_plan_beats_segment_and_the_default_stands_last():
    plan, segment = Plan.objects.create(name="Gold"), SegmentFactory()
    by_segment = SlaTierFactory(priority=1)
    by_segment.segments.add(segment)
    by_plan = SlaTierFactory(priority=2)
    by_plan.plans.add(plan)
    later = SlaTierFactory(priority=3)
    later.plans.add(plan)

    def tier_of(**values):
        account = AccountFactory(**values)
        return account, chosen_tiers([account.pk])[account.pk]

    named, _ = tier_of(plan=plan, segment=segment)
    by_account = SlaTierFactory(priority=9)
    by_account.accounts.add(named)

    assert chosen_tiers([named.pk]) == {named.pk: by_account}
    assert tier_of(plan=plan, segment=segment)[1] == by_plan
    assert tier_of(segment=segment)[1] == by_segment
    assert tier_of()[1].slug == "shared"
    assert chosen_tiers([None])[None].slug == "shared"
    by_plan.is_active = False
    by_plan.save()
    assert tier_of(plan=plan)[1] == later


def test_publishing_makes_a_version_only_when_something_differs():
    desk = Desk()
    targets = desk.version.targets

    same = publish_targets(desk.tier, by=None, targets=targets, calendar=desk.calendar)
    other = publish_targets(
        desk.tier, by=None, targets=promise(resolution=9), calendar=desk.calendar
    )

    assert (same.number, other.number) == (1, 2)


@pytest.mark.parametrize(
    "targets",
    [
        {},
        {"urgent": {"resolution": {"minutes": 1, "clock": "always"}}},
        {"high": {"closing": {"minutes": 1, "clock": "always"}}},
        {"high": {"resolution": {"minutes": 0, "clock": "always"}}},
        {"high": {"resolution": {"minutes": 1.5, "clock": "always"}}},
        {"high": {"resolution": {"minutes": True, "clock": "always"}}},
        {"high": {"resolution": {"minutes": 1, "clock": "lunar"}}},
        {"high": {"resolution": 5}},
        {"high": 5},
    ],
)
def test_targets_that_make_no_sense_are_refused(targets):
    desk = Desk()

    with pytest.raises(ValidationError) as refused:
        publish_targets(desk.tier, by=None, targets=targets, calendar=desk.calendar)

    assert "targets" in refused.value.message_dict


def test_there_is_one_default_and_it_stays_on():
    desk = Desk()
    tier = create_tier(
        by=None, name="Gold", targets=promise(resolution=9), calendar=desk.calendar
    )

    make_default(tier, by=None)

    assert SlaTier.objects.get(is_default=True) == tier
    with pytest.raises(ValidationError):
        update_tier(tier, by=None, is_active=False)
    with pytest.raises(ValidationError):
        delete_tier(tier, by=None)


def test_a_tier_that_clocks_ran_by_is_kept():
    desk = Desk()
    tier = create_tier(
        by=None, name="Gold", targets=promise(resolution=9), calendar=desk.calendar,
        accounts=[desk.account],
    )  # fmt: skip
    desk.ticket()
    unused = create_tier(
        by=None, name="Gold", targets=promise(resolution=9), calendar=desk.calendar
    )
    assert unused.slug == "gold-2"

    delete_tier(unused, by=None)

    with pytest.raises(ValidationError):
        delete_tier(tier, by=None)


def test_a_rebuild_moves_open_tickets_in_chunks_and_goes_on_where_it_stopped(
    monkeypatch,
):
    monkeypatch.setattr(rebuild, "CHUNK", 3)
    desk = Desk(promise(resolution=480))
    tickets = [desk.ticket() for _ in range(7)]
    done = desk.ticket()
    resolve(done, by=None, now=MONDAY + MINUTE)
    publish_targets(
        desk.tier, by=None, targets=promise(resolution=240), calendar=desk.calendar
    )

    row = start_rebuild(by=desk.agent, tier=desk.tier)
    assert row.ticket_count == 7
    assert rebuild._next_chunk(row.pk, MONDAY + HOUR) == 3
    assert continue_rebuilds(MONDAY + HOUR) == 4

    row.refresh_from_db()
    assert (row.status, row.done_count) == ("finished", 7)
    assert {clock(each).due_at for each in tickets} == {MONDAY + 4 * HOUR}
    assert clock(done).target_seconds == 480 * 60
    assert continue_rebuilds(MONDAY + HOUR) == 0
    assert SlaEvent.objects.filter(kind="retarget").count() == 7


def test_a_rebuild_after_a_calendar_edit_takes_its_newest_version():
    desk = Desk(promise("calendar", resolution=480))
    ticket = desk.ticket()
    update_calendar(desk.calendar, by=None, weekly={"mon": [["11:00", "23:00"]]})

    start_rebuild(by=None, calendar=desk.calendar)
    continue_rebuilds(MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + 10 * HOUR


def test_the_second_asking_for_the_same_rebuild_is_the_first():
    desk = Desk()

    first = start_rebuild(by=None, tier=desk.tier)

    assert start_rebuild(by=None, tier=desk.tier) == first


def test_open_tickets_follow_their_customer_into_another_tier():
    desk = Desk(promise(resolution=480))
    plan = Plan.objects.create(name="Gold")
    tier = SlaTierFactory()
    tier.plans.add(plan)
    SlaTierVersionFactory(
        tier=tier, calendar=desk.calendar, targets=promise(resolution=60)
    )
    ticket = desk.ticket()

    update_account(desk.account, by=desk.agent, plan=plan)
    follow_accounts(MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + HOUR
    assert follow_accounts(MONDAY + MINUTE) == 0


def test_open_tickets_follow_a_plan_that_an_import_brings():
    desk = Desk(promise(resolution=480))
    gold = gold_tier(desk, resolution=60)
    gold.plans.add(Plan.objects.create(name="Gold"))
    AccountExternalIdFactory(account=desk.account, source="crm", external_id="A1")
    ticket = desk.ticket()

    texts = ("name", "plan", "first_seen_on")
    stage = Stage(
        dict.fromkeys(texts, "text") | {"plan_id": "bigint"},
        mapped=("name", "plan"),
        source="crm",
    )
    line = copy_lines([(1, "A1", desk.account.name, "Gold")])
    stage.copy(("row_no", "row_key", "name", "plan"), line)
    upsert_accounts(stage, today=MONDAY.date(), by=None)
    follow_accounts(MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + HOUR


def test_open_tickets_follow_their_customer_into_another_segment():
    desk = Desk(promise(resolution=480))
    Segment.objects.all().delete()
    large, small = (
        SegmentFactory(
            slug=slug,
            priority=priority,
            rules=[{"field": "employees", "op": "gt", "value": least}],
        )
        for slug, priority, least in (("large", 1, 100), ("small", 2, 10))
    )
    gold_tier(desk, resolution=60).segments.add(large)
    gold_tier(desk, resolution=120).segments.add(small)
    ticket = desk.ticket()
    long_ago = timezone.now() - 2 * DAY
    Account.objects.filter(pk=desk.account.pk).update(created_at=long_ago)

    for employees, hours in ((50, 2), (500, 1)):
        Account.objects.filter(pk=desk.account.pk).update(employees=employees)
        reassign_segments()
        follow_accounts(MONDAY + MINUTE)
        assert clock(ticket).due_at == MONDAY + hours * HOUR

    delete_segment(large, by=desk.agent)
    follow_accounts(MONDAY + 2 * MINUTE)

    assert clock(ticket).due_at == MONDAY + 2 * HOUR


def test_open_tickets_follow_their_customer_into_the_one_it_became():
    desk = Desk(promise(resolution=480))
    survivor = AccountFactory()
    gold_tier(desk, resolution=60).accounts.add(survivor)
    ticket = desk.ticket()

    merge_accounts(survivor=survivor, duplicate=desk.account, by=desk.agent)
    follow_accounts(MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + HOUR


@pytest.mark.django_db(transaction=True)
def test_a_move_is_gone_on_with_when_somebody_held_a_ticket(monkeypatch):
    desk = Desk(promise(resolution=480))
    tickets = [desk.ticket(), desk.ticket()]
    plan = Plan.objects.create(name="Gold")
    gold_tier(desk, resolution=60).plans.add(plan)
    update_account(desk.account, by=desk.agent, plan=plan)
    monkeypatch.setattr(tier_moves, "CHUNK", 1)

    def follow():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            follow_accounts(MONDAY + MINUTE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Ticket.objects.held().get(pk=tickets[1].pk)
        with pytest.raises(OperationalError):
            pool.submit(follow).result()
    assert clock(tickets[0]).due_at == MONDAY + HOUR

    assert follow_accounts(MONDAY + MINUTE) == 1
    assert clock(tickets[1]).due_at == MONDAY + HOUR


def test_other_news_of_a_customer_moves_nothing():
    desk = Desk(promise(resolution=480))
    ticket = desk.ticket()
    gold_tier(desk, resolution=60).accounts.add(desk.account)

    update_account(desk.account, by=desk.agent, name="Another name")
    follow_accounts(MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + 8 * HOUR


def test_a_rebuild_never_moves_tickets_of_another_tier():
    desk = Desk()
    own = gold_tier(desk, priority=1, resolution=100)
    own.accounts.add(desk.account)
    ticket = desk.ticket()
    SlaTierVersionFactory(
        tier=own, number=2, calendar=desk.calendar, targets=promise(resolution=200)
    )
    other = gold_tier(desk, priority=50, resolution=48)
    other.accounts.add(desk.account)

    assert not rebuild.tickets_to_rebuild(tier=other).exists()
    assert not rebuild.tickets_to_rebuild(tier=desk.tier).exists()
    for tier in (other, desk.tier):
        start_rebuild(by=None, tier=tier)
    continue_rebuilds(MONDAY + MINUTE)

    assert clock(ticket).tier_version.number == 1
    start_rebuild(by=None, tier=own)
    continue_rebuilds(MONDAY + MINUTE)
    assert clock(ticket).tier_version.number == 2


def test_a_rebuild_takes_in_whom_a_tier_names_by_now_and_whoever_has_the_default():
    desk = Desk()
    stranger = desk.ticket(account=None)
    ticket = desk.ticket()
    gold = gold_tier(desk, resolution=60)
    gold.accounts.add(desk.account)

    start_rebuild(by=None, tier=gold)
    continue_rebuilds(MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + HOUR
    assert clock(stranger).due_at == MONDAY + 8 * HOUR
    make_default(gold, by=None)
    gold.refresh_from_db()
    assert set(rebuild.tickets_to_rebuild(tier=gold)) == {ticket, stranger}
