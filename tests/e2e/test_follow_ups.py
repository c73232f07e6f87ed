"""From a question to its answer, and on from there: two problems, follow-ups, unsure, simpler, verdicts, danger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from safar.checklists import checklists
from tests.e2e.conftest import Stack
from tests.e2e.spoken import (
    LANGUAGES,
    LOCKED_IN,
    WAGES,
    case_of,
    first_line,
    payloads,
    phones,
    places,
    rows,
    texts,
    topics,
    written,
    wrote,
)

pytestmark = pytest.mark.parametrize("code", LANGUAGES)

IN_KUWAIT = {"en": "and in Kuwait?", "ar": "وفي الكويت؟", "my": "ကူဝိတ်မှာရော?"}
THEIR_NUMBER = {"en": "their number?", "ar": "شو رقمهم؟", "my": "သူတို့ဖုန်းနံပါတ်?"}
TWO_PROBLEMS = {
    "en": "My employer has not paid my salary for four months. He also took my passport and does not give it back.",
    "ar": "الكفيل ما عطاني راتبي من أربع شهور. وبعد ماخذ جوازي ومو راضي يرجعه.",
    "my": "သူဌေးက လစာလေးလမပေးသေးဘူး။ ပြီးတော့ ပတ်စပို့ကိုလည်း သိမ်းထားတယ်။",
}
BEATEN_TOO = {
    "en": "He has not paid my salary for four months. He beats me every day.",
    "ar": "ما استلمت راتبي من أربع شهور. والكفيل يضربني في الشغل.",
    "my": "သူဌေးက လစာလေးလမပေးသေးဘူး။ ပြီးတော့ အလုပ်မှာ ရိုက်တယ်။",
}
WHAT_PAPERS = {"en": "what papers do I need?", "ar": "شو الأوراق اللي احتاجها؟", "my": "ဘာစာရွက်စာတမ်းတွေ လိုလဲ?"}
HOW_LONG = {"en": "how long does it take?", "ar": "كم ياخذ وقت؟", "my": "ဘယ်လောက်ကြာမလဲ"}
NOBODY_ANSWERS = {"en": "they dont pick up", "ar": "ما حدا بيرد على التلفون", "my": "ဖုန်းမကိုင်ဘူး"}
DID_THAT = {"en": "i did that already, what now", "ar": "سويت كل هذا، وبعدين؟", "my": "အဲဒါ လုပ်ပြီးပြီ၊ ဘာဆက်လုပ်ရမလဲ"}
CALL_FOR_ME = {"en": "can you call them for me", "ar": "ممكن تتصل فيهم عني؟", "my": "သူတို့ကို ဖုန်းဆက်ပေးလို့ရလား"}
ARE_YOU_SURE = {"en": "is that really true? who says so", "ar": "انت متأكد من هالكلام؟", "my": "သေချာလား"}
NOT_ASKED = {"en": "that is not what I asked", "ar": "مو هذا اللي سألت عنه", "my": "ကျွန်မမေးတာ အဲဒါမဟုတ်ဘူး"}
VAGUE = {"en": "my thing with the paper there", "ar": "مشكلة فلوس", "my": "ပိုက်ဆံပြဿနာ"}
NO_WORDS = "🤷 ..."
SIMPLER = {"en": "say it more simply please", "ar": "ما فهمت، قولها بطريقة أسهل", "my": "နားမလည်ဘူး၊ ပိုလွယ်လွယ်ပြောပေးပါ"}
IN_MALAYSIA = {"en": "I am in Malaysia", "ar": "أنا في ماليزيا", "my": "ကျွန်တော် မလေးရှားမှာပါ"}
TO_A_PERSON = "/talk_to_human"


def test_the_answer_then_contacts_then_next_steps(person: Any, code: str) -> None:
    messages = person(language=code, country="QA").say(WAGES[code])
    assert topics(messages) == ["wages_unpaid", "wages_unpaid"]
    assert messages[0]["text"].splitlines()[0] == first_line(code, "wages_unpaid", "QA")
    with_contacts = [bool(message["contacts"]) for message in messages]  # an embassy's card stands in a message of its own
    assert with_contacts in ([False, True, False], [False, True, True, False])
    assert messages[-1]["text"].splitlines()[1].startswith("1. ")
    assert [bool(message["buttons"]) for message in messages] == [*[False] * (len(messages) - 1), True]


def test_danger_numbers_first_then_the_answer_and_a_case(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    messages = someone.say(LOCKED_IN[code])
    assert (messages[0]["urgent"], messages[0]["contacts"][0]["kind"]) == (True, "emergency")
    assert messages[0]["text"] == written(code, "utter_danger_first")
    assert phones(messages)[0] == "999"
    answer = next(message for message in messages if message["topic"])  # before it may stand who helps instead of a missing line
    assert (answer["topic"], answer["language"]) == ("forced_labour_trafficking", code)
    assert messages[-1]["text"] == written(code, "utter_danger_case")
    case = case_of(stack, someone.opened["id"])
    assert (case["priority"], case["reason"], case["status"]) == (1, "danger", "new")
    assert case["evidence"]


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


def test_the_country_is_asked_only_when_it_is_needed_and_can_be_given_later(person: Any, code: str) -> None:
    someone = person(language=code)
    for payload in ("/who_are_you", "/help_menu", '/checklist{"step":"departure"}', "/privacy"):
        assert wrote(code, "utter_ask_country", texts(someone.press(payload))) is None
    first = someone.say(WAGES[code])
    assert (topics(first), phones(first)) == (["wages_unpaid"], [])
    assert first[-1]["text"] == written(code, "utter_ask_country")
    assert all(payload.startswith("/change_country") for payload in payloads(first[-1:]))
    then = someone.say(IN_MALAYSIA[code])
    assert wrote(code, "utter_country_changed", then[0]["text"])
    assert any(card["kind"] == "labour_complaint" and card["country"] == "MY" for card in then[2]["contacts"])
    assert {message["language"] for message in then} == {code}


def test_two_problems_in_one_message(person: Any, code: str) -> None:
    messages = person(language=code, country="QA").say(TWO_PROBLEMS[code])
    assert {"wages_unpaid", "passport_confiscated"} == set(topics(messages))
    shown = [card["id"] for message in messages for card in message["contacts"]]
    assert shown
    assert len(shown) == len(set(shown))
    assert {message["language"] for message in messages} == {code}


def test_of_two_problems_the_urgent_one_comes_first(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    messages = someone.say(BEATEN_TOO[code])
    assert (messages[0]["urgent"], phones(messages)[0]) == (True, "999")
    assert "wages_unpaid" in topics(messages)
    assert case_of(stack, someone.opened["id"])["priority"] == 1


def test_what_papers_leads_to_the_list_for_the_labour_office(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.say(WAGES[code])
    shown = someone.say(WHAT_PAPERS[code])[0]
    assert shown["text"].startswith(f"**{written(code, 'list_complaint')}**")
    assert all(written(code, f"list_{item.id}") in shown["text"] for item in checklists()["complaint"].items)


def test_how_long_and_they_do_not_answer_say_who_can_be_asked(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.say(WAGES[code])
    for text, name in ((HOW_LONG[code], "utter_follow_up_time"), (NOBODY_ANSWERS[code], "utter_follow_up_no_answer")):
        sentence, *cards = someone.say(text)
        assert sentence["text"] == written(code, name)
        assert "QA" in places(cards)
        assert TO_A_PERSON in payloads(cards)
        assert not any(message["urgent"] for message in (sentence, *cards))


def test_i_did_that_call_for_me_and_are_you_sure(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    answer = someone.say(WAGES[code])
    sentence, steps = someone.say(DID_THAT[code])
    assert sentence["text"] == written(code, "utter_follow_up_done")
    assert steps["text"] == answer[-1]["text"]
    (machine,) = someone.say(CALL_FOR_ME[code])
    assert machine["text"] == written(code, "utter_follow_up_by_you")
    assert TO_A_PERSON in payloads([machine])
    (shown,) = someone.say(ARE_YOU_SURE[code])
    assert shown["sources"] == answer[0]["sources"]


def test_how_long_before_any_answer_asks_what_it_is_about(person: Any, code: str) -> None:
    messages = person(language=code, country="QA").say(HOW_LONG[code])
    assert topics(messages) == []
    assert "/talk_to_human" in payloads(messages)


def test_not_what_i_asked_leads_to_other_topics_then_to_a_person(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.say(WAGES[code])
    first = someone.say(NOT_ASKED[code])
    assert first[0]["text"] == written(code, "utter_other_topics")
    assert payloads(first)[-1] == "/feedback_bad"
    assert "/wages_unpaid" not in payloads(first)
    last = someone.press("/feedback_bad")
    assert last[0]["text"] == written(code, "utter_not_understood_again")
    assert TO_A_PERSON in payloads(last)


def test_unsure_offers_topics_then_the_menu(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    offered = next(m for m in someone.say(VAGUE[code]) if m["text"] == written(code, "utter_offer_topics"))
    *likely, none_of_these = offered["buttons"]
    assert 1 <= len(likely) <= 3
    assert none_of_these == {"title": written(code, "button_none_of_these"), "payload": "/help_menu"}
    assert TO_A_PERSON in payloads(someone.press(none_of_these["payload"]))
    assert likely[0]["payload"].removeprefix("/") in topics(someone.press(likely[0]["payload"]))


def test_unsure_twice_in_a_row_offers_a_person_as_well(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    for expected in (False, True):
        offered = next(m for m in someone.say(VAGUE[code]) if m["text"] == written(code, "utter_offer_topics"))
        assert (TO_A_PERSON in payloads([offered])) is expected


def test_not_understood_shows_the_menu_and_the_second_time_a_person(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    first = someone.say(NO_WORDS)
    assert first[0]["text"] == written(code, "utter_not_understood")
    assert '/choose_group{"group":"work"}' in payloads(first)
    again = someone.say(NO_WORDS)
    assert again[0]["text"] == written(code, "utter_not_understood_again")
    assert payloads(again)[0] == TO_A_PERSON


def test_said_more_simply_and_its_sources(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    assert someone.say(SIMPLER[code])[0]["text"] == written(code, "utter_nothing_to_simplify")
    answer = someone.say(WAGES[code])[0]
    assert all(source["url"].startswith("https://") for source in answer["sources"])
    (brief,) = someone.say(SIMPLER[code])
    assert (brief["topic"], brief["text"]) == ("wages_unpaid", first_line(code, "wages_unpaid", "QA"))
    (shown,) = someone.press("/show_sources")
    assert shown["text"].startswith(written(code, "utter_sources"))
    assert shown["sources"] == answer["sources"]


def test_a_verdict_on_an_answer_is_counted_once_and_nobody_is_named(person: Any, stack: Stack, code: str) -> None:
    def counted() -> tuple[int, ...]:
        month = datetime.now(UTC).strftime("%Y-%m-01")
        query = "select helped, missed from bot_feedback where month = ? and topic = 'reentry_ban' and language = ?"
        return next(iter(rows(stack, query, month, code)), (0, 0))

    helped, missed = counted()
    someone = person(language=code, country="QA")
    someone.press("/reentry_ban")
    assert someone.press("/feedback_good")[0]["text"] == written(code, "utter_feedback_good")
    someone.press("/feedback_good")
    assert counted() == (helped + 1, missed)
    someone.press("/reentry_ban")
    someone.say(NOT_ASKED[code])
    assert counted() == (helped + 1, missed + 1)
