"""What changed: sentences whose amounts add up to the shown difference."""

from datetime import timedelta

import pytest

from core.numbers import exact_sum
from health.models import Scorecard, ScorecardVersion
from health.queries.changes import explain_change
from health.services import recompute
from tests.factories.accounts import AccountFactory, TouchpointFactory
from tests.factories.health import SnapshotFactory
from tests.factories.surveys import SurveyResponseFactory
from tests.factories.tickets import TicketFactory
from tests.health.world import DAY, active_account, ago

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
BEFORE = DAY - timedelta(days=30)


def compute(*days):
    for day in days:
        recompute(day=day, trigger="command")


def adds_up(explanation) -> bool:
    """The shown parts sum exactly to the shown difference, and that to the scores."""
    shown = exact_sum([part.shown for part in explanation.parts])
    ends = exact_sum([explanation.score_after, -explanation.score_before])
    return shown == explanation.difference == ends


def test_the_parts_add_up_and_speak_plainly():
    account = active_account()
    SurveyResponseFactory(account=account, score=2, responded_at=ago(2))
    TicketFactory(opened_at=ago(100))
    TicketFactory(account=account, opened_at=ago(1), priority="critical")
    compute(BEFORE, DAY)

    explanation = explain_change(account, BEFORE, DAY)

    assert adds_up(explanation)
    assert len(explanation.parts) > 3
    sentences = {part.sentence for part in explanation.parts}
    assert "Open critical tickets rose from 0 to 2" in sentences
    # Answers came between the two days.
    assert "NPS: there are data now" in sentences
    shown = [abs(part.shown) for part in explanation.parts]
    assert shown == sorted(shown, reverse=True)


def test_a_new_version_of_the_scorecard_is_told_apart_from_behaviour():
    account = active_account()
    compute(BEFORE)
    card = Scorecard.objects.get(slug="standard")
    old = card.versions.get()
    definition = old.definition
    definition["dimensions"][0]["weight"] = 60
    definition["dimensions"][1]["weight"] = 0.0001
    definition["dimensions"][0]["indicators"][0]["curve"] = [[0, 50], [100, 100]]
    ScorecardVersion.objects.filter(pk=old.pk).update(status="archived")
    ScorecardVersion.objects.create(
        scorecard=card,
        number=2,
        status="published",
        definition=definition,
        published_at=ago(1),
    )
    compute(DAY)

    explanation = explain_change(account, BEFORE, DAY)

    assert adds_up(explanation)
    kinds = {part.kind for part in explanation.parts}
    assert {"curve", "weights", "behaviour"} <= kinds
    curve = next(part for part in explanation.parts if part.kind == "curve")
    assert curve.sentence.endswith("the scorecard rates the same value differently")


def test_days_without_a_snapshot_of_their_own_use_one_shortly_before():
    account = active_account()
    compute(BEFORE, DAY)

    explanation = explain_change(
        account, BEFORE + timedelta(days=3), DAY + timedelta(days=7)
    )

    assert (explanation.day_before, explanation.day_after) == (BEFORE, DAY)
    assert adds_up(explanation)


def test_without_a_snapshot_it_says_so():
    account = AccountFactory()
    SnapshotFactory(account=account, day=DAY)

    explanation = explain_change(account, BEFORE, DAY)

    assert explanation.no_split_reason == (
        f"Health was not computed on or shortly before {BEFORE}."
    )
    assert (explanation.score_after, explanation.parts) == (70.0, ())


def test_without_a_score_it_says_on_which_day():
    account = AccountFactory()
    SnapshotFactory(account=account, day=BEFORE, score=None, band="unknown")
    SnapshotFactory(account=account, day=DAY)

    explanation = explain_change(account, BEFORE, DAY)

    assert explanation.difference is None
    assert "on the first day" in explanation.no_split_reason


def test_lost_data_are_named():
    account = active_account()
    SurveyResponseFactory(account=account, score=9, responded_at=ago(200))
    TouchpointFactory(account=account, happened_at=ago(250))
    account.survey_responses.filter(responded_at__gt=ago(100)).delete()
    compute(DAY - timedelta(days=60), DAY)

    explanation = explain_change(account, DAY - timedelta(days=60), DAY)

    assert adds_up(explanation)
    sentences = {part.sentence for part in explanation.parts}
    assert "NPS: no fresh data any more" in sentences
