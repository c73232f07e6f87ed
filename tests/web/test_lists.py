"""Lists to tick, reminders, feedback counts, and what is known about a person."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bot import services
from bot.lists import change_lists, send_reminders
from bot.models import Conversation, Feedback, Message, Ticks
from console.cases.services import open_case
from safar.checklists import checklists
from safar.settings import settings
from tests.web.conftest import NOW
from tests.web.test_console import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

FIRST = "departure_deciding_agency"
WEEK = timedelta(days=7)


def conversation(channel: str = "telegram", country: str = "QA") -> Conversation:
    address = "42" if channel == "telegram" else ""
    return services.start_conversation(channel=channel, address=address, now=NOW, wanted_languages=["en"], country=country)[0]


def ask(path: str, **body: Any) -> Any:
    headers = {"authorization": f"Bearer {settings().internal_token}"}
    return Client().post(f"/internal/v1/{path}", body, content_type="application/json", headers=headers)


def test_ticks_are_kept_once_and_can_be_taken_away() -> None:
    someone = conversation()
    assert change_lists(conversation=someone, now=NOW) == {"done": [], "reminding": False, "can_remind": True}
    assert Ticks.objects.count() == 0
    for _ in range(2):
        assert change_lists(conversation=someone, now=NOW, tick=FIRST)["done"] == [FIRST]
    assert change_lists(conversation=someone, now=NOW, tick="no_such_item")["done"] == [FIRST]
    assert change_lists(conversation=someone, now=NOW, untick=FIRST)["done"] == []


def test_reminders_come_every_week_until_they_are_stopped_and_do_not_keep_the_conversation() -> None:
    someone = conversation()
    change_lists(conversation=someone, now=NOW, tick=FIRST, remind="departure")
    assert send_reminders(NOW + timedelta(days=6)) == 0
    assert send_reminders(NOW + WEEK) == 1
    assert send_reminders(NOW + WEEK) == 0
    message = someone.messages.get()
    assert message.delivered_at is None  # Telegram's outbox
    assert "I know what I must pay" in message.text
    assert [button["payload"] for button in message.body["buttons"]] == [
        '/checklist{"step":"departure"}',
        '/checklist{"step":"unremind:"}',
    ]
    someone.refresh_from_db()
    assert someone.last_message_at == NOW
    change_lists(conversation=someone, now=NOW + WEEK, remind="")
    assert send_reminders(NOW + 3 * WEEK) == 0


def test_a_list_that_is_done_is_not_reminded_of() -> None:
    someone = conversation()
    for item in checklists()["departure"].items:
        change_lists(conversation=someone, now=NOW, tick=item.id)
    change_lists(conversation=someone, now=NOW, remind="departure")
    assert send_reminders(NOW + WEEK) == 0
    assert Ticks.objects.get().remind_at is None


@pytest.mark.parametrize(("channel", "name"), [("web", "departure"), ("telegram", "complaint"), ("telegram", "nothing")])
def test_reminders_are_for_telegram_and_long_lists_only(channel: str, name: str) -> None:
    assert change_lists(conversation=conversation(channel), now=NOW, remind=name)["reminding"] is False


def test_feedback_is_a_count_of_nobody() -> None:
    for helped in (True, False, True):
        services.count_feedback(topic="wages_unpaid", language="ne", helped=helped, now=NOW)
    row = Feedback.objects.get()
    assert (row.month.isoformat(), row.topic, row.language, row.helped, row.missed) == ("2026-11-01", "wages_unpaid", "ne", 2, 1)
    assert {field.name for field in Feedback._meta.fields} == {"id", "month", "topic", "language", "helped", "missed"}


def test_editors_see_the_counts_and_cannot_change_them() -> None:
    services.count_feedback(topic="wages_unpaid", language="ne", helped=True, now=NOW)
    client = person("editor", "Editors")
    assert "wages_unpaid" in client.get("/console/snippets/bot/feedback/").content.decode()
    assert client.get("/console/snippets/bot/feedback/add/").status_code == 302


def test_what_is_known_about_a_person() -> None:
    someone = conversation()
    services.accept(conversation=someone, incoming=services.Incoming("hello"), now=NOW)
    case, _ = open_case(conversation=someone, reason="wish", topic=None, urgent=False, evidence=[], now=NOW)
    change_lists(conversation=someone, now=NOW, tick=FIRST, remind="departure")
    assert services.known_about(conversation=someone) == {
        "messages": 1,
        "case": case.reference,
        "ticks": 1,
        "reminding": True,
        "is_telegram": True,
        "deleted_on": "2026-12-22",
    }


def test_a_token_of_other_letters_is_refused() -> None:
    wrong = {"authorization": "Bearer \u00e9"}
    assert Client().post("/internal/v1/known", {}, content_type="application/json", headers=wrong).status_code == 401


def test_the_actions_ask_with_the_internal_token_only() -> None:
    someone = conversation()
    assert ask("lists", conversation=str(someone.pk), tick=FIRST).json()["done"] == [FIRST]
    assert ask("known", conversation=str(someone.pk)).json()["ticks"] == 1
    assert ask("feedback", topic="wages_unpaid", language="en", helped=True).status_code == 200
    assert ask("feedback", topic="hello", language="en", helped=True).status_code == 422
    assert ask("known", conversation="00000000-0000-0000-0000-000000000000").status_code == 404
    opened = ask("cases", conversation=str(someone.pk), reason="wish", about="work").json()
    assert opened["is_new"] is True
    assert ask("cases", conversation=str(someone.pk), reason="hunger").status_code == 422
    for path in ("lists", "known", "cases", "feedback", "letters/delete"):
        assert Client().post(f"/internal/v1/{path}", {}, content_type="application/json").status_code == 401


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_list_is_printed_with_empty_boxes_and_the_numbers_of_the_country(language: str, direction: str) -> None:
    page = Client().get(f"/lists/departure/{language}/?country=QA")
    text = page.content.decode()
    assert f'dir="{direction}"' in text
    assert text.count("<li>") == len(checklists()["departure"].items) + len(checklists()["departure"].sources)
    assert "999" in text
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert Client().get("/lists/nothing/en/").status_code == 404
    assert Client().get("/lists/departure/xx/").status_code == 404


def test_a_forgotten_person_leaves_no_ticks_and_no_reminder() -> None:
    someone = conversation()
    change_lists(conversation=someone, now=NOW, tick=FIRST, remind="departure")
    services.forget(conversation=someone)
    assert Ticks.objects.count() == Message.objects.count() == 0
    assert send_reminders(NOW + WEEK) == 0
