"""The way of a message through the gateway: kept before anything else, answered once, left to the operator who took over."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.utils import timezone

from bot import api, services
from bot.background import Background
from bot.gateway import Gateway
from bot.models import Conversation, Forgotten, Message
from bot.services import Incoming, TooFast
from console.cases.models import Case
from tests.web.conftest import NOW, FakeAssistant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]


@pytest.fixture
def conversation(transactional_db: None) -> Conversation:
    made, _ = services.start_conversation(channel="web", now=timezone.now(), wanted_languages=["en"], country="QA")
    return made


@pytest.fixture
def gateway(assistant: FakeAssistant) -> Gateway:
    return Gateway(assistant)  # type: ignore[arg-type]


@sync_to_async
def operator() -> Any:
    return get_user_model().objects.get_or_create(username="operator")[0]


async def test_a_message_is_answered_and_both_are_kept(gateway: Gateway, conversation: Conversation) -> None:
    replies = await gateway.receive(conversation, Incoming("hello", client_id="1"))
    assert [reply.text for reply in replies] == ["reply 1"]
    kept = [message async for message in conversation.messages.all()]
    assert [(m.author, m.text, m.state) for m in kept] == [("person", "hello", "answered"), ("bot", "reply 1", "")]
    assert kept[0].understood["topic"] == "wages_unpaid"


async def test_the_same_message_twice_is_answered_once(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    first = await gateway.receive(conversation, Incoming("hello", client_id="1"))
    second = await gateway.receive(conversation, Incoming("hello", client_id="1"))
    assert [reply.pk for reply in first] == [reply.pk for reply in second]
    assert len(assistant.turns) == 1


async def test_the_assistant_is_told_whether_a_topic_was_answered_before(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    for topic in (None, "wages_unpaid", None, None):
        assistant.topic = topic
        await gateway.receive(conversation, Incoming("hello"))
    assert [turn["answered"] for turn in assistant.turns] == [False, False, True, True]


async def test_what_is_typed_is_never_taken_for_a_button(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    await gateway.receive(conversation, Incoming("/confirm_delete"))
    await gateway.receive(conversation, Incoming("//// "))
    await gateway.receive(conversation, Incoming("Menu", payload="/help_menu"))
    assert [turn["text"] for turn in assistant.turns] == ["confirm_delete", "?", "/help_menu"]


async def test_with_the_assistant_away_numbers_and_a_case_and_the_answer_later(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    assistant.is_away = True
    (reply,) = await gateway.receive(conversation, Incoming("hello"))
    assert reply.body["contacts"][0]["phones"] == [{"label": "999", "href": "tel:999"}]
    assert await Case.objects.filter(conversation=conversation, reason="outage").acount() == 1
    assert await gateway.retry_unanswered() == 0

    assistant.is_away = False
    await Message.objects.filter(author="person").aupdate(tried_at=timezone.now() - timedelta(minutes=1))
    assert await gateway.retry_unanswered() == 1
    assert await gateway.retry_unanswered() == 0
    texts = [message.text async for message in conversation.messages.filter(author="bot")]
    assert texts[-1] == "reply 1"
    assert len(texts) == 2


async def test_a_message_that_fails_keeps_no_other_from_its_answer_and_is_left_to_a_person(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = assistant.turn

    async def fail_on_poison(**given: Any) -> Any:
        if given["text"] == "poison":
            raise TypeError("nobody foresaw this")
        return await turn(**given)

    monkeypatch.setattr(assistant, "turn", fail_on_poison)
    for text in ("poison", "hello"):
        await sync_to_async(services.accept)(conversation=conversation, incoming=Incoming(text), now=timezone.now())
    for _ in range(3):
        await Message.objects.filter(state="received").aupdate(tried_at=timezone.now() - timedelta(minutes=1))
        await gateway.retry_unanswered()
    poison, hello, *replies = [message async for message in conversation.messages.order_by("pk")]
    assert (poison.state, hello.state) == ("held", "answered")
    said = {reply.replies_to_id: reply for reply in replies}
    assert said[hello.pk].text == "reply 1"
    assert said[poison.pk].body["contacts"][0]["phones"] == [{"label": "999", "href": "tel:999"}]
    assert (await Case.objects.aget(conversation=conversation)).reason == "outage"


async def test_a_retry_behind_the_turn_of_its_message_is_no_second_turn(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    retries: list[asyncio.Task[int]] = []

    async def retry() -> None:
        assistant.meanwhile = None
        await Message.objects.aupdate(tried_at=timezone.now() - timedelta(minutes=1))
        retries.append(asyncio.create_task(gateway.retry_unanswered()))
        while await Message.objects.filter(tried_at__lt=timezone.now() - timedelta(seconds=30)).aexists():
            await asyncio.sleep(0.01)

    assistant.meanwhile = retry
    assert [reply.text for reply in await gateway.receive(conversation, Incoming("hello"))] == ["reply 1"]
    await retries[0]
    assert len(assistant.turns) == 1


async def test_what_runs_on_the_side_shares_the_gateway_of_the_process(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_gateway", gateway)
    met: list[Gateway] = []

    async def job(given: Gateway) -> None:
        met.append(given)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Background._repeat(job, 0)
    assert met == [gateway]


async def test_a_profile_of_anything_but_texts_changes_nothing(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    assistant.profile_after = {"language": ["ne"], "country": 5, "nationality": {}, "city": 7}
    assert [reply.text for reply in await gateway.receive(conversation, Incoming("hello"))] == ["reply 1"]
    await conversation.arefresh_from_db()
    assert (conversation.language, conversation.country, conversation.city) == ("en", "QA", "")


async def test_with_the_actions_away_the_answer_still_comes(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    assistant.is_silent = True
    replies = await gateway.receive(conversation, Incoming("my boss does not pay"))
    assert [reply.body["topic"] for reply in replies] == ["wages_unpaid", None]
    assert replies[1].body["contacts"][0]["kind"] == "emergency"


async def test_an_urgent_message_opens_one_case(gateway: Gateway, conversation: Conversation, assistant: FakeAssistant) -> None:
    assistant.urgent = True
    await gateway.receive(conversation, Incoming("help"))
    await gateway.receive(conversation, Incoming("help me"))
    case = await Case.objects.aget(conversation=conversation)
    assert (case.reason, case.priority, case.status) == ("danger", Case.Priority.URGENT, "new")


async def test_the_bot_is_quiet_once_a_person_has_taken_over(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    await sync_to_async(services.take_over)(
        conversation=conversation, operator=await operator(), notice={"text": "joined"}, now=NOW
    )
    assert await gateway.receive(conversation, Incoming("are you there?")) == []
    assert assistant.turns == []
    assert (await conversation.messages.aget(author="person")).state == "held"


async def test_a_reply_begun_before_the_takeover_is_dropped(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    someone = await operator()

    async def take() -> None:
        await sync_to_async(services.take_over)(conversation=conversation, operator=someone, notice={"text": "joined"}, now=NOW)

    assistant.meanwhile = take
    assert await gateway.receive(conversation, Incoming("hello")) == []
    assert [m.text async for m in conversation.messages.exclude(author="person")] == ["joined"]


async def test_a_reply_begun_before_takeover_and_hand_back_is_dropped_too(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    someone = await operator()

    async def take_and_give_back() -> None:
        await sync_to_async(services.take_over)(conversation=conversation, operator=someone, notice={"text": "joined"}, now=NOW)
        await sync_to_async(services.hand_back)(conversation=conversation, notices=[{"text": "left"}], now=NOW)

    assistant.meanwhile = take_and_give_back
    assert await gateway.receive(conversation, Incoming("hello")) == []
    assistant.meanwhile = None
    assert [r.text for r in await gateway.receive(conversation, Incoming("and now?"))] == ["reply 2"]
    assert await gateway.retry_unanswered() == 1
    hello = await conversation.messages.aget(text="hello")
    assert [reply.text async for reply in hello.replies.all()] == ["reply 3"]


async def test_danger_is_noticed_while_an_operator_holds_the_conversation(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    await sync_to_async(services.take_over)(
        conversation=conversation, operator=await operator(), notice={"text": "joined"}, now=NOW
    )
    assistant.urgent = True
    await gateway.receive(conversation, Incoming("he is here"))
    assert (await Case.objects.aget(conversation=conversation)).reason == "danger"


async def test_too_many_messages_are_refused_with_a_time(
    gateway: Gateway, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    known = replace(services.settings(), rate_per_minute=3)
    monkeypatch.setattr(services, "settings", lambda: known)
    for number in range(3):
        await gateway.receive(conversation, Incoming(f"message {number}"))
    with pytest.raises(TooFast) as refusal:
        await gateway.receive(conversation, Incoming("one more"))
    assert 1 <= refusal.value.wait_s <= 61
    assert await conversation.messages.filter(author="person").acount() == 3


async def test_forget_me_leaves_nothing_here_or_there(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    assistant.urgent = assistant.forget_after = True
    identity = str(conversation.pk)
    await gateway.receive(conversation, Incoming("delete everything"))
    for table in (Conversation, Message, Case, Forgotten):
        assert await table.objects.acount() == 0
    assert assistant.forgotten == [identity]


async def test_the_assistant_forgets_after_the_turn_that_is_under_way(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    tasks: list[asyncio.Task[None]] = []
    forgotten_in_turn: list[str] = []

    async def delete() -> None:
        tasks.append(asyncio.create_task(gateway.forget(conversation)))
        while await Conversation.objects.aexists():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        forgotten_in_turn.extend(assistant.forgotten)

    assistant.meanwhile = delete
    assert await gateway.receive(conversation, Incoming("hello")) == []
    await tasks[0]
    assert forgotten_in_turn == []
    assert assistant.forgotten[-1] == str(conversation.pk)
    assert await Forgotten.objects.acount() == 0


async def test_what_another_process_deletes_during_a_turn_is_forgotten_once_more(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    other = Gateway(assistant)  # type: ignore[arg-type]
    assistant.urgent = True
    assistant.meanwhile = lambda: other.forget(conversation)
    assert await gateway.receive(conversation, Incoming("hello")) == []
    assert assistant.forgotten == [str(conversation.pk)] * 2
    for table in (Conversation, Message, Case, Forgotten):
        assert await table.objects.acount() == 0


async def test_a_message_to_a_conversation_that_was_just_deleted_is_not_kept(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    await gateway.forget(conversation)
    assert await gateway.receive(conversation, Incoming("hello")) == []
    assert assistant.turns == []


async def test_forgetting_is_finished_when_the_assistant_is_back(
    gateway: Gateway, conversation: Conversation, assistant: FakeAssistant
) -> None:
    identity = str(conversation.pk)
    assistant.is_away = True
    await gateway.forget(conversation)
    assert await Forgotten.objects.acount() == 1
    assistant.is_away = False
    await gateway.finish_forgetting()
    assert assistant.forgotten == [identity]
    assert await Forgotten.objects.acount() == 0
