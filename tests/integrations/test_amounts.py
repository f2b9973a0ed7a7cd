"""Numbers as people write them are understood, or refused."""

from decimal import Decimal

import pytest

from integrations.amounts import DecimalEvidence, NotANumber, read_amount


@pytest.mark.parametrize(
    ("text", "decimal", "number", "currency"),
    [
        ("1234.5", ".", "1234.5", ""),
        ("1,234.50", ".", "1234.50", ""),
        ("1,234,567", ".", "1234567", ""),
        ("1.234,50", ",", "1234.50", ""),
        ("1 234,50 €", ",", "1234.50", "EUR"),
        ("$1,234", ".", "1234", "USD"),
        ("USD 5,000.00", ".", "5000.00", "USD"),
        ("1'000.25 CHF", ".", "1000.25", "CHF"),
        ("(12.50)", ".", "-12.50", ""),
        ("-$3", ".", "-3", "USD"),
        ("−7", ".", "-7", ""),
        ("1e3", ".", "1000", ""),
    ],
)
def test_numbers_with_separators_and_currencies_are_understood(
    text, decimal, number, currency
):
    amount = read_amount(text, decimal)
    assert amount.number == Decimal(number)
    assert amount.currency == currency


@pytest.mark.parametrize(
    "text", ["12,5", "1,23,456", "1.2.3", "abc", "", "€5 $5", "5 pcs", "5 PCS", "nan"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumber):
        read_amount(text)


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["12,5", "1.234,00"], ","),
        (["0.125", "1,234"], "."),
        (["1,234", "5,678"], ""),
        (["1.234.567", "1,234"], ","),
        (["1.5", "1,5"], ""),
        (["a, b", "12"], ""),
    ],
)
def test_a_column_shows_its_decimal_sign(texts, sign):
    evidence = DecimalEvidence()
    for text in texts:
        evidence.add(text)
    assert evidence.verdict() == sign
