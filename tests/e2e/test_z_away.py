"""When a part of Safar is away: help first, nothing lost, and back without anybody doing anything.

Its name puts it last: it kills processes that the other tests need. A restart takes half a minute, so that people in all
three languages, and in the middle of all that can be in the middle, live through the same one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import Any

import requests
from playwright.sync_api import expect

from tests.e2e.complaint import EMPLOYER, WORDS, buttons, last, skip, step
from tests.e2e.conftest import ROOT, Person, Stack, until
from tests.e2e.screens import log, say
from tests.e2e.spoken import LANGUAGES, WAGES, case_of, first_line, payloads, phones, texts, topics, written

OTHER = {"en": "ar", "ar": "my", "my": "en"}


def test_a_second_start_on_the_same_port_says_what_to_do(stack: Stack) -> None:
    again = subprocess.run(
        [str(ROOT / "bin" / "safar"), "run"], env=stack.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert again.returncode == 1
    assert "cannot be used" in again.stderr
    assert "Stop what uses it" in again.stderr


def test_the_action_server_dies(stack: Stack, person: Any) -> None:
    people: dict[str, Person] = {code: person(language=code, country="QA") for code in LANGUAGES}
    said: dict[str, list[dict[str, Any]]] = {}
    os.kill(stack.pid_of("rasa_sdk"), signal.SIGKILL)
    threads = [
        threading.Thread(target=lambda code=code: said.update({code: people[code].say(WAGES[code])})) for code in LANGUAGES
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for code in LANGUAGES:
        assert "wages_unpaid" in topics(said[code])
        assert first_line(code, "wages_unpaid", "QA") in texts(said[code])
        assert "999" in phones(said[code])
    until(lambda: _listens(stack), 40)
    for code, someone in people.items():
        assert any(card["kind"] == "labour_complaint" for message in someone.say(WAGES[code]) for card in message["contacts"])


def _listens(stack: Stack) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{stack.environment['SAFAR_ACTIONS_PORT']}/health", timeout=2).ok
    except requests.RequestException:
        return False


def test_rasa_dies_while_people_ask_are_checked_and_write_their_complaint(stack: Stack, person: Any) -> None:
    """What they then read, that it is answered when Rasa is back, and that each goes on where they were."""
    checked: dict[str, Person] = {code: person(language=code, country="QA") for code in LANGUAGES}
    writing: dict[str, Person] = {code: person(language=code, country="QA") for code in LANGUAGES}
    asking: dict[str, Person] = {code: person(language=code, country="QA") for code in LANGUAGES}
    for code in LANGUAGES:
        _leave_the_check(checked[code], code)
        writing[code].press(step("start", "wages_unpaid"))
        writing[code].say(WORDS[code][0])

    os.kill(stack.pid_of("rasa run"), signal.SIGKILL)
    until(lambda: not _assistant_is_there(stack), 20)
    for code in LANGUAGES:
        _reads_that_it_is_away(asking[code].say(WAGES[code]), code)
        _reads_that_it_is_away(writing[code].say(EMPLOYER), code)
        assert case_of(stack, asking[code].opened["id"])["reason"] == "outage"

    until(lambda: _assistant_is_there(stack), 120, 1)
    for code in LANGUAGES:
        _is_answered_once(asking[code], code)
        _goes_on_with_the_check(checked[code], OTHER[code])
        _goes_on_with_the_complaint(writing[code], code)


def _assistant_is_there(stack: Stack) -> bool:
    return bool(requests.get(f"{stack.url}/api/v1/health", timeout=5).json()["assistant"])


def _leave_the_check(someone: Person, code: str) -> None:
    """Begun, one question answered, then another question, then another language."""
    someone.press("/safety_check")
    someone.press('/safety_check{"step":"confined:no"}')
    assert topics(someone.say(WAGES[code]))[0] == "wages_unpaid"
    someone.press(f'/change_language{{"language":"{OTHER[code]}"}}')


def _reads_that_it_is_away(messages: list[dict[str, Any]], code: str) -> None:
    assert [message["text"] for message in messages] == [written(code, "notice_unavailable")]
    assert messages[0]["contacts"][0]["phones"][0]["href"] == "tel:999"


def _is_answered_once(someone: Person, code: str) -> None:
    answer = until(lambda: [message for message in someone.messages() if message["topic"] == "wages_unpaid"], 60, 0.5)
    assert [message["text"].startswith(first_line(code, "wages_unpaid", "QA")) for message in answer] == [True, False]


def _goes_on_with_the_check(someone: Person, code: str) -> None:
    following = someone.press('/safety_check{"step":"violence:no"}')  # a button from before all of that
    assert following[-1]["text"] == written(code, "safety_papers")
    assert '/safety_check{"step":"papers:yes"}' in payloads(following)


def _goes_on_with_the_complaint(someone: Person, code: str) -> None:
    asked = written(code, "question_since")
    until(lambda: [message for message in someone.messages() if message["text"] == asked], 60, 0.5)
    summary = skip(someone, "since", "wage", "months", "paid", "events", "proof", "wish")
    assert f"{written(code, 'line_work')}: {WORDS[code][0]}" in last(summary)
    assert f"{written(code, 'line_employer')}: {EMPLOYER}" in last(summary)
    assert step("letter").replace(',"complaint_part":""', "") in buttons(summary)


def test_the_web_process_dies_and_what_was_typed_is_sent_when_it_is_back(open_chat: Any, stack: Stack, person: Any) -> None:
    earlier = person(language="my", country="QA")
    before = earlier.say(WAGES["my"])
    screens = {code: open_chat(code) for code in LANGUAGES}
    os.kill(stack.pid_of("uvicorn"), signal.SIGKILL)
    for code, screen in screens.items():
        say(screen, WAGES[code])
    for code, screen in screens.items():
        expect(screen.page.locator("safar-chat .status")).to_have_text(written(code, "widget_offline"), timeout=10_000)
    for code, screen in screens.items():
        expect(log(screen)).to_contain_text(first_line(code, "wages_unpaid"), timeout=60_000)
        assert log(screen).inner_text().count(WAGES[code]) == 1
    assert [message["id"] for message in earlier.messages()][-len(before) :] == [message["id"] for message in before]
