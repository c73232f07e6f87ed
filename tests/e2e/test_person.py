"""A person, please: the hours, the reason, the way there and back, and what happens when nobody answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Person, Stack, until
from tests.e2e.console import Console
from tests.e2e.spoken import HELLO, LANGUAGES, WAGES, case_of, change, payloads, rows, texts, titles, topics, written, wrote

A_PERSON = {"en": "I want to talk to a real person", "ar": "ابغى اكلم شخص حقيقي", "my": "လူနဲ့ပြောချင်တယ်"}
ARE_YOU_THERE = {"en": "are you there?", "ar": "هل انت هناك؟", "my": "ရှိလားရှင့်"}
OVERTIME = {
    "en": "and what about my overtime? they do not pay it",
    "ar": "طيب وساعات العمل الإضافية؟",
    "my": "အချိန်ပိုကြေးရော ဘယ်လိုလဲ",
}
I_AM_HERE = {"en": "Yes, I am here.", "ar": "نعم، أنا هنا.", "my": "ဟုတ်ကဲ့၊ ရှိပါတယ်။"}
TO_A_PERSON = "/talk_to_human"


@pytest.fixture(scope="module")
def closed_desk(console: Console) -> str:
    """A country whose centre answers one minute a week; its code."""
    form = {"name": "Closed", "country": "MT", "timezone": "Europe/Malta", "hours": "Mo 00:00-00:01", "holidays": ""}
    console.post("snippets/cases/desk/add/", form)
    return "MT"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_person_the_hours_the_reason_and_going_on_meanwhile(person: Any, stack: Stack, closed_desk: str, code: str) -> None:
    someone = person(language=code, country=closed_desk)
    opened, reason = someone.say(A_PERSON[code])
    case = case_of(stack, someone.opened["id"])
    assert written(code, "utter_handoff_opened", reference=f"S{case['id']:05d}") in opened["text"]
    assert wrote(code, "utter_handoff_closed", opened["text"])
    assert opened["contacts"][0]["kind"] == "emergency"
    assert reason["text"] == written(code, "utter_handoff_reason")
    assert any(title.endswith(written(code, "group_work")) for title in titles([reason]))
    noted = someone.press(f'{TO_A_PERSON}{{"reason":"work"}}')
    assert noted[0]["text"] == written(code, "utter_handoff_noted")
    case = case_of(stack, someone.opened["id"])
    assert (case["reason"], case["about"], case["status"]) == ("wish", "work", "new")
    assert topics(someone.say(WAGES[code]))[0] == "wages_unpaid"
    again = someone.say(A_PERSON[code])
    assert written(code, "utter_handoff_already", reference=f"S{case['id']:05d}") in again[0]["text"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_counsellor_takes_answers_and_gives_back_and_what_was_not_read_is_answered(
    person: Any, stack: Stack, console: Console, code: str
) -> None:
    someone = person(language=code, country="QA")
    someone.press(TO_A_PERSON)
    number = case_of(stack, someone.opened["id"])["id"]
    console.act(number, "take")
    assert someone.messages()[-1]["text"] == written(code, "notice_operator_joined")
    assert someone.say(ARE_YOU_THERE[code]) == []
    console.act(number, "reply", {"text": I_AM_HERE[code]})
    last = someone.messages()[-1]
    assert (last["from"], last["text"]) == ("operator", I_AM_HERE[code])
    assert someone.say(OVERTIME[code]) == []
    console.act(number, "back", {"seen": str(last["id"])})
    answered = until(lambda: [m for m in someone.messages(last["id"]) if m["topic"]], 30)
    assert answered[0]["topic"] == "working_hours_rest"
    bot = [message["text"] for message in someone.messages(last["id"]) if message["from"] == "bot"]
    assert bot[0] == written(code, "notice_operator_left")
    assert topics([m for m in someone.messages() if m["from"] == "bot"]).count("working_hours_rest") == len(answered)
    assert someone.say(HELLO[code])[0]["text"] == written(code, "utter_greet")


def test_nobody_answers_or_falls_silent_and_it_is_said_once(person: Any, stack: Stack, console: Console) -> None:
    """The clock is moved in the database; the work on the side looks every 15 seconds."""
    unanswered = {code: person(language=code, country="QA") for code in LANGUAGES}
    left = {code: person(language=code, country="QA") for code in LANGUAGES}
    for someone in (*unanswered.values(), *left.values()):
        someone.press(TO_A_PERSON)
    for code, someone in left.items():
        console.act(case_of(stack, someone.opened["id"])["id"], "take")
        assert someone.say(OVERTIME[code]) == []

    _hours_pass(stack, list(unanswered.values()))
    for code, someone in unanswered.items():
        number = case_of(stack, someone.opened["id"])["id"]
        expected = written(code, "notice_no_operator", reference=f"S{number:05d}")
        _is_told(stack, someone, expected)
    _hours_pass(stack, list(left.values()))
    for code, someone in left.items():
        _is_told(stack, someone, written(code, "notice_operator_away"))
        answered = until(lambda someone=someone: [m for m in someone.messages() if m["topic"]], 30)
        assert answered[0]["topic"] == "working_hours_rest"  # what the counsellor left without an answer
        assert case_of(stack, someone.opened["id"])["status"] == "waiting"
    for code, someone in unanswered.items():  # another round has passed since
        assert texts(someone.messages()).count(written(code, "notice_no_operator").partition("{")[0]) == 1
        assert case_of(stack, someone.opened["id"])["status"] == "new"
        assert someone.say(HELLO[code])[0]["text"] == written(code, "utter_greet")


def _hours_pass(stack: Stack, people: list[Person]) -> None:
    """For the cases of these people."""
    for someone in people:
        number = case_of(stack, someone.opened["id"])["id"]
        change(stack, "update cases_case set opened_at = '2026-01-01 00:00:00' where id = ?", number)
        change(stack, "update cases_caseevent set at = '2026-01-01 00:00:00' where case_id = ?", number)


def _is_told(stack: Stack, someone: Person, text: str) -> None:
    """With the hotlines under it."""
    [told] = until(lambda: [message for message in someone.messages() if message["text"] == text], 40, 0.5)
    assert told["contacts"][0]["kind"] == "emergency"
    steps = rows(
        stack,
        "select step from cases_caseevent join cases_case on cases_case.id = case_id where conversation_id = ?",
        someone.opened["id"].replace("-", ""),
    )
    assert len(steps) == len(set(steps))


@pytest.mark.parametrize("code", LANGUAGES)
def test_danger_as_the_reason_shows_the_numbers_and_comes_first(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    assert f'{TO_A_PERSON}{{"reason":"safety"}}' in payloads(someone.say(A_PERSON[code]))
    messages = someone.press(f'{TO_A_PERSON}{{"reason":"safety"}}')
    assert (messages[0]["urgent"], messages[0]["contacts"][0]["kind"]) == (True, "emergency")
    assert case_of(stack, someone.opened["id"])["priority"] == 1
