"""The three languages in which every path is held, what people read in them, and what several tests look at.

English, Arabic (written from right to left) and Burmese (written without spaces). What people read comes from the
catalogues, so that a mended translation breaks no test; what they say is written in the tests as people type it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from functools import cache
from typing import TYPE_CHECKING, Any

from safar import catalogues
from safar.answers import GENERAL, Answer, english_answers
from safar.languages import DEFAULT, country_name, language_name

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

LANGUAGES = ("en", "ar", "my")
WAGES = {
    "en": "my boss has not paid my salary for three months",
    "ar": "صاحب العمل ما دفع راتبي من ثلاث شهور",
    "my": "အလုပ်ရှင်က လစာ သုံးလ မပေးသေးဘူး",
}
LOCKED_IN = {
    "en": "they lock the door and took my phone",
    "ar": "يقفلون علي الباب وأخذوا تلفوني",
    "my": "သော့ခတ်ပြီး အတင်းအလုပ်ခိုင်းနေတယ်",
}
LOCKED_IN_IN_QATAR = {
    "en": "I am in Qatar, they lock the door and took my phone",
    "ar": "انا في قطر يقفلون علي الباب وأخذوا تلفوني",
    "my": "ကာတာမှာ သော့ခတ်ပြီး အတင်းအလုပ်ခိုင်းနေတယ်",
}
WHO_ARE_YOU = {"en": "who are you", "ar": "مين انت", "my": "မင်းကဘယ်သူလဲ"}
HELLO = {"en": "hello", "ar": "مرحبا", "my": "မင်္ဂလာပါ"}
YES = {"en": "yes", "ar": "نعم", "my": "ဟုတ်ကဲ့"}
NO = {"en": "no", "ar": "لا", "my": "မဟုတ်ဘူး"}


# --- what people read ---


@cache
def _strings(code: str) -> dict[str, str]:
    return {**catalogues.strings(DEFAULT), **catalogues.strings(code)}


def written(code: str, key: str, **values: object) -> str:
    """An interface string in a language, English where it has none."""
    text = _strings(code)[key]
    return text.format(**values) if values else text


def wrote(code: str, key: str, text: str) -> re.Match[str] | None:
    """Where an interface string stands in a text, whatever fills its placeholders: each of them is a group, by its name."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(_strings(code)[key]))
    return re.search(pattern, text)


def country(code: str, of: str) -> str:
    """The name of a country in a language."""
    return country_name(of, code)


def language(code: str, of: str) -> str:
    """The name of a language in a language."""
    return language_name(of, code)


def _answer(code: str, topic: str, country: str) -> Answer:
    known = english_answers()[topic]
    found = catalogues.answer_in(code, topic, known.get(country, known[GENERAL]))
    assert found, f"{topic} is not translated to {code}"
    return found


def first_line(code: str, topic: str, country: str = GENERAL) -> str:
    """The line with which an answer begins; a country without an answer of its own has the one for everywhere."""
    return _answer(code, topic, country).first[0]


def title(code: str, topic: str) -> str:
    """The short name of a topic, on its button."""
    return _answer(code, topic, GENERAL).title


# --- what a test looks at ---


def topics(messages: list[dict[str, Any]]) -> list[str]:
    return [message["topic"] for message in messages if message["topic"]]


def payloads(messages: list[dict[str, Any]]) -> list[str]:
    return [button["payload"] for message in messages for button in message["buttons"]]


def titles(messages: list[dict[str, Any]]) -> list[str]:
    return [button["title"] for message in messages for button in message["buttons"]]


def places(messages: list[dict[str, Any]]) -> set[str]:
    return {card["country"] for message in messages for card in message["contacts"]}


def phones(messages: list[dict[str, Any]]) -> list[str]:
    return [phone["label"] for message in messages for card in message["contacts"] for phone in card["phones"]]


def texts(messages: list[dict[str, Any]]) -> str:
    return "\n\n".join(message["text"] for message in messages)


def rows(stack: Stack, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What the database of a running Safar holds."""
    with sqlite3.connect(f"file:{stack.var / 'safar.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(query, values).fetchall()


def change(stack: Stack, statement: str, *values: object) -> None:
    """Change a moment in the database: time passes there and nowhere else."""
    with sqlite3.connect(stack.var / "safar.sqlite3", timeout=20) as database:
        database.execute(statement, values)


def case_of(stack: Stack, conversation: str) -> dict[str, Any]:
    """The newest case of a conversation: its number, priority, status, reason, evidence."""
    names = ("id", "priority", "status", "reason", "about", "evidence", "letter_id", "country")
    query = f"select {', '.join(names)} from cases_case where conversation_id = ? order by id desc"  # noqa: S608
    found = dict(zip(names, rows(stack, query, conversation.replace("-", ""))[0], strict=True))
    return {**found, "evidence": json.loads(found["evidence"])}


def cases(stack: Stack, conversation: str) -> int:
    """How many cases a conversation has or had."""
    query = "select count(*) from cases_case where conversation_id = ?"
    return int(rows(stack, query, conversation.replace("-", ""))[0][0])
