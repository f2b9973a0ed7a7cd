"""A score or band set by hand: shown, kept beside the computed one, ends by itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.models import Account
from events.models import Event
from health.models import HealthOverride, RecomputeRequest, Snapshot
from health.queries.changes import explain_change
from health.services import (
    OverrideHasEnded,
    end_expired_overrides,
    lift_override,
    recompute,
    run_nightly_if_due,
    set_override,
)
from tests.factories.accounts import AccountFactory
from tests.factories.health import HealthOverrideFactory
from tests.factories.organisation import UserFactory
from tests.health.course import START, Course, noon, publish_metric_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
TOMORROW = START + timedelta(days=1)
END = START + timedelta(days=10)


@pytest.fixture
def course():
    publish_metric_card(max_age_days=30)
    return Course().goes(54.2)


@pytest.fixture
def boss(db):
    return UserFactory(role="lead")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(noon(START), tick=False) as traveller:
        yield traveller


def by_hand(course, boss, **values) -> HealthOverride:
    values = {"score": Decimal("80.0"), "reason": "They renewed.", "ends_on": END} | (
        values
    )
    return set_override(course.account, by=boss, **values)


def computed(account, day=START) -> Account:
    recompute(day=day, trigger="event", account_ids=[account.pk])
    account.refresh_from_db()
    return account


def test_the_shown_score_is_the_one_set_by_hand_and_the_computed_stays(course, boss):
    override = by_hand(course, boss)

    account = computed(course.account)

    assert (account.health_score, account.health_band) == (Decimal("80.0"), "green")
    assert account.is_health_by_hand
    assert account.health_computed_score == Decimal("54.2")
    assert account.health_weeks == [Decimal("80.0")]
    assert account.health_reason == "They renewed."
    snapshot = Snapshot.objects.get(account=account, day=START)
    assert (snapshot.score, snapshot.band) == (Decimal("54.2"), "orange")
    assert (snapshot.shown_score, snapshot.shown_band) == (Decimal("80.0"), "green")
    assert (override.computed_score, override.computed_band) == (
        Decimal("54.2"), "orange",
    )  # fmt: skip


def test_a_band_alone_leaves_the_score(course, boss):
    by_hand(course, boss, score=None, band="red")

    account = computed(course.account)

    assert (account.health_score, account.health_band) == (Decimal("54.2"), "red")
    assert account.is_health_by_hand
    snapshot = Snapshot.objects.get(account=account, day=START)
    assert (snapshot.shown_score, snapshot.shown_band) == (Decimal("54.2"), "red")


def test_it_survives_the_nights_and_ends_by_itself(course, boss, at_noon):
    by_hand(course, boss, ends_on=START + timedelta(days=3))
    account = course.account

    for days, shown in [(1, "80.0"), (2, "80.0"), (3, "54.2"), (4, "54.2")]:
        at_noon.move_to(noon(START + timedelta(days=days)))
        run_nightly_if_due()
        account.refresh_from_db()
        assert account.health_score == Decimal(shown)

    override = HealthOverride.objects.get()
    assert (override.end_kind, override.ended_on) == (
        "expired", START + timedelta(days=3),
    )  # fmt: skip
    assert not account.is_health_by_hand
    assert account.health_computed_score is None
    days = Snapshot.objects.filter(account=account, day__gte=START).order_by("day")
    assert [snapshot.shown_score for snapshot in days] == [
        Decimal(text) for text in ("80.0", "80.0", "80.0", "54.2", "54.2")
    ]


def test_the_end_is_noted_once_and_asks_for_the_account(course, boss, at_noon):
    by_hand(course, boss, ends_on=TOMORROW)
    assert end_expired_overrides() == 0
    RecomputeRequest.objects.all().delete()
    at_noon.move_to(noon(TOMORROW))

    assert end_expired_overrides() == 1
    assert end_expired_overrides() == 0
    assert RecomputeRequest.objects.get().account == course.account
    assert Event.objects.filter(kind="health_override_ended").count() == 1


def test_lifting_shows_the_computed_value_again(course, boss):
    override = by_hand(course, boss)
    computed(course.account)

    lift_override(override, by=boss)

    account = computed(course.account)
    assert (account.health_score, account.health_band) == (Decimal("54.2"), "orange")
    assert not account.is_health_by_hand
    override.refresh_from_db()
    assert (override.end_kind, override.ended_by) == ("lifted", boss)
    with pytest.raises(OverrideHasEnded):
        lift_override(override, by=boss)


def test_another_one_replaces_it(course, boss):
    first = by_hand(course, boss)
    second = by_hand(course, boss, score=None, band="yellow")

    first.refresh_from_db()
    assert first.end_kind == "replaced"
    assert list(HealthOverride.objects.in_force()) == [second]
    assert computed(course.account).health_band == "yellow"


def test_setting_it_is_audited_and_computes_the_account_again(course, boss):
    by_hand(course, boss)

    event = Event.objects.get(kind="health_override_set")
    assert (event.actor_id, event.account_id) == (boss.pk, course.account.pk)
    assert event.data["reason"] == "They renewed."
    assert RecomputeRequest.objects.get().account == course.account


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"score": None}, "score"),
        ({"band": "green"}, "score"),
        ({"score": Decimal(101)}, "score"),
        ({"score": Decimal("54.25")}, "score"),
        ({"score": None, "band": "unknown"}, "band"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"ends_on": START}, "ends_on"),
        ({"ends_on": START + timedelta(days=400)}, "ends_on"),
    ],
)
def test_what_makes_no_sense_is_refused_naming_the_field(course, boss, values, field):
    with pytest.raises(ValidationError) as refused:
        by_hand(course, boss, **values)

    assert list(refused.value.message_dict) == [field]


def test_an_archived_account_gets_none(boss):
    account = AccountFactory(archived_at=datetime(2024, 1, 1, tzinfo=UTC))

    with pytest.raises(ValidationError, match="archived"):
        set_override(account, by=boss, score=Decimal(1), reason="So.", ends_on=END)


def test_days_computed_later_show_what_held_on_them(course, at_noon):
    account = course.account
    HealthOverrideFactory(
        account=account,
        band="red",
        starts_on=TOMORROW,
        ends_on=START + timedelta(days=20),
        ended_on=START + timedelta(days=3),
        ended_at=noon(START + timedelta(days=3)),
        end_kind="lifted",
    )
    at_noon.move_to(noon(END))

    shown = {}
    for back in range(5):
        day = START + timedelta(days=back)
        recompute(day=day, trigger="command", restate=True)
        shown[back] = Snapshot.objects.get(day=day, is_restated=True).shown_band

    assert shown == {0: "orange", 1: "red", 2: "red", 3: "orange", 4: "orange"}


def test_the_override_is_a_part_of_its_own(course, boss, at_noon):
    by_hand(course, boss, ends_on=date(2024, 7, 1))
    computed(course.account)
    course.goes(40)
    account = course.account
    before = START - timedelta(days=1)
    recompute(day=before, trigger="command")

    then = explain_change(account, START, TOMORROW)

    assert (then.score_before, then.score_after, then.difference) == (80.0, 80.0, 0.0)
    assert {part.kind: part.shown for part in then.parts} == {
        "behaviour": -14.2,
        "override": 14.2,
    }
    assert [group.key for group in then.groups] == ["behaviour", "override"]


def test_thirty_days_after_the_reason_says_that_it_was_set_by_hand(
    course, boss, at_noon
):
    by_hand(course, boss, ends_on=TOMORROW)
    computed(course.account)
    later = START + timedelta(days=30)
    at_noon.move_to(noon(later))

    account = computed(course.account, later)

    assert account.health_change_30d == Decimal("-25.8")
    assert account.health_reason == "30 days ago the score was set by hand."
