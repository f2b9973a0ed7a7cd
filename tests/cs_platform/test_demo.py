"""The demo organisation: believable, the same for the same seed, gone on demand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Max, Min

from accounts.models import Account
from events.models import Event
from health.models import Snapshot
from organisation.models import Notification, User
from revenue.models import Subscription
from tests.factories.accounts import AccountFactory
from tickets.models import (
    Attachment,
    CannedReply,
    Draft,
    SlaClock,
    Ticket,
    TicketLink,
)
from tickets.queries.queues import BY_KEY, queue
from usage.models import AccountDay, DailyUsage

TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def seed(**options):
    output = StringIO()
    defaults = {"accounts": 20, "months": 2, "seed": 7, "snapshots": "weekly"}
    call_command("seed_demo", today=TODAY, stdout=output, **{**defaults, **options})
    return output.getvalue()


def facts():
    """What the seed decides, without primary keys."""
    return (
        list(
            Account.objects.order_by("name").values_list(
                "name", "seats", "arr_amount", "stage", "health_score"
            )
        ),
        Ticket.objects.aggregate(n=Count("pk"), last=Max("opened_at")),
        DailyUsage.objects.aggregate(n=Count("pk"), first=Min("day")),
    )


@pytest.mark.django_db
def test_seeding_makes_scored_accounts_with_usage_and_people(monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "a-password-to-remember")
    output = seed()
    assert "csm@example.com" in output
    assert Account.objects.count() == 20
    assert User.objects.get(email="csm@example.com").check_password(
        "a-password-to-remember"
    )
    assert AccountDay.objects.exists()
    assert Snapshot.objects.values("account").distinct().count() == 20
    scored = Account.objects.exclude(health_band="unknown")
    assert scored.count() >= 15
    assert Subscription.objects.active_on(TODAY).count() >= 15


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_organisation():
    seed()
    first = facts()
    call_command("remove_demo", stdout=StringIO())
    seed()
    assert facts() == first


@pytest.mark.django_db
def test_another_seed_makes_another_organisation():
    seed(snapshots="none")
    first = facts()
    call_command("remove_demo", stdout=StringIO())
    seed(seed=8, snapshots="none")
    assert facts() != first


@pytest.mark.django_db
def test_seeding_over_existing_accounts_is_refused():
    AccountFactory()
    with pytest.raises(CommandError, match="accounts already"):
        seed()


@pytest.mark.django_db
def test_removal_leaves_nothing_but_your_own_rows():
    seed(snapshots="none")
    assert Ticket.objects.filter(account=None).exists()
    assert CannedReply.objects.exists()
    mine = AccountFactory(name="Really ours")
    call_command("remove_demo", stdout=StringIO())
    assert list(Account.objects.all()) == [mine]
    assert not Ticket.objects.exists()
    assert not CannedReply.objects.exists()
    left = {
        model._meta.label: model._base_manager.exclude(account=mine).count()
        for model in apps.get_models()
        if any(field.name == "account" for field in model._meta.fields)
    }
    assert {label: count for label, count in left.items() if count} == {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM events_event WHERE account_id <> %s", [mine.pk]
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_removal_without_a_demo_is_refused():
    with pytest.raises(CommandError, match="no demo"):
        call_command("remove_demo")


@pytest.mark.django_db
def test_many_accounts_can_be_seeded_without_raw_rows():
    seed(
        accounts=60, months=2, snapshots="none", rollups_only=True, users_per_account=3
    )
    assert not DailyUsage.objects.exists()
    assert AccountDay.objects.values("account").distinct().count() > 50


@pytest.mark.django_db
def test_demo_tickets_have_conversations_clocks_and_verdicts():
    seed(snapshots="none")
    answered = Ticket.objects.filter(resolved_at__isnull=False)

    assert answered.exists()
    assert not answered.filter(messages=None).exists()
    assert SlaClock.objects.filter(state="breached").exists()
    assert SlaClock.objects.filter(metric="next_response").exists()
    assert Ticket.objects.filter(number__startswith="T-").count() == (
        Ticket.objects.count()
    )
    late = SlaClock.objects.filter(state="breached", late_seconds__lte=0)
    assert not late.exists()
    missed = Ticket.objects.filter(clocks__breached_at__isnull=False)
    assert not missed.filter(is_sla_met=True, source="demo").exists()
    resolved = Ticket.objects.filter(status__in=["resolved", "closed"], source="demo")
    assert not resolved.filter(resolved_first_at=None, merged_into=None).exists()
    assert Event.objects.filter(kind="ticket_replied", actor_id__isnull=False).exists()


@pytest.mark.django_db
def test_the_desk_is_alive_when_one_opens_it():
    seed(snapshots="none")
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 15, tzinfo=UTC)
    sami = User.objects.get(email="agent@example.com")
    found = {view: queue(sami, view, now=now).count() for view in BY_KEY}

    assert found["mine"] >= 4
    assert found["unassigned"] >= 8
    assert found["waiting"] >= 5
    assert min(found["due"], found["late"], found["snoozed"], found["spam"]) >= 2
    statuses = set(Ticket.objects.in_queue().values_list("status", flat=True))
    assert statuses >= {"new", "triaged", "in_progress", "waiting", "on_hold"}
    assert Ticket.objects.filter(merged_into__isnull=False).exists()
    assert {"duplicate", "caused_by", "split"} <= set(
        TicketLink.objects.values_list("kind", flat=True)
    )
    assert Draft.objects.filter(author=sami).exists()
    assert Attachment.objects.values("content_type").distinct().count() == 4
    assert Notification.objects.unread().exists()
    assert not Notification.objects.filter(is_mailed=True).exists()
    escalated = Ticket.objects.filter(escalated_at__isnull=False, status="in_progress")
    assert escalated.filter(messages__text__contains="level").exists()
