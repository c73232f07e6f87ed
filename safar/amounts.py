"""Numbers and money as people write them, in any script and format, and as they are shown; all exact (`Decimal`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import yaml
from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_territory_currencies

from safar.settings import ROOT
from safar.words import SIGNS

# A number with its points and commas; which of them is the decimal one is decided afterwards.
_NUMBER = re.compile(r"\d+(?:[.,\u066b]\d+)*")
# Spaces and apostrophes only part groups, of three digits or, before the last group, of two as in India: "5 6" is two numbers.
_MARK = r"[ '\u2019\u066c]"
_GROUPED = re.compile(rf"(?<!\d)(?<!\d[.,\u066b])\d{{1,3}}(?:{_MARK}\d{{2,3}})*{_MARK}\d{{3}}(?!\d)")
# One number in groups: all of three digits after the first, or of two before the last as in India; none begins with 0.
_GROUPS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*|[1-9]\d?([.,])\d{2}(?:\2\d{2})*\2\d{3}")
_CODE = re.compile(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])")
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD"}
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class Money:
    """An amount with its ISO 4217 currency; an empty currency when neither the person nor their country tells it."""

    amount: Decimal
    currency: str

    def shown(self, language: str) -> str:
        """In the manner of a language, with western digits, as bank papers have them."""
        locale = Locale.parse(language)
        if not self.currency:
            return str(format_decimal(self.amount, locale=locale))
        return str(format_currency(self.amount, self.currency, format="#,##0.## ¤¤", locale=locale, currency_digits=False))


def rounded(amount: Fraction, currency: str) -> Decimal:
    """To the smallest unit of a currency, half up as labour offices do."""
    digits = int(get_currency_precision(currency)) if currency else 2
    scaled = (Decimal(amount.numerator) * 10**digits / Decimal(amount.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    return Decimal(scaled.scaleb(-digits))


def shown_number(number: Decimal | Fraction, language: str) -> str:
    """A plain number in the manner of a language, with at most three decimals."""
    exact = number if isinstance(number, Decimal) else Decimal(number.numerator) / Decimal(number.denominator)
    return str(format_decimal(exact, format="#,##0.###", locale=Locale.parse(language)))


def currency_of(country: str | None) -> str:
    """The currency of a country today, or an empty string."""
    known = get_territory_currencies(country) if country else []
    return str(known[0]) if known else ""


def read_money(text: str, country: str | None, usual: str = "") -> Money | None:
    """The one amount in a text; None when there is none, or more than one.

    Args:
        country: where the person works: its currency is meant unless the text names another.
        usual: the currency meant instead when the text names none.
    """
    local = currency_of(country)
    currency = _named_currency(text, local) or usual or local
    amount = read_number(text, decimals=get_currency_precision(currency) if currency else 2)
    return None if amount is None else Money(amount, currency)


def read_number(text: str, decimals: int = 2) -> Decimal | None:
    """The one number in a text, in figures of any script or in words; None when there is none, or more than one.

    A list such as `1,2,3` is more than one number.

    Args:
        decimals: how many digits follow the decimal mark in this currency: with three, `250.500` is 250 and a half.
    """
    plain = _western(text)
    found = list(dict.fromkeys(_in_figures(plain, decimals))) or list(dict.fromkeys(_in_words(plain)))
    only = found[0] if len(found) == 1 else None
    return only if only is not None and only < LARGEST else None


def _western(text: str) -> str:
    """With the digits 0 to 9 and without marks that cannot be seen."""
    normal = unicodedata.normalize("NFKC", text)
    visible = (c for c in normal if unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in visible)


def _in_figures(text: str, decimals: int) -> Iterator[Decimal | None]:
    """The numbers of a text; None for figures with points or commas that no single number has."""
    joined = _GROUPED.sub(lambda match: re.sub(_MARK, "", match[0]), text)
    for match in _NUMBER.finditer(joined):
        after = re.match(rf"\s*([^\W\d_]+[\w{SIGNS}]*)", joined[match.end() :])
        factor = _words().get("times", {}).get(after[1].casefold(), 1) if after else 1
        number = _as_decimal(match[0], decimals)
        yield None if number is None else number * factor


def _as_decimal(number: str, decimals: int) -> Decimal | None:
    """`1,200` and `1.200,50` and `1,20,000`: the last mark is the decimal one when what follows it cannot be a group.

    None when the marks part neither groups nor decimals: `1,2,3` and `01.02.2024` are lists and dates.
    """
    number = number.replace("\u066b", ".")
    marks = [c for c in number if c in ".,"]
    if not marks:
        return Decimal(number)
    last = marks[-1]
    tail = len(number) - number.rindex(last) - 1
    is_group = marks.count(last) > 1 or (tail == 3 and (len(set(marks)) == 1) and not (last == "." and decimals == 3))
    whole, point, part = (number, "", "") if is_group else number.rpartition(last)
    if not whole.isdecimal() and not _GROUPS.fullmatch(whole):
        return None
    return Decimal(whole.replace(".", "").replace(",", "") + point.replace(",", ".") + part)


def _in_words(text: str) -> Iterator[Decimal]:
    words = re.findall(rf"[^\W\d_][\w{SIGNS}]*", text.casefold())
    yield from (Decimal(str(value)) for value in map(_value_of, words) if value is not None)


def _value_of(word: str) -> int | None:
    """The number that a word is, or that it begins with in Burmese, which writes "three" and "month" as one."""
    known: dict[str, int] = _words()["numbers"]
    if word in known or not "\u1000" <= word[0] <= "\u109f":
        return known.get(word)
    return next((known[start] for start in sorted(known, key=len, reverse=True) if word.startswith(start)), None)


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, Any]]:
    """`numbers` (word to number) and `times` (word after a number to factor), of all languages together."""
    content = yaml.safe_load((ROOT / "data" / "numbers.yml").read_text(encoding="utf-8"))
    return {
        section: {unicodedata.normalize("NFKC", str(word)).casefold(): value for value, words in table.items() for word in words}
        for section, table in content.items()
    }


def _named_currency(text: str, local: str) -> str:
    """The currency a text names by its code or sign; the dollar sign means the dollar of the country when it has one."""
    codes = Locale.parse("en").currencies
    for code in _CODE.findall(text):
        if code.upper() in codes and (code.isupper() or code.upper() in (local, *_SIGNS.values())):
            return str(code.upper())
    for sign, code in _SIGNS.items():
        if sign in text:
            return local if sign == "$" and local.endswith("D") and "ollar" in codes.get(local, "") else code
    return ""
