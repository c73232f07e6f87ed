"""Conversations that lead on step by step: the safety check, lists to tick, the first hours, crisis notices. All for real."""

from __future__ import annotations

import html
from typing import Any

import pytest
import requests

from safar.checklists import checklists
from safar.safety_check import safety_check
from tests.e2e.conftest import Stack
from tests.e2e.console import Console
from tests.e2e.spoken import LANGUAGES, NO, WAGES, YES, case_of, cases, country, payloads, phones, rows, titles, topics, written

QUESTIONS = [question.id for question in safety_check().questions]
DEPARTURE = checklists()["departure"]
OTHER = {"en": "ar", "ar": "my", "my": "en"}


def answering(question: str, answer: str) -> str:
    return f'/safety_check{{"step":"{question}:{answer}"}}'


def step(name: str) -> str:
    return f'/checklist{{"step":"{name}"}}'


# --- safety check ---


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_safety_check_by_typing_calls_a_counsellor_when_it_is_high(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    begun = someone.press("/safety_check")
    assert payloads(begun) == [answering("confined", "yes"), answering("confined", "no"), '/safety_check{"step":"stop"}']
    assert begun[-1]["text"] == written(code, "safety_confined")
    assert answering("violence", "yes") in payloads(someone.say(NO[code]))
    ended = someone.say(YES[code])
    assert (ended[0]["urgent"], phones(ended)[0]) == (True, "999")
    assert any(source["url"].startswith("https://www.ilo.org/") for message in ended for source in message["sources"])
    assert any(message["text"].startswith(written(code, "utter_safety_high")) for message in ended)
    case = case_of(stack, someone.opened["id"])
    assert (case["priority"], case["evidence"]) == (1, ["safety check: violence"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_safety_check_stopped_shows_the_same_help_and_calls_nobody(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.press("/safety_check")
    someone.press(answering("confined", "no"))
    ended = someone.press('/safety_check{"step":"stop"}')
    assert phones(ended)[0] == "999"
    assert ended[-1]["text"].startswith(written(code, "utter_safety_stopped"))
    assert "/talk_to_human" in payloads(ended)
    assert cases(stack, someone.opened["id"]) == 0
    assert someone.say(YES[code])[0]["text"] == written(code, "utter_affirm")  # no question is open any more
    following = someone.press(answering("confined", "no"))  # a button from before it was stopped
    assert following[-1]["text"] == written(code, "safety_violence")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_safety_check_that_is_not_high_ends_with_the_same_help(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    messages = someone.press("/safety_check")
    for question in QUESTIONS:
        assert messages[-1]["text"] == written(code, f"safety_{question}")
        messages = someone.say(NO[code])
    assert phones(messages)[0] == "999"
    assert messages[-1]["text"].startswith(written(code, "utter_safety_low"))
    assert written(code, "safety_protection_1") in messages[-1]["text"]
    assert cases(stack, someone.opened["id"]) == 0


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_safety_check_survives_another_question_and_a_language_switch(person: Any, code: str) -> None:
    """Also a restart of Rasa: `test_z_away.py`."""
    someone = person(language=code, country="QA")
    someone.press("/safety_check")
    someone.press(answering("confined", "no"))
    assert topics(someone.say(WAGES[code]))[0] == "wages_unpaid"
    someone.press(f'/change_language{{"language":"{OTHER[code]}"}}')
    following = someone.press(answering("violence", "no"))  # a button from before all of that
    assert following[-1]["text"] == written(OTHER[code], "safety_papers")
    assert payloads(following)[0] == answering("papers", "yes")


# --- lists, the first hours ---


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_list_is_ticked_unticked_and_printed(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    shown = someone.press(step("departure"))[0]
    assert shown["text"].startswith(f"**{written(code, 'list_departure')}**\n{written(code, 'list_departure_deciding')}\n")
    assert shown["text"].count("☐") == 4
    assert written(code, "button_remind") not in titles([shown])  # the web cannot reach anybody later
    ticked = someone.press(step("tick:departure_deciding_agency"))[0]
    assert f"1. ☑ {written(code, 'list_departure_deciding_agency')}" in ticked["text"]
    assert written(code, "list_progress", done=1, total=19) in ticked["text"]
    unticked = someone.press(step("untick:departure_deciding_agency"))[0]
    assert unticked["text"] == shown["text"]
    link = next(source for source in ticked["sources"] if "/lists/" in source["url"])
    assert link["title"] == written(code, "button_print")
    page = requests.get(link["url"], timeout=10)
    assert page.ok
    printed = html.unescape(page.text)
    assert f'lang="{code}"' in printed
    assert "999" in printed
    assert all(written(code, f"list_{item.id}") in printed for item in DEPARTURE.items)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_next_and_the_stages_of_a_list(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    first, second = DEPARTURE.stages[:2]
    for item in first.items:
        shown = someone.press(step(f"tick:{item.id}"))[0]
    assert written(code, f"list_{second.id}") in shown["text"]  # all done there: the next stage by itself
    following = {button["title"]: button["payload"] for button in shown["buttons"]}
    back = someone.press(following[written(code, f"list_{first.id}")])[0]
    assert back["text"].count("☑") == len(first.items)
    onward = {button["title"]: button["payload"] for button in back["buttons"]}[written(code, "button_next_item")]
    assert someone.press(onward)[0]["text"] == shown["text"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_list_that_is_done_says_so(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    for item in checklists()["complaint"].items:
        (shown,) = someone.press(step(f"tick:{item.id}"))
    assert shown["text"] == written(code, "list_all_done")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_first_hours_of_a_danger_one_step_at_a_time(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    answer = someone.press("/detained_or_arrested")
    following, seen = payloads(answer)[0], []
    while "hours:" in following:
        shown = someone.press(following)[0]
        seen.append(shown["text"])
        following = payloads([shown])[0]
    assert len(set(seen)) == 6
    assert seen[-1].rpartition("\n\n")[2] in "\n".join(message["text"] for message in answer)


# --- crisis notices ---


def test_a_crisis_notice_reaches_people_within_five_seconds_and_ends(person: Any, console: Console, stack: Stack) -> None:
    form = {"country": "CY", "starts_at": "2026-01-01 00:00", "ends_at": "", "texts-count": "2"}
    for number, (code, text) in enumerate({"en": "The airport is closed.", "my": "လေဆိပ် ပိတ်ထားသည်။"}.items()):
        part = f"texts-{number}"
        form |= {f"{part}-deleted": "", f"{part}-order": str(number), f"{part}-type": "text", f"{part}-id": ""}
        form |= {f"{part}-value-language": code, f"{part}-value-text": text}
    expected = (("en", "The airport is closed."), ("my", "လေဆိပ် ပိတ်ထားသည်။"), ("ar", "The airport is closed."))
    for code, last in expected:
        assert last not in str(person(language=code, country="CY").say(WAGES[code]))
    console.post("snippets/content/notice/add/", form)
    for code, last in expected:
        first = person(language=code, country="CY").say(WAGES[code])[0]
        assert first["text"].splitlines()[-1] == last
        assert first["urgent"]
    assert "airport" not in str(person(language="en", country="QA").say(WAGES["en"]))
    [(notice,)] = rows(stack, "select id from content_notice where country = 'CY'")
    console.post(f"snippets/content/notice/edit/{notice}/", form | {"ends_at": "2026-01-02 00:00"})
    for code, last in expected:
        assert last not in str(person(language=code, country="CY").say(WAGES[code]))


# --- the menu ---


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_menu_its_groups_and_a_topic(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    (menu,) = someone.press("/help_menu")
    assert menu["text"] == written(code, "utter_menu")
    work = next(button for button in menu["buttons"] if button["payload"] == '/choose_group{"group":"work"}')
    assert work["title"].endswith(written(code, "group_work"))
    (group,) = someone.press(work["payload"])
    assert group["text"] == written(code, "utter_group")
    assert topics(someone.press(group["buttons"][0]["payload"]))[0] == "wages_unpaid"
    (noted,) = someone.press('/change_country{"country":"MY"}')[:1]
    assert noted["text"] == written(code, "utter_country_changed", country_name=country(code, "MY"))
