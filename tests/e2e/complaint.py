"""The complaint helper as a person goes through it, in the three languages."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Person

# Work and place, the pay of a month, months, what happened, what is wished for.
WORDS = {
    "en": ("cleaner, hotel in Lusail", "1,200", "3", "They stopped paying me in August.", "my wages"),
    "ar": ("عامل نظافة في فندق في لوسيل", "١٬٢٠٠", "ثلاثة", "توقفوا عن دفع راتبي في شهر أغسطس", "أريد أجري"),
    "my": ("ဟိုတယ်မှာ သန့်ရှင်းရေးလုပ်", "၁၂၀၀", "သုံး", "သြဂုတ်လကတည်းက လုပ်ခမပေးတော့ဘူး", "ကျွန်တော့်လစာ ပြန်လိုချင်တယ်"),
}
EMPLOYER = "Al Noor Trading LLC"


def step(name: str, part: str = "") -> str:
    """The payload of a button of the helper; one without a part carries an empty one, as old buttons did."""
    return f'/complaint{{"complaint_step":"{name}","complaint_part":"{part}"}}'


def buttons(messages: list[dict[str, Any]]) -> list[str]:
    return [button["payload"].replace(" ", "") for message in messages for button in message["buttons"]]


def last(messages: list[dict[str, Any]]) -> str:
    return str(messages[-1]["text"])


def fill(someone: Person, code: str) -> list[dict[str, Any]]:
    """Begin from the button under the answer, and answer every question; the summary comes last."""
    work, wage, months, events, wish = WORDS[code]
    assert step("start", "wages_unpaid") in buttons(someone.press("/wages_unpaid"))
    someone.press(step("start", "wages_unpaid"))
    someone.say(work)
    someone.say(EMPLOYER)
    someone.press(step("skip", "since"))
    for text in (wage, months, "500", events):
        someone.say(text)
    someone.press(step("skip", "proof"))
    return someone.say(wish)


def skip(someone: Person, *questions: str) -> list[dict[str, Any]]:
    """Skip these questions; what is said to the last."""
    messages: list[dict[str, Any]] = []
    for question in questions:
        messages = someone.press(step("skip", question))
    return messages
