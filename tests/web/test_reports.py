"""A person tells that a number did not work: a task for who keeps the entry, thanks for the person, nothing about them kept."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.utils import timezone

from bot import services
from bot.gateway import Gateway
from bot.models import Conversation
from bot.services import Incoming
from bot.telegram.rendering import keyboard, reports
from console.directory.models import Contact, Task
from console.directory.services import load_directory, verify
from tests.web.conftest import FakeAssistant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

MINISTRY = "qa-labour_complaint-ministry-hotline"
FAILED = "This number did not work"
THANKS = "Thank you for telling us. A person will check this number. Please try another number."


def press(identifier: str, client_id: str = "") -> Incoming:
    return Incoming(FAILED, f'/report_contact{{"id":"{identifier}"}}', client_id)


@pytest.fixture
def gateway(assistant: FakeAssistant) -> Gateway:
    return Gateway(assistant)  # type: ignore[arg-type]


@sync_to_async
def someone(**known: Any) -> Conversation:
    given = {"channel": "web", "country": "QA", "wanted_languages": ["en"], **known}
    return services.start_conversation(now=timezone.now(), **given)[0]


@sync_to_async
def tasks() -> list[tuple[str, str, int]]:
    return [(task.identifier, task.numbers, task.reports) for task in Task.objects.open()]


async def test_a_report_opens_a_task_and_thanks(gateway: Gateway, assistant: FakeAssistant) -> None:
    await sync_to_async(load_directory)()
    replies = await gateway.receive(await someone(), press(MINISTRY))
    assert [reply.text for reply in replies] == [THANKS]
    assert await tasks() == [(MINISTRY, "16008", 1)]
    assert (await Task.objects.select_related("contact").aget()).contact.identifier == MINISTRY  # type: ignore[union-attr]
    assert assistant.turns == []


async def test_who_reports_gets_other_numbers_for_the_same_need_and_not_the_dead_one(gateway: Gateway) -> None:
    complaints = (await gateway.receive(await someone(), press(MINISTRY)))[0].body["contacts"]
    assert {card["kind"] for card in complaints} == {"labour_complaint"}
    assert [channel["href"] for card in complaints for channel in card["channels"]] == ["sms:92727"]
    police = (await gateway.receive(await someone(), press("qa-emergency-national-command-centre")))[0].body["contacts"]
    assert [card["id"] for card in police] == ["qa-emergency-deaf-people"]


async def test_people_are_counted_and_one_person_once(gateway: Gateway) -> None:
    first = await someone()
    await gateway.receive(first, press(MINISTRY, "1"))
    await gateway.receive(first, press(MINISTRY, "2"))
    assert await tasks() == [(MINISTRY, "16008", 1)]
    await gateway.receive(await someone(), press(MINISTRY))
    assert await tasks() == [(MINISTRY, "16008", 2)]


async def test_a_number_of_the_library_can_be_reported_although_it_has_no_entry(gateway: Gateway) -> None:
    await gateway.receive(await someone(country="VA"), press("va-emergency-library"))
    task = await Task.objects.aget()
    assert (task.contact_id, task.country, task.numbers) == (None, "VA", "112; 113; 115; 118")


@pytest.mark.parametrize("payload", ['/report_contact{"id":"qa-gone"}', '/report_contact{"id":"x","id":"y"}', "/report_contact"])
async def test_a_report_of_nothing_opens_no_task(gateway: Gateway, payload: str) -> None:
    replies = await gateway.receive(await someone(), Incoming(FAILED, payload))
    assert THANKS not in [reply.text for reply in replies]
    assert await tasks() == []


async def test_while_an_operator_answers_a_report_is_taken_and_the_bot_is_quiet(gateway: Gateway) -> None:
    conversation = await someone()
    operator = await sync_to_async(get_user_model().objects.create_user)("operator")
    notice = {"text": "joined", "language": "en"}
    await sync_to_async(services.take_over)(conversation=conversation, operator=operator, notice=notice, now=timezone.now())
    assert await gateway.receive(conversation, press(MINISTRY)) == []
    assert await tasks() == [(MINISTRY, "16008", 1)]


async def test_who_is_forgotten_leaves_nothing_in_the_task(gateway: Gateway) -> None:
    conversation = await someone()
    await gateway.receive(conversation, press(MINISTRY))
    await gateway.forget(conversation)
    task = await Task.objects.aget()
    assert {field.name for field in Task._meta.get_fields() if field.is_relation} == {"contact", "closed_by"}
    assert str(conversation.pk) not in str(vars(task))


async def test_a_call_that_reaches_the_office_closes_the_task_and_shows_the_entry(gateway: Gateway) -> None:
    await sync_to_async(load_directory)()
    await gateway.receive(await someone(), press(MINISTRY))
    row = await Contact.objects.aget(identifier=MINISTRY)
    editor = await sync_to_async(get_user_model().objects.create_user)("editor")
    now = timezone.now()
    await sync_to_async(verify)(contact=row, by=editor, now=now)
    await row.arefresh_from_db()
    assert (row.checked_on, row.confidence) == (now.date().isoformat(), "high")
    task = await Task.objects.select_related("closed_by").aget()
    assert (task.outcome, task.closed_at, task.closed_by) == ("works", now, editor)
    await gateway.receive(await someone(), press(MINISTRY))
    assert await tasks() == [(MINISTRY, "16008", 1)]


async def test_telegram_asks_which_number_when_there_are_several(gateway: Gateway) -> None:
    conversation = await someone()
    cards = [
        {"name": "A", "phones": [{"label": "16008", "href": "tel:16008"}], "report": {"title": FAILED, "payload": "a"}},
        {"name": "B", "phones": [], "report": None},
        {"name": "C", "phones": []},
    ]
    reply = {"text": "Call", "language": "en", "contacts": cards}
    message = await sync_to_async(services.say)(conversation=conversation, author="bot", reply=reply, now=timezone.now())
    assert reports(message) == [{"name": "A · 16008", "title": FAILED, "payload": "a"}]
    markup = keyboard(message, "Sources")
    assert markup is not None
    assert [button.callback_data for row in markup.inline_keyboard for button in row] == [f"n:{message.pk}"]


async def test_a_press_in_telegram_reports_the_only_number_and_asks_which_of_several(gateway: Gateway, monkeypatch: Any) -> None:
    from types import SimpleNamespace
    from unittest.mock import AsyncMock

    from bot.telegram.application import TelegramChannel
    from safar.settings import read_settings

    known = read_settings({"TELEGRAM_BOT_TOKEN": "1:" + "a" * 35, "SAFAR_VAR": str(services.settings().var)})
    channel = TelegramChannel(known, gateway)
    monkeypatch.setattr(channel, "deliver", AsyncMock())
    conversation = await someone(channel="telegram", address="77")

    async def shown(*identifiers: str) -> str:
        cards = [
            {"name": name, "phones": [], "report": {"title": FAILED, "payload": press(name).payload}} for name in identifiers
        ]
        reply = {"text": "Call", "language": "en", "contacts": cards}
        message = await sync_to_async(services.say)(conversation=conversation, author="bot", reply=reply, now=timezone.now())
        return f"n:{message.pk}"

    async def pressed(data: str, number: int) -> None:
        await channel._on_button(
            SimpleNamespace(  # type: ignore[arg-type]
                update_id=number,
                callback_query=SimpleNamespace(data=data, answer=AsyncMock()),
                effective_chat=SimpleNamespace(id=77),
                effective_user=SimpleNamespace(language_code="en"),
            ),
            None,  # type: ignore[arg-type]
        )

    await pressed(await shown(MINISTRY), 1)
    assert await tasks() == [(MINISTRY, "16008", 1)]
    await pressed(await shown(MINISTRY, "qa-emergency-national-command-centre"), 2)
    asked = await conversation.messages.alast()
    assert asked is not None
    assert (asked.text, [button["title"] for button in asked.body["buttons"]]) == (
        "Which number did not work?",
        [MINISTRY, "qa-emergency-national-command-centre"],
    )
    await pressed(f"b:{asked.pk}:1", 3)
    assert {identifier for identifier, _, _ in await tasks()} == {MINISTRY, "qa-emergency-national-command-centre"}
