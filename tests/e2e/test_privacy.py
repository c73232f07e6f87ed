"""What is known about a person, a phone that others see, and being forgotten."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Stack, until
from tests.e2e.spoken import HELLO, LANGUAGES, WAGES, case_of, country, language, payloads, titles, written

KNOWN = {"en": "What do you know about me?", "ar": "ايش تعرفون عني؟", "my": "ကျွန်တော့်အကြောင်း ဘာတွေသိလဲ"}
WATCHED = {"en": "someone may see my phone", "ar": "ممكن حد يشوف تلفوني", "my": "တစ်ယောက်ယောက်က ကျွန်မဖုန်းကို ကြည့်နိုင်တယ်"}
FORGET = {"en": "delete all my messages", "ar": "امسح كل رسايلي", "my": "ကျွန်တော့်စာတွေ အကုန်ဖျက်ပေးပါ"}
MARK = {"en": "Xylographer-Quokka-4711", "ar": "زرنيخشلبوط٤٧١١", "my": "ဃဏဋ္ဌဠဗြိတ်၄၇၁၁"}

pytestmark = pytest.mark.parametrize("code", LANGUAGES)


def test_what_is_known_is_shown_in_words(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA", nationality="NP")
    someone.say(WAGES[code])
    someone.press("/talk_to_human")
    someone.press('/checklist{"step":"tick:departure_deciding_agency"}')
    asked = someone.say(KNOWN[code])
    assert "/my_data" in payloads(asked)
    text = someone.press("/my_data")[0]["text"]
    number = case_of(stack, someone.opened["id"])["id"]
    assert f"• {written(code, 'known_language', language_name=language(code, code))}" in text
    assert f"• {written(code, 'known_country', country_name=country(code, 'QA'))}" in text
    assert f"• {written(code, 'known_nationality', nationality_name=country(code, 'NP'))}" in text
    assert f"• {written(code, 'known_case', reference=f'S{number:05d}')}" in text
    assert f"• {written(code, 'known_ticks', count=1)}" in text
    assert written(code, "known_no_name") in text
    assert WAGES[code] not in text  # counts and dates, no texts


def test_someone_may_see_my_phone(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    assert "/watched_phone" in payloads(someone.say(WATCHED[code]))
    shown = someone.press("/watched_phone")[0]
    ways = ("exit", "history", "private", "telegram", "calls", "other")
    assert all(f"• {written(code, f'watched_{way}')}" in shown["text"] for way in ways)
    assert written(code, "widget_forget") in titles([shown])


def test_forget_me_in_words_can_be_taken_back_and_ends_everything(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    asked = someone.say(FORGET[code])
    assert asked[0]["text"] == written(code, "utter_confirm_delete")
    assert payloads(asked) == ["/confirm_delete", "/keep_data"]
    assert someone.press("/keep_data")[0]["text"] == written(code, "utter_kept")
    assert someone.say(HELLO[code])[0]["text"] == written(code, "utter_greet")
    identity = someone.opened["id"]
    with sqlite3.connect(f"file:{stack.var / 'tracker.sqlite3'}?mode=ro", uri=True) as database:
        count = "select count(*) from events where sender_id = ?"
        assert database.execute(count, (identity,)).fetchone()[0] > 0
        assert someone.press("/confirm_delete")[0]["text"] == written(code, "utter_deleted")
        assert database.execute(count, (identity,)).fetchone()[0] == 0
    assert someone.send(text=HELLO[code]).status_code == 404
    assert requests.get(f"{someone.address}/messages", headers=someone.headers, timeout=10).status_code == 404


def test_a_forgotten_person_is_in_no_file(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.say(f"{WAGES[code]} {MARK[code]}")
    someone.press('/checklist{"step":"tick:departure_deciding_agency"}')
    someone.press("/talk_to_human")
    someone.press("/delete_my_data")
    assert _files_with(stack, MARK[code])
    someone.press("/confirm_delete")
    until(lambda: not _files_with(stack, MARK[code]), 60, 1)
    # Log lines name the conversation's number, which stands for nothing now; no database does.
    number = someone.opened["id"]
    until(lambda: all(name.endswith(".log") for name in _files_with(stack, number, number.replace("-", ""))), 60, 1)


def _files_with(stack: Stack, *words: str) -> list[str]:
    """The files of this Safar, databases and their logs among them, in which one of these words stands."""
    # JSON in a database may spell a letter beyond ASCII as \uXXXX.
    spelled = [spelling for word in words for spelling in (word.encode(), word.encode("ascii", "backslashreplace"))]
    found = []
    for path in stack.var.rglob("*"):
        if path.is_file() and any(word in path.read_bytes() for word in spelled):
            found.append(path.name)
    return sorted(found)
