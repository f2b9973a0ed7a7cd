"""Numbers, money and moments as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import formatting

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def plain(text: str) -> str:
    """The text with ordinary spaces, to keep the expectations readable."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "€0"),
        (950, "€950"),
        (999.4, "€999"),
        (999.6, "€1.0k"),
        (4_200, "€4.2k"),
        (9_949, "€9.9k"),
        (184_000, "€184k"),
        (999_499, "€999k"),
        (999_999, "€1.0M"),
        (11_600_000, "€11.6M"),
        (3_000_000, "€3.0M"),
        (412_000_000, "€412M"),
        (999_999_999, "€1.0B"),
        (1_234_000_000, "€1.2B"),
        (-184_000, "−€184k"),
        (Decimal("2447516.00"), "€2.4M"),
    ],
)
def test_money_is_said_in_at_most_three_figures(amount, said):
    assert formatting.money_compact(amount, "EUR") == said


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_compact_money_stays_short_and_near_the_amount(amount):
    said = formatting.money_compact(amount, "EUR")
    figure = said.replace("−", "-").replace("€", "").replace(",", "")
    scale = {"k": 10**3, "M": 10**6, "B": 10**9}.get(figure[-1], 1)
    value = float(figure.rstrip("kMB")) * scale
    assert value == pytest.approx(amount, rel=0.06, abs=0.5)
    assert "1000" not in said.replace(",", "") or abs(amount) >= 10**12 - 10**9


def test_a_currency_without_a_sign_is_said_by_its_code():
    assert plain(formatting.money_compact(184_000, "CHF")) == "CHF 184k"
    assert plain(formatting.money(-1_050, "CHF")) == "−CHF 1,050"


def test_money_in_full_is_grouped():
    assert formatting.money(2_447_516, "EUR") == "€2,447,516"
    assert formatting.money(Decimal("12.345"), "USD", 2) == "$12.35"


def test_numbers_round_half_up_and_group():
    assert formatting.number(1_050) == "1,050"
    assert formatting.number(2.5) == "3"
    assert formatting.number(68.45, 1) == "68.5"
    assert formatting.number(-3.5, 1) == "−3.5"
    assert formatting.number(-0.04, 1) == "0.0"


def test_percent_keeps_its_sign_together():
    assert formatting.percent(93) == "93\N{NO-BREAK SPACE}%"
    assert plain(formatting.percent(41.25, 1)) == "41.3 %"


def test_a_change_always_shows_its_sign_except_zero():
    assert formatting.signed(1.7) == "+1.7"
    assert formatting.signed(-14.2) == "−14.2"
    assert formatting.signed(0.04) == "0.0"
    assert formatting.signed(-0.04) == "0.0"


def test_what_is_missing_is_a_dash():
    said = [
        formatting.number(None),
        formatting.percent(None),
        formatting.signed(None),
        formatting.score(None),
        formatting.money(None, "EUR"),
        formatting.money_compact(None, "EUR"),
        formatting.duration(None),
        formatting.said_date(None, today=TODAY),
        formatting.said_moment(None, now=NOW),
        formatting.age(None, now=NOW),
        formatting.ago(None, now=NOW),
        formatting.days_until(None, today=TODAY),
    ]
    assert set(said) == {"–"}
    assert formatting.urgency(None, today=TODAY) == ""


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (TODAY, "today"),
        (date(2026, 11, 21), "yesterday"),
        (date(2026, 11, 23), "tomorrow"),
        (date(2026, 11, 3), "3 Nov"),
        (date(2026, 12, 30), "30 Dec"),
        (date(2025, 11, 3), "3 Nov 2025"),
    ],
)
def test_dates_are_said_as_people_say_them(day, said):
    assert plain(formatting.said_date(day, today=TODAY)) == said


def test_the_exact_date_has_weekday_and_year():
    assert plain(formatting.full_date(TODAY)) == "Sun 22 Nov 2026"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 22, 2, 14, tzinfo=UTC), "today, 02:14"),
        (datetime(2026, 11, 15, 2, 14, tzinfo=UTC), "Sun 15 Nov, 02:14"),
        (datetime(2025, 11, 15, 9, 5, tzinfo=UTC), "15 Nov 2025, 09:05"),
    ],
)
def test_moments_name_the_day_and_the_time(moment, said):
    assert plain(formatting.said_moment(moment, now=NOW)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (22 * 60, "22 min"),
        (3600, "1 h"),
        (72 * 60, "1 h 12"),
        (timedelta(hours=2, minutes=4), "2 h 04"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (timedelta(days=19), "19 d"),
        (timedelta(minutes=-22), "−22 min"),
    ],
)
def test_durations_have_at_most_two_units(length, said):
    assert plain(formatting.duration(length)) == said


@pytest.mark.parametrize(
    ("before", "age", "ago"),
    [
        (timedelta(seconds=20), "20 s", "just now"),
        (timedelta(minutes=22), "22 min", "22 min ago"),
        (timedelta(hours=30), "1 d", "1 d ago"),
        (timedelta(days=9), "9 d", "9 d ago"),
        (timedelta(days=40), "40 d", "13 Oct"),
        (timedelta(minutes=-5), "0 s", "just now"),
    ],
)
def test_ages_have_one_unit_and_old_ones_are_dates(before, age, ago):
    assert plain(formatting.age(NOW - before, now=NOW)) == age
    assert plain(formatting.ago(NOW - before, now=NOW)) == ago


@pytest.mark.parametrize(
    ("days", "said", "urgency"),
    [
        (38, "38 d", "soon"),
        (0, "today", "soon"),
        (-5, "5 d late", "late"),
        (46, "46 d", ""),
    ],
)
def test_a_due_date_says_how_far_and_how_urgent(days, said, urgency):
    day = TODAY + timedelta(days=days)
    assert plain(formatting.days_until(day, today=TODAY)) == said
    assert formatting.urgency(day, today=TODAY) == urgency


def test_words_go_through_the_translation_given():
    german = {"today": "heute", "%s ago": "vor %s", "min": "Min.", "Nov": "Nov."}

    def gettext(text: str) -> str:
        return german.get(text, text)

    assert formatting.said_date(TODAY, today=TODAY, gettext=gettext) == "heute"
    before = NOW - timedelta(minutes=22)
    assert plain(formatting.ago(before, now=NOW, gettext=gettext)) == "vor 22 Min."
    day = date(2026, 11, 3)
    assert plain(formatting.said_date(day, today=TODAY, gettext=gettext)) == "3 Nov."


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mara Okafor", "MO"),
        ("Ana de la Cruz", "AC"),
        ("mara@example.com", "MA"),
        ("Ines", "IN"),
        ("", "?"),
        ("@", "?"),
    ],
)
def test_initials_are_at_most_two_letters(name, letters):
    assert formatting.initials(name) == letters
