"""Conversations that lead on: follow-ups, the safety check, lists, a person, privacy, crisis notices. All of it for real.

In English, Arabic and Burmese, which is written without spaces.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Stack, until

WAGES = {
    "en": "my boss has not paid my salary for three months",
    "ar": "صاحب العمل ما دفع راتبي من ثلاث شهور",
    "my": "အလုပ်ရှင်က လစာ သုံးလ မပေးသေးဘူး",
}
IN_KUWAIT = {"en": "and in Kuwait?", "ar": "وفي الكويت؟", "my": "ကူဝိတ်မှာရော?"}
THEIR_NUMBER = {"en": "their number?", "ar": "شو رقمهم؟", "my": "သူတို့ဖုန်းနံပါတ်?"}
YES = {"en": "yes", "ar": "نعم", "my": "ဟုတ်ကဲ့"}
NO = {"en": "no", "ar": "لا", "my": "မဟုတ်ဘူး"}
LANGUAGES = tuple(WAGES)


def topics(messages: list[dict[str, Any]]) -> list[str]:
    return [message["topic"] for message in messages if message["topic"]]


def payloads(messages: list[dict[str, Any]]) -> list[str]:
    return [button["payload"] for message in messages for button in message["buttons"]]


def places(messages: list[dict[str, Any]]) -> set[str]:
    return {card["country"] for message in messages for card in message["contacts"]}


class Console:
    """An administrator's browser, without the browser."""

    def __init__(self, stack: Stack) -> None:
        self.url, self.session = f"{stack.url}/console", requests.Session()
        self.post("login/", {"username": "admin", "password": stack.password})

    def post(self, path: str, form: dict[str, str]) -> requests.Response:
        page = self.session.get(f"{self.url}/{path}", timeout=20)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, page.text[:500]
        headers = {"Referer": f"{self.url}/{path}"}
        answer = self.session.post(f"{self.url}/{path}", {**form, "csrfmiddlewaretoken": found[1]}, headers=headers, timeout=20)
        assert answer.ok, answer.text[:500]
        return answer

    def act(self, case: int, action: str, form: dict[str, str] | None = None) -> None:
        token = self.session.cookies["csrftoken"]
        headers = {"Referer": self.url, "X-CSRFToken": token}
        answer = self.session.post(f"{self.url}/cases/{case}/{action}/", form or {}, headers=headers, timeout=20)
        assert answer.ok, answer.text[:500]


@pytest.fixture(scope="module")
def console(stack: Stack) -> Console:
    return Console(stack)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_answer_then_contacts_then_next_steps(person: Any, code: str) -> None:
    messages = person(language=code, country="QA").say(WAGES[code])
    assert topics(messages) == ["wages_unpaid", "wages_unpaid"]
    with_contacts = [bool(message["contacts"]) for message in messages]  # an embassy's card stands in a message of its own
    assert with_contacts in ([False, True, False], [False, True, True, False])
    assert messages[-1]["text"].splitlines()[1].startswith("1. ")
    assert [bool(message["buttons"]) for message in messages] == [*[False] * (len(messages) - 1), True]


@pytest.mark.parametrize("code", LANGUAGES)
def test_and_in_kuwait_and_their_number(person: Any, code: str) -> None:
    someone = person(language=code, country="QA", nationality="NP")
    someone.say(WAGES[code])
    messages = someone.say(IN_KUWAIT[code])
    assert set(topics(messages)) == {"wages_unpaid"}
    assert places(messages) <= {"KW", "NP"}
    assert "KW" in places(messages)
    number = someone.say(THEIR_NUMBER[code])
    assert topics(number) == []
    assert all(message["contacts"] for message in number)
    assert "KW" in places(number)


