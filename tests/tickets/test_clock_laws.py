"""Laws of a clock, and its verdict against a walker that goes second by second."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.working_time import Pause, WorkingCalendar
from tickets.clock import (
    ClockFacts,
    StatusInterval,
    explained,
    pauses_of,
    used_seconds,
    verdict,
)

#: A zone and a day near a clock change of it, or near nothing at all.
PLACES = (
    ("UTC", date(2026, 2, 27)),
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HOURS = st.lists(
    st.builds(
        lambda start, length: (start, start + length),
        st.integers(0, 1439),
        st.integers(1, 1440),
    ),
    max_size=2,
).map(tuple)


@st.composite
def facts(draw):
    """A clock on a calendar that opens at least once a week."""
    zone, day = draw(st.sampled_from(PLACES))
    weekly = draw(st.dictionaries(st.integers(0, 6), HOURS, max_size=7))
    start = datetime.combine(day, time(), UTC)
    start += SECOND * draw(st.integers(0, 86_399))
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        begins = start + SECOND * draw(st.integers(-7_200, 2 * 86_400))
        pauses.append(Pause(begins, begins + SECOND * draw(st.integers(0, 40_000))))
    calendar = WorkingCalendar(
        timezone=zone,
        weekly=weekly | {(day.weekday() + 1) % 7: ((300, 1380),)},
        holidays=frozenset(draw(st.lists(st.just(day), max_size=1))),
    )
    return ClockFacts(
        started_at=start,
        target_seconds=draw(st.integers(1, 30_000)),
        calendar=calendar,
        warn_percent=75,
        pauses=tuple(pauses),
    )


def walked_due(clock: ClockFacts, limit: datetime) -> datetime | None:
    """Second by second: is the wall clock within hours, and is no pause on?"""
    calendar, zone = clock.calendar, ZoneInfo(clock.calendar.timezone)
    left = clock.target_seconds - clock.carried_seconds
    instant, is_open = clock.started_at, False
    minute = None
    while left > 0:
        if instant >= limit:
            return None
        if minute != instant.replace(second=0):
            minute = instant.replace(second=0)
            is_open = _within_hours(calendar, instant.astimezone(zone))
        if is_open and not any(p.start <= instant < p.end for p in clock.pauses):
            left -= 1
        instant += SECOND
    return instant


def _within_hours(calendar: WorkingCalendar, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return any(
        opens <= minute + shift < closes
        for shift, day in ((0, local.date()), (1440, local.date() - DAY))
        if day not in calendar.holidays
        for opens, closes in calendar.weekly.get(day.weekday(), ())
    )


@given(facts(), st.integers(0, 5_000))
@settings(max_examples=15, deadline=None)
def test_due_is_what_a_second_walker_finds(clock, carried):
    clock = replace(clock, carried_seconds=carried)
    limit = clock.started_at + 2 * DAY

    expected = walked_due(clock, limit)
    found = verdict(clock).due_at

    assert found == expected or (expected is None and found >= limit)


@given(facts())
@settings(max_examples=60, deadline=None)
def test_elapsed_from_start_to_due_is_the_target(clock):
    due = verdict(clock).due_at

    assert used_seconds(clock, due) == clock.target_seconds
    assert used_seconds(clock, due - SECOND) < clock.target_seconds


@given(facts(), st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_a_later_start_is_never_due_earlier(clock, seconds):
    later = replace(clock, started_at=clock.started_at + SECOND * seconds)

    assert verdict(later).due_at >= verdict(clock).due_at


@given(facts(), st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_a_larger_target_is_never_due_earlier(clock, seconds):
    larger = replace(clock, target_seconds=clock.target_seconds + seconds)

    assert verdict(larger).due_at >= verdict(clock).due_at
    assert verdict(clock).warn_at <= verdict(clock).due_at


@given(facts(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_pauses_commute(clock, random):
    shuffled = list(clock.pauses)
    random.shuffle(shuffled)

    assert verdict(replace(clock, pauses=shuffled)) == verdict(clock)


@given(facts(), st.integers(-1, 9))
@settings(max_examples=60, deadline=None)
def test_one_more_holiday_never_makes_due_earlier(clock, number):
    calendar = clock.calendar
    day = clock.started_at.date() + DAY * number
    closed = replace(calendar, holidays=calendar.holidays | {day})

    assert verdict(replace(clock, calendar=closed)).due_at >= verdict(clock).due_at


@given(facts(), st.integers(0, 40_000))
@settings(max_examples=60, deadline=None)
def test_one_more_pause_never_makes_due_earlier(clock, seconds):
    begins = clock.started_at + SECOND * seconds
    pauses = (*clock.pauses, Pause(begins, begins + SECOND * seconds))

    assert verdict(replace(clock, pauses=pauses)).due_at >= verdict(clock).due_at


@given(facts(), st.integers(0, 200_000), st.integers(0, 5_000))
@settings(max_examples=60, deadline=None)
def test_the_account_adds_up_to_the_second(clock, seconds, carried):
    clock = replace(clock, carried_seconds=carried)
    until = clock.started_at + SECOND * seconds

    told = explained(clock, until)

    timed = [segment for segment in told if segment.start is not None]
    assert sum(segment.seconds for segment in timed) == seconds
    used = [each for each in told if each.kind in ("running", "carried")]
    assert sum(each.seconds for each in used) == used_seconds(clock, until)


@given(facts(), st.integers(0, 200_000))
@settings(max_examples=60, deadline=None)
def test_met_means_at_or_before_due_and_late_is_all_time_after(clock, seconds):
    stopped = clock.started_at + SECOND * seconds

    found = verdict(replace(clock, stopped_at=stopped))

    assert found.met == (stopped <= found.due_at)
    assert found.late_seconds == max((stopped - found.due_at).total_seconds(), 0)


def test_a_calendar_that_never_opens_again_has_no_due_time():
    calendar = WorkingCalendar("UTC", overrides={date(2026, 1, 1): ((0, 60),)})
    clock = ClockFacts(datetime(2026, 6, 1, tzinfo=UTC), 60, calendar)

    assert verdict(clock).due_at is None


def test_only_the_statuses_that_pause_become_pauses():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    statuses = [
        StatusInterval("waiting", start, start + DAY),
        StatusInterval("in_progress", start + DAY, start + 2 * DAY),
        StatusInterval("on_hold", start + 2 * DAY, None),
    ]

    assert len(pauses_of(statuses, is_paused_on_hold=False)) == 1
    assert pauses_of(statuses, is_paused_on_hold=True)[1] == Pause(
        start + 2 * DAY, None, "on_hold"
    )
