"""Telephone numbers: kept in E.164 or as a short code, shown as they are dialled from where a person is."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import product
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType, shortnumberinfo

from safar.settings import ROOT

_INTERNATIONAL_FREEPHONE = (800, 808)  # country codes of no country, dialled from many
_LONGEST_EMERGENCY = 4  # digits
_MOST_EMERGENCY = 20  # numbers; where a pattern stands for more, the longest are those of towns
_SHORT = re.compile(r"[0-9]{2,6}")  # no other script's digits: links are made of them and numbers are compared


def is_short_code(number: str) -> bool:
    """Whether a stored number is a short code, which works only inside its country."""
    return bool(_SHORT.fullmatch(number))


def is_dialable(number: str) -> bool:
    """Whether a stored number is a short code or a full number that libphonenumber holds to be valid."""
    if is_short_code(number):
        return True
    try:
        return number.startswith("+") and number.isascii() and phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def is_dialable_from_abroad(number: str) -> bool:
    """Whether a stored number can be called from another country: not a short code, nor a free number of one country."""
    if is_short_code(number):
        return False
    parsed = phonenumbers.parse(number)
    return (
        phonenumbers.number_type(parsed) != PhoneNumberType.TOLL_FREE or parsed.country_code in _INTERNATIONAL_FREEPHONE
    ) and phonenumbers.can_be_internationally_dialled(parsed)


def dial(number: str, caller: str | None) -> tuple[str, str]:
    """How to show a stored number to a person, and the link that dials it.

    Args:
        number: E.164 (`+97440280660`) or a short code (`999`).
        caller: ISO 3166 country the person is in, or None when unknown.

    Returns:
        Label and `tel:` link, such as `("4028 0660", "tel:+97440280660")` inside Qatar.
    """
    if is_short_code(number):
        return number, f"tel:{number}"
    parsed = phonenumbers.parse(number)
    at_home = caller is not None and phonenumbers.region_code_for_number(parsed) == caller
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style), f"tel:{number}"


@cache
def out_of_service(path: Path = ROOT / "data" / "emergency_out_of_service.csv") -> frozenset[tuple[str, str]]:
    """Country and number of the emergency numbers that libphonenumber still has although a sourced page calls them dead."""
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset((row["country"], row["number"]) for row in csv.DictReader(file))


def is_emergency_number(number: str, country: str) -> bool:
    """Whether libphonenumber holds a number of at most four digits to be a national emergency number that is in service."""
    if not (is_short_code(number) and len(number) <= _LONGEST_EMERGENCY) or (country, number) in out_of_service():
        return False
    return shortnumberinfo.is_emergency_number(number, country)


@cache
def emergency_numbers(country: str) -> tuple[str, ...]:
    """The national emergency numbers in libphonenumber's short-number data, at most four digits, sorted by length.

    The library keeps a pattern, not a list, so every number of the lengths it names is tried against it.
    A longer one that only begins like an emergency number is left out.
    """
    known = PhoneMetadata.short_metadata_for_region(country)
    possible = known.emergency.possible_length if known and known.emergency else ()
    lengths = sorted(length for length in possible if length <= _LONGEST_EMERGENCY)
    numbers = tuple(
        number
        for length in lengths
        for number in map("".join, product("0123456789", repeat=length))
        if is_emergency_number(number, country)
    )
    return numbers if len(numbers) <= _MOST_EMERGENCY else tuple(n for n in numbers if len(n) < _LONGEST_EMERGENCY)
