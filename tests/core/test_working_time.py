"""Working time: fixed cases, and a walker that asks the clock on the wall."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.working_time import (
    CalendarNeverOpens,
    NeverDue,
    Pause,
    WorkingCalendar,
    disjoint_pauses,
)

OFFICE = dict.fromkeys(range(5), ((540, 1080),))
BERLIN = WorkingCalendar("Europe/Berlin", OFFICE)
NIGHTS = WorkingCalendar("Europe/Berlin", dict.fromkeys(range(7), ((1320, 1800),)))


def at(text):
    return datetime.fromisoformat(text)


def test_an_interval_is_half_open():
    assert not BERLIN.is_open(at("2026-01-19T08:59:59+01:00"))
    assert BERLIN.is_open(at("2026-01-19T09:00:00+01:00"))
    assert BERLIN.is_open(at("2026-01-19T17:59:59.999999+01:00"))
    assert not BERLIN.is_open(at("2026-01-19T18:00:00+01:00"))


def test_a_night_shift_belongs_to_the_day_it_starts_on():
    calendar = WorkingCalendar("UTC", {4: ((1320, 1800),)})
    assert calendar.is_open(at("2026-01-17T05:59:00Z"))
    assert not calendar.is_open(at("2026-01-16T05:59:00Z"))
    assert calendar.is_working_day(date(2026, 1, 16))
    assert not calendar.is_working_day(date(2026, 1, 17))


def test_a_holiday_closes_its_own_hours_and_their_tail_but_not_yesterdays():
    calendar = WorkingCalendar(
        "UTC", NIGHTS.weekly, holidays=frozenset({date(2026, 1, 20)})
    )
    open_spans = calendar.open_intervals(
        at("2026-01-19T12:00:00Z"), at("2026-01-22T00:00:00Z")
    )
    assert open_spans == [
        (at("2026-01-19T22:00:00Z"), at("2026-01-20T06:00:00Z")),
        (at("2026-01-21T22:00:00Z"), at("2026-01-22T00:00:00Z")),
    ]


def test_a_holiday_closes_a_calendar_that_is_always_open():
    calendar = WorkingCalendar(
        "UTC", always_open=True, holidays=frozenset({date(2026, 12, 25)})
    )
    assert calendar.due_at(at("2026-12-24T23:00:00Z"), 7200) == at(
        "2026-12-26T01:00:00Z"
    )


def test_an_override_beats_a_holiday():
    calendar = WorkingCalendar(
        "UTC",
        OFFICE,
        holidays=frozenset({date(2026, 12, 24)}),
        overrides={date(2026, 12, 24): ((540, 720),), date(2026, 12, 28): ()},
    )
    assert (
        calendar.open_seconds_between(
            at("2026-12-24T00:00:00Z"), at("2026-12-25T00:00:00Z")
        )
        == 3 * 3600
    )
    assert not calendar.is_working_day(date(2026, 12, 28))


def test_overlapping_hours_are_counted_once():
    calendar = WorkingCalendar("UTC", {0: ((540, 720), (600, 660), (700, 800))})
    assert calendar.open_intervals(
        at("2026-01-19T00:00:00Z"), at("2026-01-20T00:00:00Z")
    ) == [(at("2026-01-19T09:00:00Z"), at("2026-01-19T13:20:00Z"))]


def test_hours_that_fall_in_a_gap_start_at_its_end():
    calendar = WorkingCalendar("Europe/Berlin", {6: ((150, 240),)})  # 02:30 to 04:00
    spans = calendar.open_intervals(
        at("2026-03-29T00:00:00Z"), at("2026-03-30T00:00:00Z")
    )
    assert spans == [(at("2026-03-29T01:00:00Z"), at("2026-03-29T02:00:00Z"))]


def test_a_repeated_hour_is_open_twice():
    calendar = WorkingCalendar("Europe/Berlin", {6: ((120, 180),)})  # 02:00 to 03:00
    day = (at("2026-10-25T00:00:00+02:00"), at("2026-10-26T00:00:00+01:00"))
    assert calendar.open_seconds_between(*day) == 2 * 3600


def test_a_day_that_a_zone_skipped_has_no_hours():
    calendar = WorkingCalendar("Pacific/Apia", always_open=True)
    assert calendar.due_at(at("2011-12-29T23:00:00-10:00"), 2 * 3600) == at(
        "2011-12-31T01:00:00+14:00"
    )
    closed = WorkingCalendar("Pacific/Apia", overrides={date(2011, 12, 30): ((0, 60),)})
    with pytest.raises(NeverDue):
        closed.due_at(at("2011-12-29T00:00:00Z"), 1)


def test_answers_are_in_utc_whatever_zone_asks():
    due = BERLIN.due_at(at("2026-01-19T10:00:00+05:30"), 60)
    assert due.tzinfo is UTC


def test_no_target_is_due_at_once():
    saturday = at("2026-01-17T11:00:00+01:00")
    assert BERLIN.due_at(saturday, 0) == saturday


def test_fractions_of_a_second_are_kept():
    start = at("2026-01-19T10:00:00.250000+01:00")
    assert BERLIN.due_at(start, 0.5) == start + timedelta(seconds=0.5)


def test_an_empty_stretch_has_no_open_time():
    moment = at("2026-01-19T12:00:00Z")
    assert BERLIN.open_seconds_between(moment, moment - timedelta(hours=2)) == 0
    assert BERLIN.explain(moment, moment) == []


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("12:00", None)], None),
        ([("09:00", None)], None),
        ([("13:00", "14:00"), ("12:00", None)], None),
        ([("14:00", None)], "2026-01-19T13:00:00Z"),
        ([("13:00", None)], "2026-01-19T13:00:00Z"),
        ([("11:00", "12:00"), ("11:30", "12:30")], "2026-01-19T14:30:00Z"),
        ([("11:00", "12:00"), ("11:30", "11:45")], "2026-01-19T14:00:00Z"),
        ([("11:00", "11:00")], "2026-01-19T13:00:00Z"),
        ([("08:00", "10:30")], "2026-01-19T13:30:00Z"),
    ],
)
def test_pauses_move_the_due_time(pauses, due):
    calendar = WorkingCalendar("UTC", always_open=True)

    def clock(text):
        return None if text is None else at(f"2026-01-19T{text}:00Z")

    given_pauses = [Pause(clock(start), clock(end)) for start, end in pauses]
    answer = calendar.due_at(clock("10:00"), 3 * 3600, given_pauses)
    assert answer == (None if due is None else at(due))


def test_the_account_of_a_clock_leaves_no_gap():
    pauses = [
        Pause(at("2026-01-19T16:00:00Z"), at("2026-01-20T09:00:00Z"), "waiting"),
        Pause(at("2026-01-20T10:00:00Z"), None, "on hold"),
    ]
    told = BERLIN.explain(
        at("2026-01-19T15:00:00Z"), at("2026-01-20T18:00:00Z"), pauses
    )
    assert [(s.kind, s.seconds / 3600, s.reason) for s in told] == [
        ("running", 1, ""),
        ("paused", 1, "waiting"),
        ("outside_hours", 15, ""),
        ("paused", 1, "waiting"),
        ("running", 1, ""),
        ("paused", 7, "on hold"),
        ("outside_hours", 1, ""),
    ]
    assert all(a.end == b.start for a, b in itertools.pairwise(told))


def test_a_calendar_without_open_time_is_refused():
    with pytest.raises(CalendarNeverOpens):
        WorkingCalendar("UTC", {0: ()}, overrides={date(2026, 1, 1): ()})


@pytest.mark.parametrize("interval", [(-1, 60), (1440, 1500), (60, 60), (60, 1501)])
def test_an_impossible_interval_is_refused(interval):
    with pytest.raises(ValueError, match="at most 24 hours"):
        WorkingCalendar("UTC", {0: (interval,)})


def test_open_time_that_runs_out_is_never_due():
    once = WorkingCalendar("UTC", overrides={date(2026, 1, 20): ((540, 600),)})
    assert once.due_at(at("2026-01-19T00:00:00Z"), 3600) == at("2026-01-20T10:00:00Z")
    with pytest.raises(NeverDue):
        once.due_at(at("2026-01-19T00:00:00Z"), 3601)


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="UTC offset"):
        BERLIN.is_open(datetime(2026, 1, 19, 12))


def test_working_days_are_counted_without_weekends_and_holidays():
    calendar = WorkingCalendar("UTC", OFFICE, holidays=frozenset({date(2026, 1, 20)}))
    friday = date(2026, 1, 16)
    assert calendar.working_day_after(friday, 0) == friday
    assert calendar.working_day_after(friday, 1) == date(2026, 1, 19)
    assert calendar.working_day_after(friday, 2) == date(2026, 1, 21)
    with pytest.raises(NeverDue):
        calendar.working_day_after(friday, 4000)


# ----- against a walker that knows nothing but the clock on the wall ------------

STEP = timedelta(minutes=5)
# (zone, a UTC day near a clock change or another oddity of that zone)
PLACES = [
    ("UTC", "2026-02-27"),
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("America/Sao_Paulo", "2018-11-03"),
    ("Asia/Tehran", "2022-03-21"),
    ("Pacific/Apia", "2011-12-29"),
    ("Africa/Casablanca", "2026-02-14"),
]


def walked_open(calendar, instant):
    """The definition, word by word: own day's hours, or the tail of the day before."""
    local = instant.astimezone(ZoneInfo(calendar.timezone))
    minute = local.hour * 60 + local.minute

    def hours(day):
        if day in calendar.overrides:
            return calendar.overrides[day]
        if day in calendar.holidays:
            return ()
        return (
            ((0, 1440),)
            if calendar.always_open
            else calendar.weekly.get(day.weekday(), ())
        )

    day = local.date()
    return any(start <= minute < end for start, end in hours(day)) or any(
        minute < end - 1440 for _, end in hours(day - timedelta(days=1))
    )


