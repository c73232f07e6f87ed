"""The real python-telegram-bot application against an emulator of Telegram's Bot API."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
import requests

from safar.languages import languages
from tests.e2e.complaint import EMPLOYER
from tests.e2e.conftest import TOKEN, Stack, until
from tests.e2e.spoken import LANGUAGES, LOCKED_IN_IN_QATAR, change, country, first_line, title, written, wrote

_numbers = itertools.count(1000)
UNPAID = {"en": "my boss does not pay me", "ar": "صاحب العمل ما دفع راتبي", "my": "အလုပ်ရှင်က လစာ သုံးလ မပေးသေးဘူး"}
PASSPORT_IN_QATAR = {
    "en": "I am in Qatar and my employer took my passport and does not give it back",
    "ar": "انا في قطر والكفيل ماخذ جوازي ومو راضي يرجعه",
    "my": "ကာတာမှာ အလုပ်ရှင်က ပတ်စပို့ သိမ်းထားပြီး ပြန်မပေးဘူး",
}


class Phone:
    """A person's Telegram: what they send, what they see."""

    def __init__(self, stack: Stack, language: str = "en") -> None:
        self.api, self.chat, self.language = stack.telegram, next(_numbers), language
        self.seen: list[dict[str, Any]] = []

    def _message(self, **content: Any) -> dict[str, Any]:
        sender = {"id": self.chat, "is_bot": False, "first_name": "x", "language_code": self.language}
        chat = {"id": self.chat, "type": "private", "first_name": "x"}
        return {"botToken": TOKEN, "from": sender, "chat": chat, "date": int(time.time()), **content}

    def text(self, text: str) -> None:
        requests.post(f"{self.api}/sendMessage", json=self._message(text=text), timeout=10).raise_for_status()

    def command(self, text: str) -> None:
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        body = self._message(text=text, entities=entities)
        requests.post(f"{self.api}/sendCommand", json=body, timeout=10).raise_for_status()

    def photo(self) -> None:
        photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        requests.post(f"{self.api}/sendMessage", json=self._message(photo=photo), timeout=10).raise_for_status()

    def location(self, latitude: float, longitude: float) -> None:
        place = {"latitude": latitude, "longitude": longitude}
        requests.post(f"{self.api}/sendMessage", json=self._message(location=place), timeout=10).raise_for_status()

    def press(self, data: str) -> None:
        message = {"message_id": 1, "date": int(time.time()), "chat": {"id": self.chat, "type": "private"}}
        body = {**self._message(), "id": f"q{next(_numbers)}", "chat_instance": "c", "data": data, "message": message}
        requests.post(f"{self.api}/sendCallback", json=body, timeout=10).raise_for_status()

    def read(self) -> list[dict[str, Any]]:
        """New messages of the bot to this person."""
        answer = requests.post(f"{self.api}/getUpdates", json={"token": TOKEN, "chatId": self.chat}, timeout=10)
        fresh = [update["message"] for update in answer.json()["result"]]
        self.seen += fresh
        return fresh

    def wait_for(self, words: str, within_s: float = 20.0) -> dict[str, Any]:
        """The first message with these words."""

        def found() -> dict[str, Any] | None:
            self.read()
            return next((message for message in self.seen if words in message["text"]), None)

        return dict(until(found, within_s))

    def button(self, message: dict[str, Any], title: str) -> str:
        rows = message["reply_markup"]["inline_keyboard"]
        return str(next(button["callback_data"] for row in rows for button in row if title in button["text"]))

    def wait_for_button(self, title: str) -> str:
        """The payload of the first button of that name under any message: an answer's stand under its last part."""

        def found() -> str | None:
            self.read()
            rows = [row for message in self.seen for row in (message.get("reply_markup") or {}).get("inline_keyboard", ())]
            return next((button["callback_data"] for row in rows for button in row if title in button["text"]), None)

        return str(until(found))


@pytest.fixture
def phone(stack: Stack) -> Any:
    return lambda language="en": Phone(stack, language)


@pytest.mark.parametrize("code", LANGUAGES)
def test_start_welcomes_in_the_language_of_the_phone(phone: Any, code: str) -> None:
    someone = phone(code)
    someone.command("/start")
    message = someone.wait_for(written(code, "notice_welcome"))
    assert sum(map(len, message["reply_markup"]["inline_keyboard"])) == 8


def test_unpaid_wages_in_nepali(phone: Any) -> None:
    someone = phone("ne")
    someone.text("कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन")
    answer = someone.wait_for("आजै लेख्नुहोस्")
    assert "<b>" in answer["text"]
    someone.wait_for("16008")
    someone.wait_for("qa.nepalembassy.gov.np")


