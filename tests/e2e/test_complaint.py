"""The complaint helper over the Conversation API, with everything real behind it, in three languages."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from tests.e2e.complaint import EMPLOYER, WORDS, buttons, fill, last, skip, step
from tests.e2e.conftest import Person, Stack
from tests.e2e.spoken import HELLO, LANGUAGES, NO, WHO_ARE_YOU, YES, case_of, cases, first_line, payloads, rows, written

EMBASSY = {"en": "what is the number of the embassy?", "ar": "شو رقم السفارة؟", "my": "သံရုံးဖုန်းနံပါတ် ဘယ်လောက်လဲ?"}
DRIVER = {"en": "driver in Doha", "ar": "سائق في الدوحة", "my": "ဒိုဟာမှာ ကားမောင်းတယ်"}
MORE_PAY = {"en": "1500 riyals", "ar": "١٥٠٠ ريال", "my": "၁၅၀၀ ရီယယ်"}
BEATEN = {
    "en": "they lock the door and took my phone and he hits me",
    "ar": "يقفلون علي الباب وأخذوا تلفوني ويضربني",
    "my": "သော့ခတ်ထားပြီး ရိုက်တယ်",
}
AT_ONCE = {"en": ("builder", "in Lusail"), "ar": ("عامل بناء", "في لوسيل"), "my": ("ဆောက်လုပ်ရေးအလုပ်သမား", "လူဆေးလ်မှာ")}
NO_NUMBER = {"en": "a lot", "ar": "كثير", "my": "အများကြီး"}
OTHER = {"en": "ar", "ar": "my", "my": "en"}
HOST = "ar"  # what the office in Qatar reads

pytestmark = pytest.mark.parametrize("code", LANGUAGES)


def line(code: str, name: str, answer: str) -> str:
    return f"• {written(code, f'line_{name}')}: {answer}"


def test_from_the_answer_to_a_letter_on_paper_in_two_languages(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    summary = fill(someone, code)
    assert summary[-1]["language"] == code
    assert last(summary).startswith(written(code, "utter_complaint_summary"))
    assert "1,200 × 3 − 500 = 3,100" in last(summary)
    assert [payload for payload in buttons(summary) if '"change"' in payload]

    *letters, ready = someone.say(YES[code])
    assert ready["text"] == written(code, "utter_complaint_letter")
    assert [letter["language"] for letter in letters] == list(dict.fromkeys([code, HOST]))
    for letter in letters:
        assert all(words in letter["text"] for words in (EMPLOYER, WORDS[code][0], written(letter["language"], "letter_request")))
    files = ready["attachments"]
    for letter, file in zip(letters, files, strict=True):
        assert file["url"].startswith("/letters/")
        pdf = requests.get(stack.url + file["url"], timeout=30)
        assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
        assert f"/Lang ({letter['language']})".encode() in pdf.content


def test_a_letter_is_sent_as_a_case_only_after_a_yes(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    fill(someone, code)
    someone.press(step("letter"))
    assert last(someone.press(step("send"))) == written(code, "utter_complaint_consent")
    assert last(someone.say(NO[code])) == written(code, "utter_complaint_not_sent")
    assert cases(stack, someone.opened["id"]) == 0
    someone.press(step("send"))
    sent = someone.say(YES[code])
    case = case_of(stack, someone.opened["id"])
    assert last(sent) == written(code, "utter_complaint_sent", reference=f"S{case['id']:05d}")
    assert (case["reason"], case["priority"]) == ("complaint", 2)
    [(text,)] = rows(stack, "select text from bot_message where id = ?", case["letter_id"])
    assert text == written(code, "utter_complaint_letter")


def test_every_question_can_be_skipped_and_a_number_is_asked_again(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    begun = someone.press(step("start", "wages_unpaid"))
    assert [message["text"] for message in begun] == [written(code, "utter_complaint_begin"), written(code, "question_work")]
    asked = skip(someone, "work", "employer", "since")
    assert last(asked) == written(code, "question_wage")
    again = someone.say(NO_NUMBER[code])
    assert last(again) == f"{written(code, 'complaint_number_needed')}\n\n{written(code, 'question_wage')}"
    summary = last(skip(someone, "wage", "months", "paid", "events", "proof", "wish"))
    names = ("work", "employer", "since", "wage", "months", "paid", "events", "proof", "wish")
    assert all(line(code, name, written(code, "complaint_not_said")) in summary for name in names)


def test_a_line_is_corrected_in_the_summary(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    fill(someone, code)
    assert last(someone.press(step("change", "wage"))) == written(code, "question_wage")
    assert "1,500 × 3 − 500 = 4,000" in last(someone.say(MORE_PAY[code]))


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(person: Any, code: str) -> None:
    someone = person(language=code, country="QA", nationality="NP")
    someone.press(step("start", "passport_confiscated"))
    messages = someone.say(EMBASSY[code])
    assert {message["topic"] for message in messages if message["topic"]} == {"find_consulate"}
    assert any(card["kind"] == "consulate" for message in messages for card in message["contacts"])
    assert last(messages).endswith(written(code, "question_work"))
    assert last(someone.say(DRIVER[code])) == written(code, "question_employer")


def test_danger_in_the_middle_is_answered_first_and_kept_for_the_letter(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.press(step("start", "violence_at_work"))
    skip(someone, "work", "employer", "since")
    messages = someone.say(BEATEN[code])
    assert messages[0]["urgent"]
    assert messages[0]["contacts"][0]["phones"][0]["label"] == "999"
    assert case_of(stack, someone.opened["id"])["priority"] == 1
    assert line(code, "events", BEATEN[code]) in last(skip(someone, "proof", "wish"))


def test_left_in_the_middle_and_taken_up_on_another_day(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.press(step("start", "wages_unpaid"))
    someone.say(DRIVER[code])
    paused = someone.press(step("later"))
    assert last(paused) == written(code, "utter_complaint_paused")
    assert any('"resume"' in payload for payload in payloads(someone.say(HELLO[code])))
    for _ in range(9):  # Rasa forgets old turns; what was answered stays
        someone.say(WHO_ARE_YOU[code])
    resumed = last(someone.press(step("resume")))
    assert resumed == f"{written(code, 'utter_complaint_go_on')}\n\n{written(code, 'question_employer')}"
    someone.say(EMPLOYER)
    summary = last(skip(someone, "since", "wage", "months", "paid", "events", "proof", "wish"))
    assert line(code, "work", DRIVER[code]) in summary
    assert line(code, "employer", EMPLOYER) in summary


def test_a_button_of_an_old_message_pressed_a_week_later(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.press(step("start", "wages_unpaid"))
    someone.say(DRIVER[code])
    someone.say(EMPLOYER)
    assert last(someone.press(step("skip", "work"))).startswith(written(code, "utter_complaint_go_on"))
    assert last(someone.press(step("delete"))) == written(code, "utter_complaint_deleted")
    assert last(someone.press(step("skip", "employer"))) == written(code, "utter_complaint_none")
    assert last(someone.press(step("send_yes"))) == written(code, "utter_complaint_none")


def test_another_complaint_is_begun_only_after_asking(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.press(step("start", "wages_unpaid"))
    someone.say(DRIVER[code])
    asked = someone.press(step("start", "passport_confiscated"))
    assert last(asked) == written(code, "utter_complaint_begun_already")
    assert step("again", "passport_confiscated") in buttons(asked)
    assert last(someone.press(step("again", "passport_confiscated"))) == written(code, "question_work")


def test_two_messages_at_once_are_one_answer(person: Any, code: str) -> None:
    """A second message that the machine sends too late, after the next question, is rightly an answer to that: then once more."""
    nothing = line(code, "employer", written(code, "complaint_not_said"))
    summaries = [two_at_once(person(language=code, country="QA"), code)]
    while nothing not in summaries[-1] and len(summaries) < 3:
        summaries.append(two_at_once(person(language=code, country="QA"), code))
    assert nothing in summaries[-1], summaries
    assert all(text in summaries[-1] for text in AT_ONCE[code])


def two_at_once(someone: Person, code: str) -> str:
    """The summary of a letter whose first question got two messages at the same time."""
    someone.press(step("start", "work_injury"))
    threads = [threading.Thread(target=someone.say, args=(text,)) for text in AT_ONCE[code]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return last(skip(someone, "employer", "since", "events", "proof", "wish"))


def test_a_language_switch_in_the_middle_keeps_everything(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    someone.press(step("start", "passport_confiscated"))
    someone.say(DRIVER[code])
    switched = someone.press(f'/change_language{{"language":"{OTHER[code]}"}}')
    assert {message["language"] for message in switched} == {OTHER[code]}
    assert len(switched) == 2  # "I will now answer in Arabic", and the question again
    assert last(switched).endswith(written(OTHER[code], "question_employer"))
    summary = skip(someone, "employer", "since", "events", "proof", "wish")
    assert line(OTHER[code], "work", DRIVER[code]) in last(summary)


def test_a_deleted_complaint_leaves_no_letter(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    fill(someone, code)
    *letters, ready = someone.press(step("letter"))
    someone.press(step("send"))
    someone.press(step("send_yes"))
    assert last(someone.press(step("delete"))) == written(code, "utter_complaint_deleted")
    after = {message["id"]: message for message in someone.messages()}
    assert {after[letter["id"]]["text"] for letter in (*letters, ready)} == {written(code, "utter_complaint_deleted")}
    assert after[ready["id"]]["attachments"] == []
    assert [requests.get(stack.url + file["url"], timeout=10).status_code for file in ready["attachments"]] == [410] * len(
        letters
    )
    case = case_of(stack, someone.opened["id"])
    assert (case["letter_id"], case["status"]) == (None, "new")
    assert last(someone.press(step("send"))) == written(code, "utter_complaint_none")


def test_forget_me_leaves_no_letter(person: Any, stack: Stack, code: str) -> None:
    someone = person(language=code, country="QA")
    fill(someone, code)
    (file, *_) = someone.press(step("letter"))[-1]["attachments"]
    assert requests.delete(someone.address, headers=someone.headers, timeout=10).status_code == 204
    assert requests.get(stack.url + file["url"], timeout=10).status_code == 410


def test_a_letter_is_offered_under_an_answer_about_danger(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    answer = someone.press("/violence_at_work")
    assert answer[0]["contacts"][0]["kind"] == "emergency"
    assert any(message["text"].startswith(first_line(code, "violence_at_work", "QA")) for message in answer)
    assert step("start", "violence_at_work") in buttons(answer)
