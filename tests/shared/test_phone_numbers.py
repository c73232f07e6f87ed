"""Numbers as they are dialled, and the emergency numbers of the library."""

import pytest

from safar.phone_numbers import dial, emergency_numbers, is_dialable, is_emergency_number, is_short_code


@pytest.mark.parametrize(
    ("number", "caller", "label", "link"),
    [
        ("999", "QA", "999", "tel:999"),
        ("+97440280660", "QA", "4028 0660", "tel:+97440280660"),
        ("+97440280660", "NP", "+974 4028 0660", "tel:+97440280660"),
        ("+97440280660", None, "+974 4028 0660", "tel:+97440280660"),
    ],
)
def test_a_number_is_shown_as_dialled_from_where_the_person_is(number: str, caller: str | None, label: str, link: str) -> None:
    assert dial(number, caller) == (label, link)


@pytest.mark.parametrize("number", ["", "12345678", "+9", "+97499999999999", "call me", "0097440280660", "٩٩٩", "+٩٧٤٤٠٢٨٠٦٦٠"])
def test_what_is_no_number_is_not_dialable(number: str) -> None:
    assert not is_dialable(number)


def test_short_codes_are_two_to_six_digits() -> None:
    assert [code for code in ("9", "99", "16008", "123456", "1234567", "+999") if is_short_code(code)] == [
        "99",
        "16008",
        "123456",
    ]


def test_an_emergency_number_is_written_in_western_digits() -> None:
    assert is_emergency_number("999", "QA")
    assert not is_emergency_number("٩٩٩", "QA")
    assert not is_emergency_number("9²", "QA")


@pytest.mark.parametrize(
    ("country", "numbers"),
    [("QA", ("999",)), ("MY", ("112", "999")), ("NP", ("100", "101", "102", "103", "112")), ("US", ("112", "911"))],
)
def test_emergency_numbers_come_from_the_library(country: str, numbers: tuple[str, ...]) -> None:
    assert emergency_numbers(country) == numbers