def walked_paused(pauses, instant):
    return any(
        p.start <= instant and (p.end is None or instant < p.end) for p in pauses
    )


def walked_due(calendar, start, target, pauses, step, limit):
    left, instant = target, start
    while instant < limit:
        if walked_open(calendar, instant) and not walked_paused(pauses, instant):
            left -= step
            if left == timedelta():
                return instant + step
        instant += step
    return None


MINUTE = st.integers(0, 287).map(lambda n: n * 5)
INTERVAL = st.builds(
    lambda start, length: (start, start + length * 5), MINUTE, st.integers(1, 288)
)
HOURS = st.lists(INTERVAL, max_size=3).map(tuple)


@st.composite
def clocks(draw):
    """A calendar, a start near something odd, a target and pauses."""
    zone, near = draw(st.sampled_from(PLACES))
    first = date.fromisoformat(near)
    days = st.integers(-1, 6).map(lambda n: first + timedelta(days=n))
    calendar = WorkingCalendar(
        timezone=zone,
        weekly=draw(st.dictionaries(st.integers(0, 6), HOURS, max_size=7)),
        always_open=draw(st.integers(0, 3)) == 0,
        holidays=frozenset(draw(st.lists(days, max_size=2))),
        # Keeps every drawn calendar valid and its search short.
        overrides=draw(st.dictionaries(days, HOURS, max_size=2))
        | {first + timedelta(days=8): ((0, 1440),)},
    )
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    start += STEP * draw(st.integers(0, 400))
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        begins = start + STEP * draw(st.integers(-50, 900))
        open_ended = draw(st.integers(0, 7)) == 0
        ends = None if open_ended else begins + STEP * draw(st.integers(0, 300))
        pauses.append(Pause(begins, ends))
    return calendar, start, STEP * draw(st.integers(1, 400)), pauses


