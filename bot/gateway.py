"""The way of a message: take it, hand it to the assistant or leave it to the operator, keep what is said."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from bot import live, positions, services
from bot.assistant import Assistant, AssistantAway, Turn
from bot.bundles import composer_for
from bot.models import Conversation, Forgotten, Message
from bot.services import Incoming
from console.cases.services import open_case
from console.directory.services import report_number
from safar.cards import reported_contact
from safar.directory import Contact
from safar.geography import Position
from safar.replies import DANGER_KINDS, Composer
from safar.replies import Message as Reply
from safar.topics import catalogue

logger = logging.getLogger(__name__)

# A message that nobody answered in this time is tried again; a turn takes at most ten seconds.
RETRY_AFTER = timedelta(seconds=12)
_TRIES = 3  # of a message that fails by itself; then it is left to a person


class Gateway:
    """One a process. Messages of one conversation are handled one after the other, in the order they came.

    Another process has locks of its own. It takes up a message whose `tried_at` in the database is older than
    `RETRY_AFTER`; of two turns for one message only one's replies are kept.
    """

    def __init__(self, assistant: Assistant | None = None) -> None:
        self.assistant = assistant or Assistant()
        self._turns: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failures: Counter[int] = Counter()

    async def receive(self, conversation: Conversation, incoming: Incoming) -> list[Message]:
        """Take a message and return the replies to it, stored.

        The same `client_id` twice gives the same replies and no second turn.

        A conversation that is deleted meanwhile gets none.

        Raises:
            services.TooFast: the message was not taken.
        """
        try:
            accept = sync_to_async(services.accept)
            message, is_new = await accept(conversation=conversation, incoming=incoming, now=timezone.now())
        except Conversation.DoesNotExist:
            return []
        live.notify(conversation.pk)
        async with self._turn(conversation.pk):
            if not is_new:
                return [reply async for reply in message.replies.all()]
            return await self.answer(message)

    async def receive_position(self, conversation: Conversation, position: Position, client_id: str = "") -> list[Message]:
        """Take a shared position: the country and the town are remembered, and for who is in danger the position itself.

        Raises:
            services.TooFast: the message was not taken.
        """
        found = await sync_to_async(positions.take)(conversation=conversation, position=position, client_id=client_id)
        replies = await self.receive(conversation, found.incoming)
        if not found.is_kept:
            return replies
        notice = await sync_to_async(services.say)(
            conversation=conversation, author=Message.Author.BOT, reply=found.notice, now=timezone.now()
        )
        return [*replies, notice]

    def _turn(self, conversation: UUID) -> asyncio.Lock:
        if len(self._turns) > 10_000:  # locks nobody holds are only memory
            self._turns = defaultdict(asyncio.Lock, {key: lock for key, lock in self._turns.items() if lock.locked()})
        return self._turns[conversation]

    async def answer(self, message: Message) -> list[Message]:
        """One turn for a stored message; no replies when its conversation is deleted meanwhile."""
        try:
            return await self._answer(message)
        except Conversation.DoesNotExist:
            # Another process, with locks of its own, may have deleted it before the assistant kept this turn.
            await self._forget(Conversation(pk=message.conversation_id))
            return []

    async def _answer(self, message: Message) -> list[Message]:
        conversation = await Conversation.objects.aget(pk=message.conversation_id)
        reported = reported_contact(message.body.get("payload", ""))
        if reported:
            return await self._take_report(conversation, message, reported)
        if conversation.holder == Conversation.Holder.OPERATOR:
            return await self._leave_to_operator(conversation, message)
        try:
            turn = await self.assistant.turn(
                conversation=str(conversation.pk),
                text=message.body.get("payload") or _as_text(message.text),
                message_id=str(message.pk),
                profile=_profile(conversation),
                sent_at=message.at.timestamp(),
                answered=await _topics_before(message).aexists(),
            )
        except AssistantAway as error:
            logger.error("assistant.away conversation=%s error=%s", conversation.pk, error)
            return await self._say_unavailable(conversation, message)
        if not turn.messages:
            turn = await self._without_actions(conversation, message)
        return await self._keep(conversation, message, turn)

    async def _keep(self, conversation: Conversation, message: Message, turn: Turn) -> list[Message]:
        stored: list[Message] = await sync_to_async(_record)(conversation, message, turn)
        if turn.understood and turn.understood["urgent"]:
            await self._ensure_case(conversation, turn.understood)
        if turn.forget:
            await self._forget(conversation)
        live.notify(conversation.pk)
        return stored

    async def _ensure_case(self, conversation: Conversation, understood: dict[str, Any]) -> None:
        """The action has opened a case already; if it could not, or the topic has no action, this does."""
        topic = understood["topic"] if understood["topic"] in catalogue().topics else None
        await sync_to_async(open_case)(
            conversation=conversation,
            reason="danger",
            topic=topic,
            urgent=True,
            evidence=understood["evidence"],
            now=timezone.now(),
        )

    async def _take_report(self, conversation: Conversation, message: Message, contact_id: str) -> list[Message]:
        """A number did not work: a task for who keeps the entry, thanks for the person. The assistant is not asked."""
        composer = await sync_to_async(composer_for)(conversation)
        contact = next(iter(composer.contacts_by_id([contact_id])), None)
        said_before = conversation.messages.filter(body__payload=message.body["payload"], pk__lt=message.pk)
        if contact and not await said_before.aexists():
            await sync_to_async(report_number)(contact=contact, now=timezone.now())
        reply = after_report(composer, contact) if contact else composer.say("utter_menu", buttons=composer.menu_buttons())
        return await self._keep(conversation, message, Turn([reply], None, {}, False))

    async def _leave_to_operator(self, conversation: Conversation, message: Message) -> list[Message]:
        """Nothing is said while a person holds the conversation; a message that speaks of danger makes its case urgent."""
        if not await sync_to_async(services.hold)(message=message):
            return await self.answer(message)  # handed back in this very moment
        try:
            understood = await self.assistant.parse(message.text, _profile(conversation))
        except AssistantAway:
            understood = None
        if understood:
            await Message.objects.filter(pk=message.pk).aupdate(understood=understood)
        if understood and understood["urgent"]:
            await self._ensure_case(conversation, understood)
        live.notify(conversation.pk)
        return []

    async def _say_unavailable(self, conversation: Conversation, message: Message) -> list[Message]:
        """The assistant is away: emergency numbers, a case, and the message kept for when it is back."""
        if await message.replies.aexists():  # said before; a second try failed as well
            return []
        composer = await sync_to_async(composer_for)(conversation)
        turn = Turn(unavailable(composer), None, {}, False)
        stored: list[Message] = await sync_to_async(_record)(conversation, message, turn, answered=False)
        await sync_to_async(open_case)(
            conversation=conversation, reason="outage", topic=None, urgent=False, evidence=[], now=timezone.now()
        )
        live.notify(conversation.pk)
        return stored

    async def _without_actions(self, conversation: Conversation, message: Message) -> Turn:
        """The assistant said nothing (its action server is away): the answer from the bundle, and the hotlines."""
        composer = await sync_to_async(composer_for)(conversation)
        try:
            understood = await self.assistant.parse(message.body.get("payload") or message.text, _profile(conversation))
        except AssistantAway:
            return Turn(unavailable(composer), None, {}, False)
        logger.error("actions.away conversation=%s topic=%s", conversation.pk, understood["topic"])
        topic = catalogue().topics.get(understood["topic"] or "")
        kinds = topic.contacts if topic else ()
        answer = composer.answer(topic.id) if topic else [composer.say("utter_not_understood", buttons=composer.menu_buttons())]
        replies = (
            [*composer.danger_in_full(kinds), *answer]
            if understood["urgent"] or (topic and topic.urgent)
            else [*answer, *composer.danger_in_full(kinds)]
        )
        return Turn(replies, understood, {}, False)

    async def retry_unanswered(self) -> int:
        """Answer messages that were taken but never answered; return how many were tried."""
        if not await self.assistant.is_there():
            return 0
        waiting = await sync_to_async(services.claim_unanswered)(now=timezone.now(), older_than=RETRY_AFTER)
        for message in waiting:
            try:
                async with self._turn(message.conversation_id):
                    # Its own turn may have been waiting in the queue before us.
                    if await Message.objects.filter(pk=message.pk, state=Message.State.RECEIVED).aexists():
                        await self.answer(message)
            except OperationalError:  # the database is away: no message is to blame
                raise
            except Exception:  # what nobody foresaw in one message must not keep all others from their answer
                logger.exception("message.failed message=%s", message.pk)
                await self._after_failure(message)
        return len(waiting)

    async def _after_failure(self, message: Message) -> None:
        """Numbers and a case at once; after some tries the message is left to who takes the case."""
        self._failures[message.pk] += 1
        if self._failures[message.pk] >= _TRIES:
            del self._failures[message.pk]
            await Message.objects.filter(pk=message.pk, state=Message.State.RECEIVED).aupdate(state=Message.State.HELD)
        conversation = await Conversation.objects.filter(pk=message.conversation_id).afirst()
        if conversation:
            await self._say_unavailable(conversation, message)

    async def forget(self, conversation: Conversation) -> None:
        """Delete a conversation here at once, and in the assistant as soon as it is there and no turn is under way."""
        await self._delete(conversation)
        async with self._turn(conversation.pk):  # a turn that ends later would be kept again
            await self._forget(conversation)

    async def _forget(self, conversation: Conversation) -> None:
        """The same for a conversation whose turn the caller holds."""
        await self._delete(conversation)
        await self._forget_in_assistant(conversation.pk)
        await sync_to_async(services.empty_write_ahead_log)()

    async def _delete(self, conversation: Conversation) -> None:
        await sync_to_async(services.forget)(conversation=conversation)
        live.notify(conversation.pk)

    async def _forget_in_assistant(self, identity: UUID) -> bool:
        try:
            await self.assistant.forget(str(identity))
        except AssistantAway as error:
            logger.warning("assistant.not_forgotten_yet conversation=%s error=%s", identity, error)
            return False
        await Forgotten.objects.filter(conversation=identity).adelete()
        return True

    async def finish_forgetting(self) -> None:
        """Delete in the assistant what was deleted here while it was away."""
        waiting = [forgotten.conversation async for forgotten in Forgotten.objects.all()[:100]]
        for identity in waiting:
            async with self._turn(identity):
                if not await self._forget_in_assistant(identity):
                    return
        if waiting:
            await sync_to_async(services.empty_write_ahead_log)()


def _record(conversation: Conversation, message: Message, turn: Turn, *, answered: bool = True) -> list[Message]:
    """Store a turn's replies, with what centres have to say in front when there is an answer or a contact among them."""
    replies = turn.messages
    # A button of somebody's own making may carry anything.
    profile = {name: value for name, value in turn.profile.items() if isinstance(value, str)}
    if any(reply.get("topic") or reply.get("contacts") for reply in replies):
        replies = [*composer_for(conversation, profile).notices(timezone.now()), *replies]
    return services.record_replies(
        message=message,
        replies=replies,
        understood=turn.understood,
        profile=dict(profile),
        epoch=conversation.epoch,
        now=timezone.now(),
        answered=answered,
    )


