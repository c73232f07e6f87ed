"""The complaint letter: its fixed sentences in a language, the person's own words as they are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from safar.amounts import Money, rounded, shown_number
from safar.cards import local_date
from safar.complaints import Sheet
from safar.languages import country_name, language_name, languages
from safar.replies import Composer
from safar.sums import Step

# Keeps numbers and their signs left to right inside right-to-left text.
_LTR, _END = "\u2066", "\u2069"
_LONG_NUMBER = re.compile(r"\+?\d[\d\s().,/-]*\d")


@dataclass(frozen=True)
class Letter:
    """A letter, ready to be shown as text or set as a page.

    Attributes:
        head: lines above the facts; facts: label and text; close: lines below; blanks: what is filled in by hand.
    """

    language: str
    dir: str
    title: str
    head: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    close: tuple[str, ...]
    blanks: tuple[str, ...]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Letter:
        lists = {name: tuple(value[name]) for name in ("head", "close", "blanks")}
        facts = tuple((label, text) for label, text in value["facts"])
        return cls(value["language"], value["dir"], value["title"], facts=facts, **lists)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        """Plain text with the marks of safar/replies.py."""
        facts = [f"**{label}**\n{text}" for label, text in self.facts]
        blanks = "\n".join(f"{label}: ____________________" for label in self.blanks)
        return "\n\n".join([f"**{self.title}**", "\n".join(self.head), *facts, "\n".join(self.close), blanks])


def write_letter(composer: Composer, sheet: Sheet, spoken: str, today: date) -> Letter:
    """The letter in the composer's language.

    Args:
        spoken: the language of the person's own words, which are not translated.
    """
    say = _strings(composer)
    head = [say("letter_date", date=local_date(today.isoformat(), composer.language))]
    if composer.country:
        head.append(say("letter_country", country_name=country_name(composer.country, composer.language)))
    own_words = say("letter_own_words", language_name=language_name(spoken, composer.language))
    title = composer.bundle.title(sheet.topic, composer.language)
    return Letter(
        composer.language,
        languages()[composer.language].dir,
        say("letter_title", topic_title=title),
        (*head, say("letter_request")),
        tuple((label, text) for _, label, text in lines_of(composer, sheet) if text),
        (own_words,),
        (say("letter_name"), say("letter_address"), say("letter_signature")),
    )


def lines_of(composer: Composer, sheet: Sheet) -> list[tuple[str, str, str]]:
    """Question, label and answer of every line, the wages owed after what they follow from; a skipped answer is empty."""
    say = _strings(composer)
    lines = []
    for question in sheet.questions:
        lines.append((question, say(f"line_{question}"), _isolated(composer, shown_answer(composer, sheet, question))))
        owed = sheet.owed(composer.country) if question == "paid" else None
        if owed and owed.total:
            formula = shown_step(composer, owed.steps[0], owed.total.currency)
            lines.append(("", say("line_owed"), formula))
    return lines


def _isolated(composer: Composer, text: str) -> str:
    """With telephone numbers and dates left to right in right-to-left words, or in a right-to-left letter."""
    is_rtl = languages()[composer.language].dir == "rtl" or any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    if not is_rtl or _LTR in text:
        return text
    return _LONG_NUMBER.sub(lambda number: f"{_LTR}{number[0]}{_END}", text)


def _left_to_right(composer: Composer, text: str) -> str:
    """A sum or an amount as it is written everywhere."""
    return f"{_LTR}{text}{_END}" if languages()[composer.language].dir == "rtl" else text


def shown_answer(composer: Composer, sheet: Sheet, question: str) -> str:
    value = sheet.value(question, composer.country)
    if isinstance(value, Money):
        return _left_to_right(composer, value.shown(composer.language))
    if isinstance(value, Decimal):
        return shown_number(value, composer.language)
    return sheet.answers.get(question) or ""


def shown_step(composer: Composer, step: Step, currency: str) -> str:
    """A line of a sum: `1,200 × 3 − 500 = 3,100 QAR`. Only the last line's result is money, the others may be years."""
    parts = [shown_number(part, composer.language) if isinstance(part, Fraction) else part for part in step.parts]
    if currency and isinstance(step.parts[-1], Fraction) and step.key != "sum_years":
        parts[-1] = Money(rounded(step.parts[-1], currency), currency).shown(composer.language)
    return _left_to_right(composer, " ".join(parts))


def _strings(composer: Composer) -> Any:
    """Interface strings in the composer's language."""
    return lambda key, **values: composer.bundle.string(key, composer.language, **values)
