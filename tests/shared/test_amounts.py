"""Numbers and money as people type them, in every script and format; exact."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safar.amounts import Money, read_money, read_number, rounded
from safar.languages import languages

ZEROS = {"western": "0", "arabic": "٠", "persian": "۰", "devanagari": "०", "bengali": "০", "burmese": "၀"}
whole = st.integers(min_value=0, max_value=10**9)


def in_digits(text: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,200", "1200"),
        ("1.200", "1200"),
        ("1 200", "1200"),
        ("1'200", "1200"),
        ("१२००", "1200"),
        ("১২০০", "1200"),
        ("၁၂၀၀", "1200"),
        ("۱۲۰۰", "1200"),
        ("١٬٢٠٠", "1200"),
        ("١٬٢٠٠٫٥٠", "1200.50"),
        ("1200 riyal", "1200"),
        ("ريال 1200 فقط", "1200"),
        ("1,20,000", "120000"),
        ("1.200,50", "1200.50"),
        ("1,200.50", "1200.50"),
        ("2,5", "2.5"),
        ("2 500 000", "2500000"),
        ("1 20 000", "120000"),
        ("1 200,50", "1200.50"),
        ("1’200.50", "1200.50"),
        ("2 500 riyal", "2500"),
        ("12k", "12000"),
        ("5 हजार", "5000"),
        ("2 lakh", "200000"),
        ("three", "3"),
        ("तीन महिना", "3"),
        ("شهرين", "2"),
        ("သုံးလ", "3"),
        ("ሦስት ወር", "3"),
        ("তিন মাস", "3"),
        ("nothing", "0"),
    ],
)
def test_one_number_however_it_is_written(text: str, amount: str) -> None:
    assert read_number(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "-", "my boss", "1200 or 1300", "1200 for 3 months", "I was paid once", "since Sept", "9" * 40]
)
def test_no_number_or_more_than_one_is_asked_again(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "5 6",
        "12 15",
        "10 6 days",
        "1200 3",
        "since 2024 3 months",
        "2024 500",
        "1 200 5",
        "3.5 200",
        "1,200 300",
        "1'2",
        "5’6",
        "1٬2",
    ],
)
def test_numbers_beside_each_other_are_not_joined(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3",
        "1.2.3",
        "१,२,३",
        "10,20,30",
        "100,200,30",
        "1,2,3.5",
        "1,2.5,3",
        "1,2,3 or 500",
        "1,2,3 three",
        "01.02.2024",
        "1,2,300",
        "1.234,567.890",
        "1,23,4567",
        "2024,500",
        "0,500",
    ],
)
def test_a_list_or_a_date_is_no_amount(text: str) -> None:
    assert read_number(text) is None
    assert read_money(text, "QA") is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,234", "1234"), ("1.234", "1234"), ("12,50", "12.50"), ("1,23,456", "123456"), ("9,87,65,432.1", "98765432.1")],
)
def test_groups_and_decimals_are_still_one_number(text: str, amount: str) -> None:
    assert read_number(text) == Decimal(amount)


@given(numbers=st.lists(st.integers(min_value=0, max_value=99), min_size=3, max_size=8), mark=st.sampled_from(",."))
def test_a_list_of_small_numbers_is_never_joined(numbers: list[int], mark: str) -> None:
    assert read_number(mark.join(map(str, numbers))) is None


@given(number=st.integers(min_value=0, max_value=10**11), mark=st.sampled_from(",."))
def test_indian_groups_are_one_number(number: int, mark: str) -> None:
    head, last = divmod(number, 1000)
    groups = [f"{last:03}"] if head else [str(last)]
    while head:
        head, group = divmod(head, 100)
        groups.insert(0, f"{group:02}" if head else str(group))
    assert read_number(mark.join(groups)) == number


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
@given(number=whole)
def test_digits_of_every_script_are_the_same_number(zero: str, number: int) -> None:
    assert read_number(in_digits(str(number), zero)) == number
    assert read_number(in_digits(f"{number:,}", zero)) == number


@given(number=st.decimals(min_value=0, max_value=10**9, places=2))
def test_two_decimals_are_read_with_either_mark(number: Decimal) -> None:
    assert read_number(f"{number:,.2f}") == number
    swapped = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_number(swapped) == number


@given(text=st.text(max_size=60) | st.text(alphabet="0123456789٣.,'\u2019\u066b\u066c ", max_size=20))
def test_any_text_is_read_or_refused_without_an_error(text: str) -> None:
    found = read_number(text)
    assert found is None or found >= 0


def test_the_currency_is_that_of_the_country_unless_another_is_named() -> None:
    assert read_money("1200", "QA") == Money(Decimal(1200), "QAR")
    assert read_money("1200 USD", "QA") == Money(Decimal(1200), "USD")
    assert read_money("$ 300", "QA") == Money(Decimal(300), "USD")
    assert read_money("$ 300", "SG") == Money(Decimal(300), "SGD")
    assert read_money("300", None) == Money(Decimal(300), "")


def test_three_decimals_where_the_currency_has_them() -> None:
    assert read_money("250.500", "KW") == Money(Decimal("250.500"), "KWD")
    assert read_money("250.500", "ID") == Money(Decimal(250500), "IDR")


def test_rounding_is_half_up_to_the_smallest_unit() -> None:
    assert rounded(Fraction(1, 3), "QAR") == Decimal("0.33")
    assert rounded(Fraction(5, 1000), "QAR") == Decimal("0.01")
    assert rounded(Fraction(5, 10000), "KWD") == Decimal("0.001")


@given(amount=whole, language=st.sampled_from(sorted(languages())))
def test_what_is_shown_can_be_typed_again(amount: int, language: str) -> None:
    assert read_money(Money(Decimal(amount), "QAR").shown(language), "QA") == Money(Decimal(amount), "QAR")