def after_report(composer: Composer, failed: Contact) -> Reply:
    """Thanks for telling that a number did not work, with other numbers for the same need."""
    kinds = dict.fromkeys((failed.kind,) if failed.kind in DANGER_KINDS else (failed.kind, "migrant_helpline"))
    found = composer.bundle.find_contacts(kinds, composer.country or failed.country, composer.nationality)
    others = [contact for contact in found if contact.id != failed.id and (contact.phones or contact.text_channels)]
    thanks = composer.say("notice_number_reported", buttons=composer.after_report_buttons())
    return {**thanks, "contacts": [composer.card(contact) for contact in others[:3]]}


def unavailable(composer: Composer) -> list[Reply]:
    """What is said when nothing else can be: that the message is kept, and the emergency numbers."""
    return composer.with_numbers("notice_unavailable")


def too_fast(composer: Composer, wait_s: int) -> str:
    """Why, how long, and the numbers for who is in danger: nobody is turned away without them."""
    notice = composer.bundle.string("notice_too_fast", composer.language, seconds=wait_s)
    numbers = [phone["label"] for card in composer.danger()["contacts"] for phone in card["phones"]]
    return f"{notice} {', '.join(numbers)}".strip()


def _topics_before(message: Message) -> QuerySet[Message]:
    """The answers to topics that stand before a message."""
    said = Message.objects.filter(conversation_id=message.conversation_id, pk__lt=message.pk)
    return said.filter(body__topic__in=list(catalogue().topics))


def _profile(conversation: Conversation) -> dict[str, str | None]:
    return {
        "language": conversation.language,
        "country": conversation.country or None,
        "nationality": conversation.nationality or None,
        "city": conversation.city or None,
    }


def _as_text(text: str) -> str:
    """What a person typed is never taken for a button: Rasa reads a text that begins with a slash as one."""
    return text.lstrip("/ ") or "?" if text.lstrip().startswith("/") else text