@pytest.mark.parametrize("code", LANGUAGES)
def test_danger_shows_the_number_first(phone: Any, code: str) -> None:
    someone = phone(code)
    someone.text(LOCKED_IN_IN_QATAR[code])
    someone.wait_for(written(code, "utter_danger_case"))
    assert "🆘" in someone.seen[0]["text"]
    assert written(code, "utter_danger_first") in someone.seen[0]["text"]
    assert "999" in someone.seen[0]["text"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_buttons_lead_on_and_an_unknown_one_to_the_menu(phone: Any, code: str) -> None:
    someone = phone(code)
    someone.command("/menu")
    asked = written(code, "utter_menu")
    menu = someone.wait_for(asked)
    someone.press(someone.button(menu, written(code, "group_work")))
    group = someone.wait_for(written(code, "utter_group"))
    someone.press(someone.button(group, title(code, "wages_unpaid")))
    answer = someone.wait_for(first_line(code, "wages_unpaid"))
    someone.press(someone.button(answer, written(code, "button_sources")))
    assert "href=" in someone.wait_for(written(code, "utter_sources"))["text"]
    before = len([message for message in someone.seen if asked in message["text"]])
    someone.press("b:999999999:0")
    until(lambda: someone.read() or len([m for m in someone.seen if asked in m["text"]]) > before)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_button_of_an_old_message_does_what_it_says(phone: Any, stack: Stack, code: str) -> None:
    """The message is dated back eight days; meanwhile something else was asked, and the language changed."""
    someone = phone(code)
    someone.command("/menu")
    menu = someone.wait_for(written(code, "utter_menu"))
    old = someone.button(menu, written(code, "group_work"))
    number = int(old.split(":")[1])
    change(stack, "update bot_message set at = datetime(at, '-8 days') where id = ?", number)
    other = "ar" if code == "en" else "en"
    someone.command("/language")
    someone.press(someone.button(someone.wait_for(written(code, "utter_ask_language")), _own_name(other)))
    someone.wait_for(written(other, "utter_language_changed").partition("{")[0])
    someone.press(old)
    assert someone.button(someone.wait_for(written(other, "utter_group")), title(other, "wages_unpaid"))


def _own_name(code: str) -> str:
    return languages()[code].name


def test_callback_data_fits_telegrams_64_bytes(phone: Any) -> None:
    someone = phone("ne")
    someone.command("/menu")
    menu = until(lambda: someone.read())[0]
    data = [button["callback_data"] for row in menu["reply_markup"]["inline_keyboard"] for button in row]
    assert max(len(entry.encode()) for entry in data) <= 64


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_picture_gets_a_useful_reply(phone: Any, code: str) -> None:
    someone = phone(code)
    someone.photo()
    assert someone.wait_for(written(code, "notice_text_only"))["reply_markup"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_shared_location_brings_country_and_town(phone: Any, code: str) -> None:
    someone = phone(code)
    someone.location(25.2854, 51.5310)
    noted = someone.wait_for(country(code, "QA"))
    assert wrote(code, "utter_position_noted", noted["text"])
    someone.text(UNPAID[code])
    someone.wait_for("16008")


def test_too_many_requests_and_a_server_error_lose_and_double_nothing(phone: Any, stack: Stack) -> None:
    someone = phone()
    for status in (429, 502):
        requests.post(f"{stack.telegram}/fail", json={"method": "sendMessage", "status": status, "times": 2}, timeout=10)
        someone.command("/privacy")
        someone.wait_for("I delete it after 30 days", 40)
        time.sleep(1.5)
        someone.read()
        assert len([message for message in someone.seen if "I delete it after 30 days" in message["text"]]) == 1
        someone.seen.clear()


@pytest.mark.parametrize("code", LANGUAGES)
def test_forget_me(phone: Any, code: str) -> None:
    someone = phone(code)
    someone.command("/forget")
    asked = someone.wait_for(written(code, "utter_confirm_delete"))
    someone.press(someone.button(asked, written(code, "button_yes")))
    someone.wait_for(written(code, "utter_deleted"))


def test_reminders_of_a_list_come_by_choice_and_stop(phone: Any, stack: Stack) -> None:
    """The clock is moved in the database; the work on the side looks every 20 seconds."""
    people = {code: phone(code) for code in LANGUAGES}
    for code, someone in people.items():
        _asks_to_be_reminded(someone, code)
    change(stack, "update bot_ticks set remind_at = '2026-01-01 00:00:00' where remind_at is not null")
    for code, someone in people.items():
        reminder = someone.wait_for(written(code, "list_reminder"), 60)
        assert written(code, "list_departure_deciding_agency") in reminder["text"]
        someone.press(someone.button(reminder, written(code, "button_remind_stop")))
        someone.wait_for(written(code, "utter_reminders_off"))


def _asks_to_be_reminded(someone: Phone, code: str) -> None:
    someone.command("/menu")
    someone.press(someone.button(someone.wait_for(written(code, "utter_menu")), written(code, "group_before_departure")))
    someone.press(someone.button(someone.wait_for(written(code, "utter_group")), title(code, "check_contract")))
    someone.wait_for(first_line(code, "check_contract"))
    someone.press(someone.wait_for_button(written(code, "list_departure")))
    shown = someone.wait_for(written(code, "list_progress", done=0, total=19))
    someone.press(someone.button(shown, written(code, "button_remind")))
    someone.wait_for(written(code, "utter_reminders_on"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_complaint_letter_comes_as_a_document(phone: Any, stack: Stack, code: str) -> None:
    someone = phone(code)
    someone.text(PASSPORT_IN_QATAR[code])
    someone.wait_for(first_line(code, "passport_confiscated", "QA"))
    someone.press(someone.wait_for_button(written(code, "button_complaint")))
    skipping = written(code, "button_skip")
    someone.press(someone.button(someone.wait_for(written(code, "question_work")), skipping))
    someone.wait_for(written(code, "question_employer"))
    someone.text(EMPLOYER)
    for question in ("since", "events", "proof", "wish"):
        someone.press(someone.button(someone.wait_for(written(code, f"question_{question}")), skipping))
    summary = someone.wait_for(f"{written(code, 'line_employer')}: {EMPLOYER}")
    someone.press(someone.button(summary, written(code, "button_complaint_letter")))
    someone.wait_for(written(code, "utter_complaint_letter"))

    def sent() -> list[str]:
        uploads: list[str] = requests.get(f"{stack.telegram}/documents", timeout=10).json()
        return [upload for upload in uploads if f"\r\n{someone.chat}\r\n" in upload]

    wanted = list(dict.fromkeys([code, "ar"]))  # Arabic is what the office in Qatar reads
    files = until(lambda: len(sent()) == len(wanted) and sent())
    assert all(f"letter-{name}.pdf" in file for name, file in zip(wanted, files, strict=True))
    assert all("%PDF-" in file for file in files)
