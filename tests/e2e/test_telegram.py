"""The real python-telegram-bot application against an emulator of Telegram's Bot API."""

from __future__ import annotations

import itertools
import sqlite3
import time
from typing import Any

import pytest
import requests

from tests.e2e.conftest import TOKEN, Stack, until

_numbers = itertools.count(1000)


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


def test_start_welcomes_in_the_language_of_the_phone(phone: Any) -> None:
    someone = phone("ar")
    someone.command("/start")
    message = someone.wait_for("سفر")
    assert len(message["reply_markup"]["inline_keyboard"]) >= 7


def test_unpaid_wages_in_nepali(phone: Any) -> None:
    someone = phone("ne")
    someone.text("कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन")
    answer = someone.wait_for("आजै लेख्नुहोस्")
    assert "<b>" in answer["text"]
    someone.wait_for("16008")
    someone.wait_for("qa.nepalembassy.gov.np")


def test_danger_shows_the_number_first(phone: Any) -> None:
    someone = phone("ar")
    someone.text("انا في قطر يقفلون علي الباب وأخذوا تلفوني")
    someone.wait_for("999")
    assert "🆘" in someone.seen[0]["text"]
    assert "999" in someone.seen[0]["text"]


def test_buttons_lead_on_and_an_unknown_one_to_the_menu(phone: Any) -> None:
    someone = phone()
    someone.command("/menu")
    menu = someone.wait_for("What is it about?")
    someone.press(someone.button(menu, "Work and wages"))
    group = someone.wait_for("Choose the question that is nearest to yours.")
    someone.press(someone.button(group, "Wages not paid"))
    answer = someone.wait_for("Write down today how many days you worked")
    someone.press(someone.button(answer, "Sources"))
    assert "href=" in someone.wait_for("This answer rests on:")["text"]
    before = len([message for message in someone.seen if "What is it about?" in message["text"]])
    someone.press("b:999999999:0")
    until(lambda: someone.read() or len([m for m in someone.seen if "What is it about?" in m["text"]]) > before)


def test_callback_data_fits_telegrams_64_bytes(phone: Any) -> None:
    someone = phone("ne")
    someone.command("/menu")
    menu = until(lambda: someone.read())[0]
    data = [button["callback_data"] for row in menu["reply_markup"]["inline_keyboard"] for button in row]
    assert max(len(entry.encode()) for entry in data) <= 64


def test_a_picture_gets_a_useful_reply(phone: Any) -> None:
    someone = phone()
    someone.photo()
    assert someone.wait_for("I can only read text and buttons")["reply_markup"]


def test_a_shared_location_brings_country_and_town(phone: Any) -> None:
    someone = phone()
    someone.location(25.2854, 51.5310)
    someone.wait_for("You are near Doha in Qatar.")
    someone.text("my boss does not pay me")
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


def test_forget_me(phone: Any) -> None:
    someone = phone()
    someone.command("/forget")
    asked = someone.wait_for("Shall I delete this whole conversation now?")
    someone.press(someone.button(asked, "Yes"))
    someone.wait_for("Done. This conversation is deleted.")


def test_reminders_of_a_list_come_by_choice_and_stop(phone: Any, stack: Stack) -> None:
    someone = phone()
    someone.command("/menu")
    someone.press(someone.button(someone.wait_for("What is it about?"), "Before leaving"))
    someone.press(someone.button(someone.wait_for("Choose the question"), "Check my contract"))
    answer = someone.wait_for("Do not sign until someone has read the contract")
    someone.press(someone.button(answer, "Ready to go abroad"))
    shown = someone.wait_for("0 of 19 done")
    someone.press(someone.button(shown, "Remind me every week"))
    someone.wait_for("I will remind you here every week.")
    with sqlite3.connect(stack.var / "safar.sqlite3", timeout=20) as database:
        database.execute("update bot_ticks set remind_at = '2026-01-01 00:00:00' where remind_at is not null")
    reminder = someone.wait_for("A reminder from your list.", 60)
    someone.press(someone.button(reminder, "Stop reminders"))
    someone.wait_for("I will not send reminders.")


def test_a_complaint_letter_comes_as_a_document(phone: Any, stack: Stack) -> None:
    someone = phone()
    someone.text("I am in Qatar and my employer took my passport and does not give it back")
    someone.wait_for("Ask for your passport back")
    someone.press(someone.wait_for_button("Write a complaint letter"))
    someone.press(someone.button(someone.wait_for("What is your work, and where?"), "Skip"))
    someone.wait_for("What is the name of your employer")
    someone.text("Al Noor Trading LLC")
    for question in ("Since when", "What happened?", "What proof", "What do you want?"):
        someone.press(someone.button(someone.wait_for(question), "Skip"))
    someone.press(someone.button(someone.wait_for("Employer: Al Noor Trading LLC"), "Make the letter"))
    someone.wait_for("Your letter is ready.")

    def sent() -> list[str]:
        uploads: list[str] = requests.get(f"{stack.telegram}/documents", timeout=10).json()
        return [upload for upload in uploads if f"\r\n{someone.chat}\r\n" in upload]

    files = until(lambda: len(sent()) == 2 and sent())
    assert ["letter-en.pdf" in files[0], "letter-ar.pdf" in files[1]] == [True, True]
    assert all("%PDF-" in file for file in files)
