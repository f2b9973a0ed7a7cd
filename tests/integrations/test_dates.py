"""The order of dates is proven by a whole column, never guessed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.dates import AmbiguousDates, DateReader, Evidence, NotADate


def order_of(*texts: str) -> str:
    evidence = Evidence("start")
    evidence.add_many(list(range(2, 2 + len(texts))), list(texts))
    return evidence.verdict()


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03-04-2024", "25-12-2024"], "DMY"),
        (["03/04/2024", "12/25/2024"], "MDY"),
        (["03.04.24", "15.06.00"], "DMY"),
        (["99-01-31"], "YMD"),
        (["29-02-2016 01:16", "1-3-2016 9:05"], "DMY"),
        (["2024-03-04", "25-12-2024"], "DMY"),
    ],
)
def test_one_telling_value_proves_the_column(texts, order):
    assert order_of(*texts) == order


def test_an_ambiguous_column_is_refused_naming_both_readings():
    with pytest.raises(AmbiguousDates) as refusal:
        order_of("03-04-2024", "05-06-2024")
    said = str(refusal.value)
    assert "3 April 2024" in said
    assert "4 March 2024" in said
    assert "“start”" in said
    assert "row 2" in said


def test_years_of_two_digits_may_leave_a_column_ambiguous():
    with pytest.raises(AmbiguousDates, match="year first"):
        order_of("03.04.24", "31.12.24")


def test_values_that_read_the_same_both_ways_are_not_ambiguous():
    assert order_of("05-05-2024", "07/07/2024") in {"DMY", "MDY"}


def test_a_column_that_follows_no_order_is_refused():
    with pytest.raises(AmbiguousDates, match="do not follow one order"):
        order_of("25-12-2024", "12-25-2024")


def test_a_year_in_front_or_a_named_month_needs_no_proof():
    assert order_of("2024-03-04", "20240305", "4 Mar 2024", "March 4, 2024")


def test_text_that_is_no_date_is_no_evidence():
    assert order_of("soon", "25-12-2024") == "DMY"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("03-04-2024", datetime(2024, 4, 3, tzinfo=UTC)),
        ("03-04-2024 14:30", datetime(2024, 4, 3, 14, 30, tzinfo=UTC)),
        ("03-04-2024 2:30 PM", datetime(2024, 4, 3, 14, 30, tzinfo=UTC)),
        ("2024-04-03T14:30:05.25Z", datetime(2024, 4, 3, 14, 30, 5, 250000, UTC)),
        ("2024-04-03 14:30+02:00", datetime(2024, 4, 3, 12, 30, tzinfo=UTC)),
        ("3 Apr 2024 14:30", datetime(2024, 4, 3, 14, 30, tzinfo=UTC)),
    ],
)
def test_instants_are_read_with_and_without_time(text, moment):
    assert DateReader("DMY", ZoneInfo("UTC")).instant(text) == moment


def test_a_time_without_zone_is_in_the_zone_of_the_file():
    reader = DateReader("YMD", ZoneInfo("Europe/Berlin"))
    assert reader.instant("2024-07-01 00:30") == datetime(
        2024, 6, 30, 22, 30, tzinfo=UTC
    )
    assert reader.day("2024-06-30T22:30:00Z") == date(2024, 7, 1)


@pytest.mark.parametrize(
    "text", ["31-02-2024", "2024-13-01", "12:00", "03-04-2024 25:00", "03-04-2024 x"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(NotADate):
        DateReader("DMY", ZoneInfo("UTC")).instant(text)


def test_a_strptime_format_is_followed_to_the_letter():
    reader = DateReader("%d.%m.%Y %H Uhr", ZoneInfo("UTC"))
    assert reader.instant("03.04.2024 14 Uhr") == datetime(2024, 4, 3, 14, tzinfo=UTC)
    with pytest.raises(NotADate):
        reader.instant("03-04-2024")


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1))
def test_a_proven_column_reads_back_what_was_written(days):
    for order, form in (("DMY", "%d/%m/%Y"), ("MDY", "%m/%d/%Y")):
        texts = [day.strftime(form) for day in days]
        try:
            proven = order_of(*texts)
        except AmbiguousDates:
            assert all(day.day <= 12 for day in days)
            continue
        reader = DateReader(proven, ZoneInfo("UTC"))
        assert [reader.day(text) for text in texts] == days, order
