"""For whom scorecards are used: segments, order, the default, putting one away."""

import pytest

from events.models import Event
from health.models import Scorecard
from health.queries.scorecard_use import trials
from health.services.scorecard_use import (
    CannotUse,
    OrderIsStale,
    archive_scorecard,
    describe_scorecard,
    make_default,
    move_scorecard,
    restore_scorecard,
    set_order,
    set_use,
)
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.organisation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


@pytest.fixture
def by():
    return UserFactory(role="operations")


def card(slug):
    return Scorecard.objects.get(slug=slug)


def use(by, *slugs, segments=()):
    for slug in slugs:
        set_use(card(slug), by=by, segments=segments, is_active=True)


def in_order():
    cards = Scorecard.objects.filter(is_active=True, is_default=False)
    return list(cards.order_by("priority").values_list("slug", flat=True))


def test_what_comes_into_use_is_tried_last(by):
    use(by, "six-signals", "balanced-four")

    assert in_order() == ["six-signals", "balanced-four"]
    assert Event.objects.filter(kind="scorecard_use_changed").count() == 2


def test_saying_the_same_again_is_no_event(by):
    use(by, "six-signals", "six-signals")

    assert Event.objects.filter(kind="scorecard_use_changed").count() == 1


def test_a_move_beyond_the_end_changes_nothing(by):
    use(by, "six-signals", "balanced-four", "calculator")

    move_scorecard(card("calculator"), by=by, step=-1)
    move_scorecard(card("six-signals"), by=by, step=-1)

    assert in_order() == ["six-signals", "calculator", "balanced-four"]


@pytest.mark.parametrize(
    "slugs", [[], ["six-signals"], ["six-signals", "standard"], ["six-signals"] * 2]
)
def test_an_order_of_others_than_those_in_use_is_refused(by, slugs):
    use(by, "six-signals", "balanced-four")

    with pytest.raises(OrderIsStale):
        set_order(slugs, by=by)


def test_the_default_is_for_everybody_and_stays(by):
    standard = card("standard")

    for act in (
        lambda: set_use(standard, by=by, segments=[SegmentFactory()], is_active=True),
        lambda: set_use(standard, by=by, segments=[], is_active=False),
        lambda: archive_scorecard(standard, by=by),
    ):
        with pytest.raises(CannotUse):
            act()


def test_another_default_takes_the_place_and_loses_its_segments(by):
    use(by, "six-signals", segments=[SegmentFactory()])

    make_default(card("six-signals"), by=by)

    assert [c.slug for c in Scorecard.objects.filter(is_active=True)] == ["six-signals"]
    assert not card("six-signals").segments.exists()


def test_what_is_put_away_is_no_longer_used_until_it_is_restored(by):
    use(by, "six-signals")

    archive_scorecard(card("six-signals"), by=by)
    with pytest.raises(CannotUse):
        use(by, "six-signals")
    restore_scorecard(card("six-signals"), by=by)

    assert not card("six-signals").is_active
    use(by, "six-signals")


def test_words_are_changed_and_told(by):
    describe_scorecard(card("standard"), by=by, name=" Ours ", description="For all")

    event = Event.objects.get(kind="scorecard_described")
    assert event.data["name"] == ["Standard", "Ours"]


def test_the_trials_end_with_the_scorecard_that_takes_the_account(by):
    large = SegmentFactory(name="Large")
    use(by, "six-signals", segments=[SegmentFactory()])
    use(by, "balanced-four", segments=[large])

    found = trials(AccountFactory(segment=large))

    assert [(t.card.slug, t.is_chosen, t.reason) for t in found] == [
        ("six-signals", False, "It is not for the segment Large."),
        ("balanced-four", True, "It is for the segment Large."),
    ]
