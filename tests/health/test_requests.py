"""A score follows its facts within a minute, once, however many facts arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from cs_platform.celery import app
from events.services import record_event
from health.models import HealthRun, RecomputeRequest, Scorecard, Snapshot
from health.services import (
    create_alert_rules,
    publish_presets,
    recompute,
    recompute_requested,
    request_recompute,
    resume_stale_runs,
    runs,
    start_run,
)
from health.services.failed_runs import FIRST_WAIT
from health.services.requests import (
    LONGEST_WAIT,
    WAIT,
    collect_requests,
    forget_old_event_runs,
)
from health.services.runs import MOST_ATTEMPTS
from health.services.scorecards import publish_draft, save_draft, start_draft
from organisation.clock import today
from tests.factories.accounts import AccountFactory, PlanFactory
from tests.factories.health import HealthRunFactory
from tests.factories.organisation import UserFactory
from tests.factories.surveys import SurveyFactory, SurveyResponseFactory
from tests.factories.tickets import TicketFactory
from usage.services import ingest_events

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def marked(db):
    publish_presets()
    create_alert_rules()
    recompute_requested()


@pytest.fixture
def account():
    account = AccountFactory(
        seats=10,
        first_seen_on=today() - timedelta(days=100),
    )
    TicketFactory(account=account, opened_at=timezone.now(), priority="critical")
    recompute(day=today(), trigger="nightly")
    account.refresh_from_db()
    return account


def an_answer(account):
    SurveyResponseFactory(
        account=account,
        survey=SurveyFactory(kind="nps"),
        score=10,
        responded_at=timezone.now(),
    )
    record_event("survey_answered", by=None, account_id=account.pk)


def a_closed_ticket(account):
    now = timezone.now()
    account.tickets.update(status="closed", resolved_at=now, closed_at=now)
    record_event("ticket_closed", by=None, account_id=account.pk)


def usage(account):
    yesterday = timezone.now() - timedelta(days=1)
    event = {"account_id": account.pk, "product_user": "ann", "quantity": 5}
    events = [
        event | {"key": f"e{number}", "occurred_at": yesterday} for number in range(9)
    ]
    assert ingest_events(source="app", events=events).created == 9


def soon(seconds: float = WAIT.total_seconds() + 1) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize("fact", [an_answer, a_closed_ticket, usage])
def test_a_fact_moves_the_score_without_the_nightly_run(account, fact):
    before = Snapshot.objects.get(account=account).detail["raw"]
    fact(account)

    assert recompute_requested() == []
    (run,) = recompute_requested(now=soon())

    assert (run.trigger, run.account_ids) == ("event", [account.pk])
    assert Snapshot.objects.get(account=account).detail["raw"] != before
    assert RecomputeRequest.objects.count() == 0
    assert recompute_requested(now=soon(60)) == []


def test_many_facts_make_one_run(account):
    for _ in range(5):
        an_answer(account)
        record_event("ticket_updated", by=None, account_id=account.pk)
    recompute_requested()
    an_answer(account)
    recompute_requested()

    assert len(recompute_requested(now=soon())) == 1
    assert recompute_requested(now=soon(60)) == []
    assert HealthRun.objects.filter(trigger="event").count() == 1


def test_more_facts_move_the_moment_but_not_for_long(account):
    now = datetime(2024, 6, 12, 9, tzinfo=UTC)
    for seconds in range(0, 60, 4):
        request_recompute([account.pk], now=now + timedelta(seconds=seconds))

    request = RecomputeRequest.objects.get()
    assert request.first_at == now
    assert request.due_at == now + LONGEST_WAIT


def test_archived_accounts_are_skipped_and_merged_ones_count_for_their_survivor(
    account,
):
    gone = AccountFactory(archived_at=timezone.now())
    merged = AccountFactory(merged_into=account, archived_at=timezone.now())
    for each in (gone, merged):
        record_event("ticket_updated", by=None, account_id=each.pk)

    collect_requests()

    assert [r.account_id for r in RecomputeRequest.objects.all()] == [account.pk]


def test_core_features_of_a_plan_concern_its_accounts(account):
    plan = PlanFactory()
    Account.objects.filter(pk=account.pk).update(plan=plan)
    AccountFactory()
    record_event("plan_updated", by=None, subject=plan)

    collect_requests()

    assert [r.account_id for r in RecomputeRequest.objects.all()] == [account.pk]


def test_a_published_scorecard_computes_everybody_in_one_run(account):
    other = AccountFactory(first_seen_on=today())
    request_recompute([account.pk])
    publish_changed(Scorecard.objects.get(is_default=True))

    (run,) = recompute_requested()

    assert (run.account_ids, run.accounts, run.status) == (None, 2, "finished")
    assert Snapshot.objects.filter(account=other, day=today()).exists()
    assert RecomputeRequest.objects.count() == 0
    assert recompute_requested(now=soon(60)) == []


@pytest.mark.usefixtures("account")
def test_publishing_a_scorecard_that_is_not_in_use_computes_nobody():
    publish_changed(Scorecard.objects.filter(is_active=False).first())

    assert recompute_requested(now=soon(60)) == []


def publish_changed(card):
    by = UserFactory(role="admin")
    draft = start_draft(card, by=by)
    definition = draft.definition | {"min_coverage": 42}
    save_draft(draft, by=by, definition=definition)
    publish_draft(draft, by=by, note="Less is enough")


@pytest.mark.parametrize(
    "kind",
    ["ticket_watched", "ticket_note_added", "ticket_linked", "ticket_mention",
     "sla_warning", "health_override_set"],
)  # fmt: skip
def test_what_feeds_no_score_asks_for_nothing(account, kind):
    record_event(kind, by=None, account_id=account.pk)

    collect_requests()

    assert not RecomputeRequest.objects.exists()


def test_requests_wait_while_everybody_is_computed(account):
    request_recompute([account.pk])
    start_run(day=today(), trigger="nightly")

    assert recompute_requested(now=soon()) == []
    assert RecomputeRequest.objects.count() == 1


def boom(*args, **kwargs):
    raise RuntimeError("boom")


@pytest.mark.parametrize("is_for_everyone", [False, True])
def test_a_failed_run_gives_its_requests_back_for_later(
    account, monkeypatch, is_for_everyone
):
    if is_for_everyone:
        record_event("scorecard_default_changed", by=None)
    else:
        request_recompute([account.pk])
    with monkeypatch.context() as patch:
        patch.setattr(runs, "rules_in_use", boom)
        with pytest.raises(RuntimeError):
            recompute_requested(now=soon())

    assert RecomputeRequest.objects.get().account_id == account.pk
    assert recompute_requested(now=soon()) == []
    (again,) = recompute_requested(now=soon(FIRST_WAIT.total_seconds() + 1))
    assert (again.account_ids, again.status) == ([account.pk], "finished")


def test_the_last_stale_attempt_gives_its_requests_back_later_each_time(account):
    failed = {"trigger": "event", "status": "failed", "account_ids": [account.pk]}
    HealthRunFactory(**failed, finished_at=timezone.now())
    run = start_run(day=today(), trigger="event", account_ids=[account.pk])
    HealthRun.objects.filter(pk=run.pk).update(attempts=MOST_ATTEMPTS)

    assert resume_stale_runs() == []

    request = RecomputeRequest.objects.get(account=account)
    assert request.due_at - request.first_at == 2 * FIRST_WAIT


def test_old_runs_after_a_change_are_forgotten_unless_something_broke():
    now = datetime(2024, 6, 12, 9, tzinfo=UTC)
    old = {"started_at": now - timedelta(days=8), "finished_at": now}
    done = old | {"trigger": "event", "status": "finished", "account_ids": [1]}
    HealthRunFactory(**done)
    broken = HealthRunFactory(**done | {"errors": 1})
    everybody = HealthRunFactory(**done | {"account_ids": None})
    nightly = HealthRunFactory(**done | {"trigger": "nightly"})

    assert forget_old_event_runs(now=now) == 1
    assert set(HealthRun.objects.all()) == {broken, everybody, nightly}


def test_the_schedule_asks_often_enough_for_a_minute():
    entry = app.conf.beat_schedule["health-requests"]

    assert entry["task"] == "health.tasks.recompute_requested"
    # A fact is seen, waits, and is computed: three looks at most.
    assert 2 * entry["schedule"] + LONGEST_WAIT < timedelta(minutes=1)
