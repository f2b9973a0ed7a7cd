"""Alerts never open twice and never flap, whatever course the values take."""

from datetime import timedelta
from itertools import pairwise
from math import nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health.alert_rules import BAND_RANK, RULES, Rule, Settings
from health.models import Alert
from tests.factories.accounts import AccountFactory
from tests.health.alert_world import DAY, band_of, evaluate, picture

NUMBERS = st.floats(-100, 400, allow_nan=False)
VALUED = [rule for rule in RULES if rule.defaults.enter is not None]
FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
BAND, FALL = "entered-worse-band", "fell-in-30-days"
COOL_DOWN = 14


@st.composite
def accepted(draw) -> tuple[Rule, Settings]:
    """A rule with a pair of values that it accepts."""
    rule = draw(st.sampled_from(VALUED))
    enter = draw(st.floats(rule.lowest, rule.highest))
    good = (rule.lowest, enter) if rule.worse == "higher" else (enter, rule.highest)
    leave = draw(st.floats(*good))
    return rule, Settings(enter, leave, rule.defaults.window)


@given(accepted(), NUMBERS)
def test_no_value_opens_and_closes_with_settings_a_rule_accepts(pair, value: float):
    rule, chosen = pair
    assert not rule.problems(chosen)
    values = np.array([value, chosen.enter, chosen.leave, nan])

    opens = rule.is_beyond(values, chosen.enter)
    stays = rule.is_beyond(values, chosen.leave)

    assert not (opens & ~stays).any()
    assert not opens[-1]


@given(st.sampled_from(VALUED))
def test_the_leave_value_on_the_wrong_side_is_refused(rule: Rule):
    further = -1.0 if rule.worse == "lower" else 1.0
    enter = rule.defaults.enter or 0.0
    wrong = Settings(enter, enter + further * 0.5, rule.defaults.window)

    assert "leave_value" in rule.problems(wrong)
    assert not rule.problems(rule.defaults)


def last_known(bands: list[str]) -> str:
    return next((band for band in reversed(bands) if band in BAND_RANK), "")


@pytest.mark.django_db
@pytest.mark.usefixtures("presets")
@FEW
@given(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=2, max_size=45))
def test_no_course_of_scores_opens_twice_or_flaps(scores):
    account = AccountFactory()
    bands: list[str] = []
    for place, score in enumerate(scores):
        before = last_known(bands)
        bands.append(band_of(score))
        known = score is not None and scores[0] is not None
        fallen = float(score - scores[0]) if known else nan
        seen = picture(
            [account],
            DAY + timedelta(days=place),
            score=[score],
            before=[before],
            change=[fallen],
        )
        evaluate(seen, only=(BAND, FALL))
        evaluate(seen, only=(BAND, FALL))

    for key in (BAND, FALL):
        check_course(account, key)


def check_course(account, key: str) -> None:
    """One at a time, and quiet between them unless the band got worse."""
    told = list(
        Alert.objects.filter(account=account, rule__key=key).order_by("opened_at", "pk")
    )
    for earlier, later in pairwise(told):
        assert earlier.closed_at is not None
        assert earlier.closed_at <= later.opened_at
        silence = (later.opened_at - earlier.closed_at).days
        is_worse = BAND_RANK[later.band_after] > BAND_RANK[earlier.band_after]
        assert silence >= COOL_DOWN or is_worse
    for alert in told:
        assert alert.closed_at is None or alert.close_reason


@pytest.mark.django_db
@pytest.mark.usefixtures("presets")
@FEW
@given(st.lists(st.floats(3, 13.99), min_size=1, max_size=30))
def test_between_leave_and_enter_nothing_changes(days):
    quiet, told = AccountFactory(), AccountFactory()
    evaluate(silent([quiet, told], 0, [0, 20]), only=("no-activity",))
    for place, silence in enumerate(days, start=1):
        evaluate(silent([quiet, told], place, [silence] * 2), only=("no-activity",))

    assert not Alert.objects.filter(account=quiet).exists()
    assert Alert.objects.get(account=told).closed_at is None


def silent(accounts, place: int, days):
    facts = {"days_since_active": days, "usage_began_days_ago": [100] * len(accounts)}
    return picture(accounts, DAY + timedelta(days=place), facts=facts)
