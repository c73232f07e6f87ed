"""The complaint helper over the Conversation API, with everything real behind it, in three languages."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest
import requests

from safar.languages import languages
from tests.e2e.conftest import Person, Stack, until

# Burmese, which has no spaces between words, once it is spoken; until then Nepali.
THIRD = "my" if "my" in languages() else "ne"
WORDS = {
    "en": ("cleaner, hotel in Lusail", "1,200", "3", "They stopped paying me in August.", "my wages"),
    "ar": ("عامل نظافة في فندق في لوسيل", "١٬٢٠٠", "ثلاثة", "توقفوا عن دفع راتبي في شهر أغسطس", "أريد أجري"),
    "ne": ("होटलमा सफाइ गर्छु", "१२००", "तीन महिना", "उनीहरूले भदौदेखि तलब दिन छोडे", "मेरो तलब चाहिन्छ"),
    "my": ("ဟိုတယ်မှာ သန့်ရှင်းရေးလုပ်", "၁၂၀၀", "သုံး", "သြဂုတ်လကတည်းက လုပ်ခမပေးတော့ဘူး", "ကျွန်တော့်လုပ်ခ လိုချင်တယ်"),
}


def step(name: str, part: str = "") -> str:
    return f'/complaint{{"complaint_step":"{name}","complaint_part":"{part}"}}'


def buttons(messages: list[dict[str, Any]]) -> list[str]:
    return [button["payload"] for message in messages for button in message["buttons"]]


def last(messages: list[dict[str, Any]]) -> str:
    return str(messages[-1]["text"])


def fill(someone: Person, language: str) -> list[dict[str, Any]]:
    """Begin from the button under the answer, and answer every question; the summary comes last."""
    work, wage, months, events, wish = WORDS[language]
    answer = someone.press("/wages_unpaid")
    assert step("start", "wages_unpaid") in [payload.replace(" ", "") for payload in buttons(answer)]
    someone.press(step("start", "wages_unpaid"))
    someone.say(work)
    someone.say("Al Noor Trading LLC")
    someone.press(step("skip", "since"))
    for text in (wage, months, "500", events):
        someone.say(text)
    someone.press(step("skip", "proof"))
    return someone.say(wish)


@pytest.mark.parametrize("language", ["en", "ar", THIRD])
def test_from_the_answer_to_a_letter_on_paper_and_a_case(person: Any, stack: Stack, language: str) -> None:
    someone = person(language=language, country="QA")
    summary = fill(someone, language)
    assert summary[-1]["language"] == language
    assert "1,200 × 3 − 500 = 3,100" in last(summary)
    assert [payload for payload in buttons(summary) if '"change"' in payload]

    messages = someone.press(step("letter"))
    assert {message["language"] for message in messages} == {language, "ar"}  # Arabic is what the office in Qatar reads
    assert "Al Noor Trading LLC" in messages[0]["text"]
    files = messages[-1]["attachments"]
    assert len(files) == len({language, "ar"})
    for file in files:
        assert file["url"].startswith("/letters/")
        pdf = requests.get(stack.url + file["url"], timeout=30)
        assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")

    someone.press(step("send"))
    sent = someone.press(step("send_yes"))
    assert "S0" in last(sent)


def test_a_line_is_corrected_in_the_summary(person: Any) -> None:
    someone = person(language="en", country="QA")
    fill(someone, "en")
    assert last(someone.press(step("change", "wage"))).startswith("How much pay was agreed")
    assert "1,500 × 3 − 500 = 4,000" in last(someone.say("1500 riyals"))


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(person: Any) -> None:
    someone = person(language="en", country="QA", nationality="NP")
    someone.press(step("start", "passport_confiscated"))
    messages = someone.say("what is the number of the embassy?")
    assert {message["topic"] for message in messages if message["topic"]} == {"find_consulate"}
    assert any(card["kind"] == "consulate" for message in messages for card in message["contacts"])
    assert last(messages).endswith("What is your work, and where? For example: cleaner in a hotel in Doha.")
    assert last(someone.say("driver in Doha")) == "What is the name of your employer or company?"


def test_danger_in_the_middle_is_answered_first_and_kept_for_the_letter(person: Any) -> None:
    someone = person(language="ar", country="QA")
    someone.press(step("start", "violence_at_work"))
    for question in ("work", "employer", "since"):
        someone.press(step("skip", question))
    messages = someone.say("يقفلون علي الباب وأخذوا تلفوني ويضربني")
    assert messages[0]["urgent"]
    assert messages[0]["contacts"][0]["phones"][0]["label"] == "999"
    someone.press(step("skip", "proof"))
    assert "يضربني" in last(someone.press(step("skip", "wish")))


def test_left_in_the_middle_and_taken_up_on_another_day(person: Any) -> None:
    someone = person(language="en", country="QA")
    someone.press(step("start", "wages_unpaid"))
    someone.say("cleaner")
    someone.press(step("later"))
    assert any('"resume"' in payload for payload in buttons(someone.say("hello")))
    for _ in range(9):  # Rasa forgets old turns; what was answered stays
        someone.say("who are you")
    assert last(someone.press(step("resume"))).endswith("What is the name of your employer or company?")


def test_a_button_of_an_old_message_pressed_a_week_later(person: Any) -> None:
    someone = person(language="en", country="QA")
    someone.press(step("start", "wages_unpaid"))
    someone.say("cleaner")
    someone.say("Al Noor")
    assert last(someone.press(step("skip", "work"))).startswith("Let us go on where we stopped.")
    someone.press(step("delete"))
    assert last(someone.press(step("skip", "employer"))) == "There is no complaint here. You can begin one."
    assert last(someone.press(step("send_yes"))) == "There is no complaint here. You can begin one."


def test_two_messages_at_once_are_one_answer(person: Any) -> None:
    """A second message that the machine sends too late, after the next question, is rightly an answer to that: then once more."""
    summaries = [two_at_once(person(language="en", country="QA"))]
    while "Employer: not said" not in summaries[-1] and len(summaries) < 3:
        summaries.append(two_at_once(person(language="en", country="QA")))
    assert "Employer: not said" in summaries[-1], summaries
    assert "builder" in summaries[-1]
    assert "in Lusail" in summaries[-1]


def two_at_once(someone: Person) -> str:
    """The summary of a letter whose first question got two messages at the same time."""
    someone.press(step("start", "work_injury"))
    threads = [threading.Thread(target=someone.say, args=(text,)) for text in ("builder", "in Lusail")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for question in ("employer", "since", "events", "proof"):
        someone.press(step("skip", question))
    return last(someone.press(step("skip", "wish")))


def test_a_language_switch_in_the_middle_keeps_everything(person: Any) -> None:
    someone = person(language="en", country="QA")
    someone.press(step("start", "passport_confiscated"))
    someone.say("cleaner")
    switched = someone.press('/change_language{"language":"ar"}')
    assert {message["language"] for message in switched} == {"ar"}
    assert len(switched) == 2  # "I will now answer in Arabic", and the question again
    for question in ("employer", "since", "events", "proof"):
        someone.press(step("skip", question))
    summary = someone.press(step("skip", "wish"))[-1]
    assert (summary["language"], "cleaner" in summary["text"]) == ("ar", True)


def test_a_restart_of_rasa_in_the_middle(person: Any, stack: Stack) -> None:
    someone = person(language="en", country="QA")
    someone.press(step("start", "wages_unpaid"))
    someone.say("cleaner")
    os.kill(stack.pid_of("rasa run"), signal.SIGKILL)
    someone.say("Al Noor Trading LLC")  # taken, and answered when Rasa is back
    asked = "Since when have you worked there? For example: March 2024."
    until(lambda: [message for message in someone.messages() if message["text"] == asked], 120, 1)
    for question in ("since", "wage", "months", "paid", "events", "proof"):
        someone.press(step("skip", question))
    summary = last(someone.press(step("skip", "wish")))
    assert "Work and place: cleaner" in summary
    assert "Employer: Al Noor Trading LLC" in summary


def test_forget_me_leaves_no_letter(person: Any, stack: Stack) -> None:
    someone = person(language="en", country="QA")
    fill(someone, "en")
    (file, *_) = someone.press(step("letter"))[-1]["attachments"]
    assert requests.delete(someone.address, headers=someone.headers, timeout=10).status_code == 204
    assert requests.get(stack.url + file["url"], timeout=10).status_code == 410


@pytest.mark.parametrize(
    ("part", "country", "texts", "expected"),
    [
        ("sum_wages", "LB", ("1.200", "3", "0"), "1,200 × 3 = 3,600 LBP"),
        ("sum_overtime", "AE", ("2400 dirham", "10"), "12.5 × 10 = 125 AED"),
        ("sum_end_of_service", "QA", ("۱۵۰۰", "30"), "1,500 ÷ 30 × 21 × 2.5 = 2,625 QAR"),
    ],
)
def test_a_sum_shows_its_steps(person: Any, part: str, country: str, texts: tuple[str, ...], expected: str) -> None:
    someone = person(language="en", country=country)
    offered = buttons(someone.press(step("sums")))
    assert any(part in payload for payload in offered)
    someone.press(step("start", part))
    for text in texts:
        messages = someone.say(text)
    assert expected in last(messages)
    assert last(messages).endswith("This is an estimate. The labour office or a court decides.")
    assert bool(messages[-1]["sources"]) == (part != "sum_wages")


def test_without_a_checked_rule_the_sum_says_so(person: Any) -> None:
    someone = person(language="en", country="LB")
    assert (
        last(someone.press(step("start", "sum_end_of_service")))
        == "I have no checked rule for this in Lebanon. Ask the labour office."
    )