def test_two_problems_in_one_message(person: Any) -> None:
    messages = person(language="en", country="QA").say(
        "My employer has not paid my salary for four months. He also took my passport and does not give it back."
    )
    assert {"wages_unpaid", "passport_confiscated"} == set(topics(messages))
    shown = [card["id"] for message in messages for card in message["contacts"]]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_safety_check_by_typing_calls_a_counsellor_when_it_is_high(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    begun = someone.press("/safety_check")
    assert payloads(begun) == [
        '/safety_check{"step":"confined:yes"}',
        '/safety_check{"step":"confined:no"}',
        '/safety_check{"step":"stop"}',
    ]
    assert '/safety_check{"step":"violence:yes"}' in payloads(someone.say(NO[code]))
    ended = someone.say(YES[code])
    assert ended[0]["contacts"]
    assert any(source["url"].startswith("https://www.ilo.org/") for message in ended for source in message["sources"])
    with sqlite3.connect(f"file:{stack.var / 'safar.sqlite3'}?mode=ro", uri=True) as database:
        query = "select priority, evidence from cases_case where conversation_id = ?"
        row = database.execute(query, (someone.opened["id"].replace("-", ""),)).fetchone()
    assert (row[0], "safety check: violence" in row[1]) == (1, True)


def test_the_safety_check_survives_another_question_a_language_switch_and_a_restart_of_rasa(person: Any, stack: Stack) -> None:
    someone = person(language="en", country="QA")
    someone.press("/safety_check")
    someone.press('/safety_check{"step":"confined:no"}')
    assert topics(someone.say(WAGES["en"]))[0] == "wages_unpaid"
    someone.press('/change_language{"language":"ar"}')
    os.kill(stack.pid_of("rasa run"), signal.SIGKILL)
    until(lambda: requests.get(f"{stack.url}/api/v1/health", timeout=5).json()["assistant"] is False, 20)
    until(lambda: requests.get(f"{stack.url}/api/v1/health", timeout=5).json()["assistant"], 120, 1)
    following = someone.press('/safety_check{"step":"violence:no"}')  # a button from before all of that
    assert '/safety_check{"step":"papers:yes"}' in payloads(following)
    assert following[0]["language"] == "ar"


def test_a_list_is_ticked_shown_and_printed(person: Any) -> None:
    someone = person(language="en", country="QA")
    shown = someone.press('/checklist{"step":"departure"}')[0]
    assert shown["text"].count("☐") == 4
    assert "Remind me every week" not in [button["title"] for button in shown["buttons"]]  # the web cannot reach anybody later
    ticked = someone.press('/checklist{"step":"tick:departure_deciding_agency"}')[0]
    assert (ticked["text"].count("☑"), "1 of 19 done" in ticked["text"]) == (1, True)
    link = next(source["url"] for source in ticked["sources"] if "/lists/" in source["url"])
    page = requests.get(link, timeout=10)
    assert page.ok
    assert "999" in page.text


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_first_hours_of_a_danger_one_step_at_a_time(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    answer = someone.press("/detained_or_arrested")
    step, seen = payloads(answer)[0], []
    while "hours:" in step:
        shown = someone.press(step)[0]
        seen.append(shown["text"])
        step = payloads([shown])[0]
    assert len(set(seen)) == 6
    assert seen[-1].rpartition("\n\n")[2] in "\n".join(message["text"] for message in answer)


def test_what_papers_leads_to_the_list_for_the_labour_office(person: Any) -> None:
    someone = person(language="en", country="QA")
    someone.say(WAGES["en"])
    assert "What to take to the labour office" in someone.say("what papers do I need?")[0]["text"]


def test_not_what_i_asked_leads_to_other_topics_then_to_a_person(person: Any) -> None:
    someone = person(language="en", country="QA")
    someone.say(WAGES["en"])
    first = someone.say("that is not what I asked")
    assert first[0]["text"] == "I am sorry. Is it one of these?"
    assert payloads(first)[-1] == "/feedback_bad"
    assert "/talk_to_human" in payloads(someone.press("/feedback_bad"))


def test_what_is_known_is_shown_in_words(person: Any) -> None:
    someone = person(language="en", country="QA")
    asked = someone.say("What do you know about me?")
    assert "/my_data" in payloads(asked)
    text = someone.press("/my_data")[0]["text"]
    assert "The country you are in: Qatar" in text
    assert "Messages in this conversation: 4" in text
    assert "private window" in someone.press("/watched_phone")[0]["text"]


def test_a_person_the_hours_the_reason_and_the_way_back(person: Any, stack: Stack, console: Console) -> None:
    form = {"name": "Closed", "country": "MT", "timezone": "Europe/Malta", "hours": "Mo 00:00-00:01", "holidays": ""}
    console.post("snippets/cases/desk/add/", form)
    someone = person(language="en", country="MT")
    opened, reason = someone.press("/talk_to_human")
    assert "No counsellor is on duty now" in opened["text"]
    assert opened["contacts"][0]["kind"] == "emergency"
    number = int(re.search(r"S(\d+)", opened["text"])[1])  # type: ignore[index]
    assert '/talk_to_human{"reason":"work"}' in payloads([reason])
    assert someone.press('/talk_to_human{"reason":"work"}')[0]["text"].startswith("Thank you.")
    assert topics(someone.say(WAGES["en"]))[0] == "wages_unpaid"  # it goes on meanwhile
    console.act(number, "take")
    assert someone.say("are you there?") == []
    console.act(number, "reply", {"text": "Yes, I am here."})
    last = someone.messages()[-1]
    assert (last["from"], last["text"]) == ("operator", "Yes, I am here.")
    assert someone.say("and what about my leave? nobody has read this") == []
    console.act(number, "back", {"seen": str(last["id"])})
    # What the counsellor has not read is answered by the bot.
    until(lambda: [m for m in someone.messages(last["id"]) if m["from"] == "bot" and "left" not in m["text"]], 30)
    assert someone.say("hello")[0]["from"] == "bot"


def test_a_crisis_notice_reaches_people_within_five_seconds_and_ends(person: Any, console: Console) -> None:
    form = {"country": "CY", "starts_at": "2026-01-01 00:00", "ends_at": "", "texts-count": "2"}
    for number, (code, text) in enumerate({"en": "The airport is closed.", "my": "လေဆိပ် ပိတ်ထားသည်။"}.items()):
        part = f"texts-{number}"
        form |= {f"{part}-deleted": "", f"{part}-order": str(number), f"{part}-type": "text", f"{part}-id": ""}
        form |= {f"{part}-value-language": code, f"{part}-value-text": text}
    for code, last in (("en", "The airport is closed."), ("my", "လေဆိပ် ပိတ်ထားသည်။"), ("ar", "The airport is closed.")):
        assert last not in str(person(language=code, country="CY").say(WAGES[code]))
    console.post("snippets/content/notice/add/", form)
    for code, last in (("en", "The airport is closed."), ("my", "လေဆိပ် ပိတ်ထားသည်။"), ("ar", "The airport is closed.")):
        first = person(language=code, country="CY").say(WAGES[code])[0]
        assert first["text"].splitlines()[-1] == last
        assert first["urgent"]
    assert "airport" not in str(person(language="en", country="QA").say(WAGES["en"]))


def test_a_forgotten_person_is_in_no_file(person: Any, stack: Stack) -> None:
    someone = person(language="en", country="QA")
    mark = "Xylographer-Quokka-4711"
    someone.say(f"my boss {mark} has not paid my salary")
    someone.press('/checklist{"step":"tick:departure_deciding_agency"}')
    someone.press("/talk_to_human")
    someone.press("/delete_my_data")
    assert _files_with(stack, mark)
    someone.press("/confirm_delete")
    until(lambda: not _files_with(stack, mark), 60, 1)
    # Log lines name the conversation's number, which stands for nothing now; no database does.
    number = someone.opened["id"]
    until(lambda: all(name.endswith(".log") for name in _files_with(stack, number, number.replace("-", ""))), 60, 1)


def _files_with(stack: Stack, *words: str) -> list[str]:
    """The files of this Safar, databases and their logs among them, in which one of these words stands."""
    found = []
    for path in stack.var.rglob("*"):
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words):
            found.append(path.name)
    return sorted(found)
