"""How it begins, in which language it goes on, and what arrives twice, at once, or late."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Stack
from tests.e2e.spoken import (
    HELLO,
    LANGUAGES,
    LOCKED_IN,
    WAGES,
    WHO_ARE_YOU,
    first_line,
    language,
    payloads,
    phones,
    texts,
    titles,
    topics,
    written,
    wrote,
)

OTHER = {"en": "ar", "ar": "my", "my": "en"}
SWITCH = {"en": ("speak Arabic please", "ar"), "ar": ("احكي معي بالإنجليزي", "en"), "my": ("အင်္ဂလိပ်လို ပြောပေးပါ", "en")}
NOT_SPOKEN = {"en": "do you speak Swahili?", "ar": "هل تتكلم التركية؟", "my": "ထိုင်းလို ပြောလို့ရလား"}

pytestmark = pytest.mark.parametrize("code", LANGUAGES)


def test_first_contact_in_the_language_of_the_browser(stack: Stack, code: str) -> None:
    headers = {"Accept-Language": f"{code},fr;q=0.4"}
    opened = requests.post(f"{stack.url}/api/v1/conversations", json={}, headers=headers, timeout=10).json()
    (welcome,) = opened["messages"]
    assert (opened["language"], opened["dir"]) == (code, "rtl" if code == "ar" else "ltr")
    assert welcome["text"] == written(code, "notice_welcome")
    menu = titles([welcome])
    groups = ("safety", "work", "rights", "before_departure", "complaints", "contacts", "return")
    assert [title.partition(" ")[2] for title in menu[:-1]] == [written(code, f"group_{group}") for group in groups]
    assert menu[-1] == written(code, "button_person")
    interface = requests.get(f"{stack.url}/api/v1/interface/auto", headers=headers, timeout=10).json()
    assert (interface["language"], interface["strings"]["widget_exit"]) == (code, written(code, "widget_exit"))


def test_who_speaks_and_what_is_kept(person: Any, code: str) -> None:
    someone = person(language=code)
    assert someone.say(HELLO[code])[0]["text"] == written(code, "utter_greet")
    assert someone.say(WHO_ARE_YOU[code])[0]["text"] == written(code, "utter_who_are_you")
    assert someone.press("/privacy")[0]["text"] == written(code, "utter_privacy", days=30)


def test_the_language_of_the_sentence_is_the_language_of_the_answer(person: Any, code: str) -> None:
    someone = person(language=OTHER[code], country="QA")
    messages = someone.say(WAGES[code])
    assert {message["language"] for message in messages} == {code}
    assert someone.press("/help_menu")[0]["text"] == written(code, "utter_menu")


def test_the_language_is_changed_by_a_word(person: Any, code: str) -> None:
    words, wanted = SWITCH[code]
    someone = person(language=code, country="QA")
    changed = someone.say(words)
    assert changed[0]["text"] == written(wanted, "utter_language_changed", language_name=language(wanted, wanted))
    assert someone.press("/wages_unpaid")[0]["text"].splitlines()[0] == first_line(wanted, "wages_unpaid", "QA")


def test_a_language_not_spoken_here_is_told_with_those_that_are(person: Any, code: str) -> None:
    told = person(language=code).say(NOT_SPOKEN[code])
    assert told[0]["text"] == written(code, "utter_language_unsupported")
    assert '/change_language{"language":"my"}' in payloads(told)


def test_the_language_is_changed_by_a_button_and_without_reload(person: Any, code: str) -> None:
    wanted = OTHER[code]
    someone = person(language=code)
    answer = someone.send(payload=f'/change_language{{"language":"{wanted}"}}', title="x").json()
    assert answer["language"] == wanted
    assert answer["messages"][0]["text"] == written(wanted, "utter_language_changed", language_name=language(wanted, wanted))
    back = requests.patch(someone.address, json={"language": code}, headers=someone.headers, timeout=10).json()
    assert back["language"] == code
    assert someone.press("/help_menu")[0]["text"] == written(code, "utter_menu")


def test_a_button_of_last_week_still_does_what_it_says(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    old = someone.say(WAGES[code])[-1]["buttons"]
    someone.press(f'/change_language{{"language":"{OTHER[code]}"}}')
    for payload in ("/help_menu", "/housing", "/who_are_you"):
        someone.press(payload)
    letter = next(button["payload"] for button in old if "/complaint{" in button["payload"])
    shown = texts(someone.press(letter))
    assert written(OTHER[code], "utter_complaint_begin") in shown
    assert written(OTHER[code], "question_work") in shown
    unknown = someone.press('/choose_group{"group":"of_another_version"}')
    assert payloads(unknown)


def test_the_same_message_twice_is_answered_once(person: Any, code: str) -> None:
    someone = person(language=code)
    first, second = (someone.say(HELLO[code], client_id="c-1") for _ in range(2))
    assert first
    assert [m["id"] for m in first] == [m["id"] for m in second]
    assert len([m for m in someone.messages() if m["from"] == "person"]) == 1


def test_two_messages_at_once_are_both_answered_one_after_the_other(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    said = {WAGES[code]: "wages_unpaid", LOCKED_IN[code]: "forced_labour_trafficking"}
    replies: dict[str, list[dict[str, Any]]] = {}
    threads = [threading.Thread(target=lambda text=text: replies.update({text: someone.say(text)})) for text in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert all(topic in topics(replies[text]) for text, topic in said.items())
    assert phones(replies[LOCKED_IN[code]])[0] == "999"
    stored = [message["id"] for message in someone.messages() if message["from"] == "bot"]
    ids = sorted([message["id"] for message in found] for found in replies.values())
    assert stored[-sum(map(len, ids)) :] == ids[0] + ids[1]  # nothing of the one stands between the other


def test_too_long_and_too_fast_are_told_in_the_persons_language(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    refused = someone.send(text="x" * 5000)
    assert (refused.status_code, refused.json()["error"]["message"]) == (413, written(code, "notice_too_long", limit=4000))
    limit = int(stack.environment["SAFAR_RATE_PER_MINUTE"])
    sent = [someone.send(payload="/help_menu", title="x") for _ in range(limit + 1)]
    assert [answer.status_code for answer in sent] == [*[200] * limit, 429]
    error = sent[-1].json()["error"]["message"]
    assert wrote(code, "notice_too_fast", error)
    assert "999" in error
