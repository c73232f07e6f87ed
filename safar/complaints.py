"""The complaint helper's papers: which questions each kind of complaint asks, and what has been answered so far.

What is here is plain data that Rasa keeps in the slot `complaint` for as long as it keeps the conversation, and no longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

from safar.amounts import Money, currency_of, read_money, read_number
from safar.sums import KINDS, NEEDS, Sum, wages_owed

COUNTRY, SUMMARY, LETTER, CONSENT = "country", "summary", "letter", "consent"
MONEY = frozenset({"wage", "paid", "fee", "basic"})
NUMBERS = frozenset({"months", "hours", "service", "leave"})
# Questions whose answers are told rather than named: a change of language there is meant.
TOLD = frozenset({"events", "proof", "wish"})

_WHERE = ("work", "employer", "since")
_PAY = ("wage", "months", "paid")
_STORY = ("events", "proof", "wish")
_FEES = ("agency", "employer", "fee", *_STORY)
# Topic to the questions of its letter; the country is asked first when it is not known.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "wages_unpaid": (*_WHERE, *_PAY, *_STORY),
    "complaint_employer": (*_WHERE, *_PAY, *_STORY),
    "dismissal_end_of_service": (*_WHERE, *_PAY, *_STORY),
    "working_hours_rest": (*_WHERE, "wage", *_STORY),
    "contract_substitution": (*_WHERE, "agency", "wage", *_STORY),
    "passport_confiscated": (*_WHERE, *_STORY),
    "violence_at_work": (*_WHERE, *_STORY),
    "work_injury": (*_WHERE, *_STORY),
    "recruitment_fees_debt": _FEES,
    "complaint_recruiter": _FEES,
    **NEEDS,
}
LETTERS = tuple(topic for topic in QUESTIONS if topic not in KINDS)
# Topics after whose answer people ask how much it is.
SUMS_AFTER = frozenset({"wages_unpaid", "complaint_employer", "dismissal_end_of_service", "working_hours_rest"})


@dataclass
class Sheet:
    """One letter or one sum.

    Attributes:
        topic: what it is about: a topic of data/topics.yml, or a kind of sum.
        answers: by question, in the person's words; None where they skipped it.
        at: the question that waits for an answer, or `summary`, `letter`, `consent`.
        before: the question asked before that one.
        is_correction: after this answer the summary comes, not the next question.
        asked_at: when `at` was asked (seconds since 1970): what was written before that answers `before`.
    """

    topic: str
    answers: dict[str, str | None] = field(default_factory=dict)
    at: str = ""
    before: str = ""
    is_correction: bool = False
    asked_at: float = 0.0

    @classmethod
    def load(cls, value: Mapping[str, Any] | None) -> Sheet | None:
        """None for a paper about something that this version does not know."""
        if not value or value.get("topic") not in QUESTIONS:
            return None
        return cls(**{entry.name: value[entry.name] for entry in fields(cls) if entry.name in value})

    @property
    def is_sum(self) -> bool:
        return self.topic in KINDS

    @property
    def questions(self) -> tuple[str, ...]:
        return QUESTIONS[self.topic]

    def next_question(self, *, country_known: bool) -> str:
        """The first question that was neither answered nor skipped; `summary` when there is none."""
        asked = self.questions if country_known else (COUNTRY, *self.questions)
        return next((question for question in asked if question not in self.answers), SUMMARY)

    def answer(self, question: str, text: str | None) -> None:
        self.answers[question] = text

    def add(self, question: str, text: str) -> None:
        """Join what was written after an answer, before the next question was seen, to that answer."""
        known = self.answers.get(question)
        self.answers[question] = f"{known}\n{text}" if known else text

    def value(self, question: str, country: str | None) -> Money | Decimal | None:
        """An answer as money or a number; None when it was skipped or is told in words."""
        text = self.answers.get(question)
        if not text or question not in MONEY | NUMBERS:
            return None
        if question in NUMBERS:
            return read_number(text)
        # Whoever names a currency for the pay means it for a bare number after that too.
        wage = self.value("wage", country) if question == "paid" and not any(map(str.isalpha, text)) else None
        return read_money(text, country, wage.currency if isinstance(wage, Money) else "")

    def owed(self, country: str | None) -> Sum | None:
        """The wages owed, when pay and months are known and all is in one currency."""
        wage, months, paid = (self.value(question, country) for question in _PAY)
        if not isinstance(wage, Money) or not isinstance(months, Decimal) or _are_mixed((wage, paid)):
            return None
        received = paid.amount if isinstance(paid, Money) else Decimal(0)
        return wages_owed(wage.amount, months, received, wage.currency)

    def values(self, country: str | None) -> dict[str, Decimal] | None:
        """The numbers of a sum; None when one was skipped or they are of two currencies. Nothing received is 0."""
        found = {question: self.value(question, country) for question in self.questions}
        if _are_mixed(found.values()):
            return None
        plain = {question: value.amount if isinstance(value, Money) else value for question, value in found.items()}
        plain = {question: Decimal(0) if value is None and question == "paid" else value for question, value in plain.items()}
        return {q: v for q, v in plain.items() if v is not None} if None not in plain.values() else None

    def currency(self, country: str | None) -> str:
        """The currency the person names, or that of the country."""
        amounts = (self.value(question, country) for question in self.questions)
        return next((value.currency for value in amounts if isinstance(value, Money)), currency_of(country))


def _are_mixed(values: Iterable[Money | Decimal | None]) -> bool:
    """Whether the amounts are of more than one currency, so that nobody can add them up; nothing is nothing in all."""
    return len({value.currency for value in values if isinstance(value, Money) and value.amount}) > 1


@dataclass
class Notebook:
    """All papers of one conversation: at most one letter and one sum, and which of them is open.

    `message` is the id of the last message that was dealt with: the form is run twice in a turn when it was interrupted.
    """

    letter: Sheet | None = None
    sum: Sheet | None = None
    open: str = ""
    message: str = ""

    @classmethod
    def load(cls, value: Mapping[str, Any] | None) -> Notebook:
        """From the slot; a paper that this version does not know any more is left out."""
        known = value or {}
        kept = {name: Sheet.load(known.get(name)) for name in ("letter", "sum")}
        opened = known.get("open", "")
        return cls(kept["letter"], kept["sum"], opened if kept.get(opened) else "", known.get("message", ""))

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sheet(self) -> Sheet | None:
        return {"letter": self.letter, "sum": self.sum}.get(self.open)

    @property
    def is_unfinished(self) -> bool:
        """Whether there is a letter to go on with."""
        return bool(self.letter and self.letter.answers and self.letter.at != LETTER)

    def begin(self, topic: str) -> Sheet:
        """A new paper; what the other one says about pay is not asked again."""
        other = self.letter if topic in KINDS else self.sum
        known = other.answers if other else {}
        sheet = Sheet(topic, {q: known[q] for q in _PAY if q in QUESTIONS[topic] and known.get(q)})
        if sheet.is_sum:
            self.sum, self.open = sheet, "sum"
        else:
            self.letter, self.open = sheet, "letter"
        return sheet