@given(clocks())
@settings(max_examples=60, deadline=None)
def test_due_times_agree_with_the_walker(clock):
    calendar, start, target, pauses = clock
    limit = start + timedelta(days=10)
    expected = walked_due(calendar, start, target, pauses, STEP, limit)
    try:
        due = calendar.due_at(start, target.total_seconds(), pauses)
    except NeverDue:
        due = None
    assert due == expected or (expected is None and due >= limit)


@given(clocks())
@settings(max_examples=60, deadline=None)
def test_open_time_agrees_with_the_walker(clock):
    calendar, start, length, pauses = clock
    end = start + length * 3
    steps = [start + STEP * n for n in range((end - start) // STEP)]
    is_open = [walked_open(calendar, instant) for instant in steps]
    assert [calendar.is_open(instant) for instant in steps] == is_open
    seconds = sum(is_open) * STEP.total_seconds()
    assert calendar.open_seconds_between(start, end) == seconds
    told = calendar.explain(start, end, pauses)
    paused = sum(
        opened and walked_paused(pauses, instant)
        for opened, instant in zip(is_open, steps, strict=True)
    )
    by_kind = {
        kind: sum(s.seconds for s in told if s.kind == kind)
        for kind in ("running", "paused", "outside_hours")
    }
    assert by_kind["paused"] == paused * STEP.total_seconds()
    assert by_kind["running"] + by_kind["paused"] == seconds
    assert sum(by_kind.values()) == (end - start).total_seconds()


@given(st.integers(0, 2 * 86400), st.integers(1, 20_000))
@example(86399, 60)
@settings(max_examples=10, deadline=None)
def test_seconds_agree_with_a_walker_where_clocks_change_at_one_past_midnight(
    offset, target
):
    calendar = WorkingCalendar(
        "America/St_Johns", dict.fromkeys(range(7), ((1320, 1470),))
    )
    start = datetime(2010, 11, 6, tzinfo=UTC) + timedelta(seconds=offset)
    second = timedelta(seconds=1)
    expected = walked_due(
        calendar, start, second * target, [], second, start + timedelta(days=4)
    )
    assert calendar.due_at(start, target) == expected


@given(clocks())
@settings(max_examples=40, deadline=None)
def test_disjoint_pauses_cover_the_same_instants(clock):
    _, start, _, pauses = clock
    disjoint = disjoint_pauses(pauses)
    for n in range(-60, 1300, 3):
        instant = start + STEP * n
        assert walked_paused(pauses, instant) == walked_paused(disjoint, instant)
        assert sum(walked_paused([p], instant) for p in disjoint) <= 1


def test_a_year_of_open_time_is_found_quickly():
    year = WorkingCalendar("America/New_York", OFFICE)
    due = year.due_at(at("2026-01-01T00:00:00Z"), 261 * 9 * 3600)
    assert due == at("2026-12-31T18:00:00-05:00")
