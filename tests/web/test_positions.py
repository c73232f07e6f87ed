"""A shared position becomes a country and a town, and stays itself only for who is in danger."""

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.utils import timezone

from bot import api, services
from bot.gateway import Gateway
from bot.models import Conversation
from console.cases.services import open_case
from tests.web.conftest import FakeAssistant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

DOHA = (25.2854, 51.5310)
ATLANTIC = (29.61, -28.0)


@pytest.fixture
def conversation(transactional_db: None) -> Conversation:
    made, _ = services.start_conversation(channel="web", now=timezone.now(), wanted_languages=["ar"])
    return made


@pytest.fixture
def gateway(assistant: FakeAssistant) -> Gateway:
    return Gateway(assistant)  # type: ignore[arg-type]


async def texts(conversation: Conversation) -> list[str]:
    return [message.text async for message in conversation.messages.filter(author="person")]


async def test_the_town_is_remembered_and_the_position_is_not(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    await gateway.receive_position(conversation, DOHA, "1")
    await conversation.arefresh_from_db()
    assert (conversation.country, conversation.city) == ("QA", "Doha")
    assert assistant.turns[0]["text"] == '/change_country{"source": "position", "country": "QA", "city": "Doha"}'
    assert assistant.turns[0]["profile"]["city"] == "Doha"
    assert await texts(conversation) == ["📍 الدوحة, قطر"]


async def test_on_the_high_seas_nothing_is_guessed(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    await gateway.receive_position(conversation, ATLANTIC)
    await conversation.arefresh_from_db()
    assert (conversation.country, conversation.city) == ("", "")
    assert assistant.turns[0]["text"] == '/change_country{"source": "position"}'
    assert await texts(conversation) == ["📍"]


async def test_who_is_in_danger_keeps_the_position_for_the_rescuers(gateway: Gateway, conversation: Conversation) -> None:
    await sync_to_async(open_case)(
        conversation=conversation, reason="danger", topic=None, urgent=True, evidence=[], now=timezone.now()
    )
    replies = await gateway.receive_position(conversation, ATLANTIC, "1")
    assert await texts(conversation) == ["📍 (29.61000, -28.00000)"]
    assert "29.61000, -28.00000" in replies[-1].text
    again = await gateway.receive_position(conversation, ATLANTIC, "1")
    assert [reply.pk for reply in again] == [replies[0].pk]


async def test_with_the_assistant_away_the_numbers_are_those_of_the_position(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    assistant.is_away = True
    (reply,) = await gateway.receive_position(conversation, DOHA)
    assert reply.body["contacts"][0]["phones"] == [{"label": "999", "href": "tel:999"}]


async def test_a_city_ends_with_its_country(gateway: Gateway, conversation: Conversation) -> None:
    await gateway.receive_position(conversation, DOHA)
    await conversation.arefresh_from_db()
    await sync_to_async(services.change_profile)(conversation=conversation, country="MY")
    assert (conversation.country, conversation.city) == ("MY", "")
    await sync_to_async(services.change_profile)(conversation=conversation, city="Nowhere")
    assert conversation.city == ""


@pytest.mark.parametrize(
    ("position", "status"),
    [
        ({"latitude": 25.2854, "longitude": 51.531}, 200),
        ({"latitude": 91, "longitude": 0}, 422),
        ({"latitude": 25.2854}, 422),
    ],
)
async def test_a_position_through_the_api(
    gateway: Gateway, position: dict[str, float], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_gateway", gateway)
    client = AsyncClient()
    opened = (await client.post("/api/v1/conversations", {"language": "en"}, content_type="application/json")).json()
    answer = await client.post(
        f"/api/v1/conversations/{opened['id']}/messages",
        {"position": position},
        content_type="application/json",
        headers={"Authorization": f"Bearer {opened['token']}"},
    )
    assert answer.status_code == status
    assert status != 200 or (answer.json()["country"], answer.json()["city"]) == ("QA", "Doha")
