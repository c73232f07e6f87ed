"""Every change to conversations and messages. Each function is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from bot.models import Conversation, Feedback, Forgotten, Message, Ticks
from safar.languages import best_language, countries, languages
from safar.places import find_city
from safar.replies import Message as Reply
from safar.settings import settings

MAX_CHARACTERS = 4000
# Moves `tried_at` so far back that the next round of retries takes the message.
_AT_ONCE = timedelta(hours=1)


class TooFast(Exception):
    """The person has sent more than the limit; `wait_s` is how long until the next message is taken."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"wait {wait_s} s")
        self.wait_s = wait_s


@dataclass(frozen=True)
class Incoming:
    """What arrived on a channel, the same for all of them.

    Attributes:
        text: what was typed, or the title of the pressed button.
        payload: the button's payload (`/topic{...}`), or an empty string.
        client_id: the channel's own id of the message; the same one twice is answered once.
    """

    text: str
    payload: str = ""
    client_id: str = ""


@transaction.atomic
def start_conversation(
    *,
    channel: str,
    now: datetime,
    address: str = "",
    wanted_languages: list[str] | None = None,
    country: str | None = None,
    nationality: str | None = None,
) -> tuple[Conversation, str]:
    """Begin a conversation and return it with its bearer token, which is not kept.

    A channel that has addresses gets the conversation of that address when there is one; the token returned then opens nothing.
    """
    token, digest = Conversation.new_token()
    defaults = {
        "token_digest": digest,
        "language": best_language(wanted_languages or []),
        "country": known_country(country),
        "nationality": known_country(nationality),
        "created_at": now,
        "last_message_at": now,
    }
    if not address:
        return Conversation.objects.create(channel=channel, **defaults), token
    conversation, _ = Conversation.objects.get_or_create(channel=channel, address=address, defaults=defaults)
    return conversation, token


def known_country(code: str | None) -> str:
    """The ISO 3166 code in capitals, or an empty string when there is no such country."""
    upper = (code or "").upper()
    return upper if upper in countries() else ""


@transaction.atomic
def change_profile(
    *,
    conversation: Conversation,
    language: str | None = None,
    country: str | None = None,
    nationality: str | None = None,
    city: str | None = None,
) -> None:
    """Set what is given and known; anything else stays as it was, but a city ends with its country."""
    changed = []
    if language in languages():
        conversation.language = language
        changed.append("language")
    for name, code in (("country", country), ("nationality", nationality)):
        if known_country(code):
            setattr(conversation, name, known_country(code))
            changed.append(name)
    found = find_city(conversation.country, city or conversation.city) if city or conversation.city else None
    name = found.name if found else ""
    if name != conversation.city:
        conversation.city = name
        changed.append("city")
    if changed:
        conversation.save(update_fields=changed)


@transaction.atomic
def accept(*, conversation: Conversation, incoming: Incoming, now: datetime) -> tuple[Message, bool]:
    """Store a person's message, before anything is done with it; return it and whether it is new.

    Raises:
        TooFast, Conversation.DoesNotExist: nothing was stored.
    """
    if incoming.client_id:
        known = conversation.messages.filter(client_id=incoming.client_id).first()
        if known:
            return known, False
    _check_rate(conversation, now)
    if not Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now):
        raise Conversation.DoesNotExist
    message = Message.objects.create(
        conversation=conversation,
        author=Message.Author.PERSON,
        text=incoming.text[:MAX_CHARACTERS],
        body={"payload": incoming.payload} if incoming.payload else {},
        client_id=incoming.client_id,
        state=Message.State.RECEIVED,
        tried_at=now,
        at=now,
    )
    return message, True


def _check_rate(conversation: Conversation, now: datetime) -> None:
    limit = settings().rate_per_minute
    window = timedelta(minutes=1)
    recent = conversation.messages.filter(author=Message.Author.PERSON, at__gt=now - window).order_by("-at")
    moments = list(recent.values_list("at", flat=True)[:limit])
    if len(moments) >= limit:
        raise TooFast(max(1, int((moments[-1] + window - now).total_seconds()) + 1))


@transaction.atomic
def record_replies(
    *,
    message: Message,
    replies: list[Reply],
    understood: dict[str, Any] | None,
    profile: dict[str, str | None],
    epoch: int,
    now: datetime,
    answered: bool = True,
) -> list[Message]:
    """Store what the assistant said to a message, unless a person has taken over meanwhile.

    Args:
        epoch: the conversation's `epoch` when the turn began.
        answered: False when these are only words for the wait; the message is answered later.

    Returns:
        The stored replies; none when an operator holds the conversation, or held it meanwhile (then the message waits for
        another try), or the message was answered already.
    """
    conversation = Conversation.objects.select_for_update().get(pk=message.conversation_id)
    current = Message.objects.get(pk=message.pk)
    current.understood = understood or current.understood
    if current.state == Message.State.ANSWERED:
        return []
    if conversation.holder != Conversation.Holder.BOT:
        current.state = Message.State.HELD
        current.save(update_fields=["state", "understood"])
        return []
    if conversation.epoch != epoch:  # taken over and handed back during the turn: the bot still owes an answer
        current.tried_at = now - _AT_ONCE
        current.save(update_fields=["tried_at", "understood"])
        return []
    if answered:
        current.state = Message.State.ANSWERED
    current.save(update_fields=["state", "understood"])
    change_profile(conversation=conversation, **profile)
    return [_store(conversation, Message.Author.BOT, reply, message=current, now=now) for reply in replies]


@transaction.atomic
def hold(*, message: Message) -> bool:
    """Leave a message to the person who has taken over; False when the bot has the conversation again meanwhile."""
    conversation = Conversation.objects.select_for_update().get(pk=message.conversation_id)
    if conversation.holder != Conversation.Holder.OPERATOR:
        return False
    Message.objects.filter(pk=message.pk, state=Message.State.RECEIVED).update(state=Message.State.HELD)
    return True


@transaction.atomic
def say(*, conversation: Conversation, author: str, reply: Reply, now: datetime, keeps_alive: bool = True) -> Message:
    """Store a message of the bot or an operator that answers no message in particular.

    Args:
        keeps_alive: it counts as activity, from which the days until deletion are counted.
    """
    return _store(conversation, author, reply, message=None, now=now, keeps_alive=keeps_alive)


def _store(
    conversation: Conversation, author: str, reply: Reply, *, message: Message | None, now: datetime, keeps_alive: bool = True
) -> Message:
    body = {name: value for name, value in reply.items() if name != "text"}
    # On the web a stored message is as good as delivered: the widget asks for what it has not seen.
    delivered = now if conversation.channel == Conversation.Channel.WEB else None
    if keeps_alive:
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now)
    return Message.objects.create(
        conversation=conversation,
        author=author,
        text=reply["text"],
        body=body,
        replies_to=message,
        delivered_at=delivered,
        at=now,
    )


@transaction.atomic
def blank_letters(*, conversation: Conversation, instead: str) -> None:
    """Put other words in place of every letter of a conversation, as text and as files: the links then open nothing.

    The texts of a letter are the other replies to the message that its files answer.
    """
    made = conversation.messages.filter(body__has_key="letters")
    files, asked = list(made.values_list("pk", flat=True)), list(made.values_list("replies_to", flat=True))
    for message in conversation.messages.filter(Q(pk__in=files) | Q(replies_to__in=[pk for pk in asked if pk])):
        message.text = instead
        message.body.pop("letters", None)
        message.save(update_fields=["text", "body"])


@transaction.atomic
def take_over(*, conversation: Conversation, operator: AbstractBaseUser, notice: Reply, now: datetime) -> bool:
    """Give the conversation to an operator; return False when another one has it already.

    From here on no reply of the bot is stored, not even one that was begun before.
    """
    row = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if row.holder == Conversation.Holder.OPERATOR and row.operator_id:  # an account that was deleted holds nothing
        return bool(row.operator_id == operator.pk)
    row.holder, row.operator, row.epoch = Conversation.Holder.OPERATOR, operator, row.epoch + 1  # type: ignore[assignment]
    row.save(update_fields=["holder", "operator", "epoch"])
    _store(row, Message.Author.BOT, notice, message=None, now=now)
    return True


@transaction.atomic
def hand_back(*, conversation: Conversation, notices: list[Reply], now: datetime, seen: int | None = None) -> bool:
    """Give the conversation back to the bot; return False when the bot has it already.

    Args:
        seen: the last message the operator has read; messages held after it are answered by the bot. None: all were read.
    """
    row = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if row.holder == Conversation.Holder.BOT:
        return False
    row.holder, row.operator, row.epoch = Conversation.Holder.BOT, None, row.epoch + 1
    row.save(update_fields=["holder", "operator", "epoch"])
    for notice in notices:
        _store(row, Message.Author.BOT, notice, message=None, now=now)
    if seen is not None:
        unread = row.messages.filter(state=Message.State.HELD, pk__gt=seen)
        unread.update(state=Message.State.RECEIVED, tried_at=now - _AT_ONCE)
    return True


@transaction.atomic
def claim_unanswered(*, now: datetime, older_than: timedelta, limit: int = 20) -> list[Message]:
    """Messages that were taken but never answered (the assistant or this process was away), for another try.

    Each is claimed by moving its `tried_at`, so that two processes do not try the same one.
    """
    waiting: QuerySet[Message] = Message.objects.filter(
        state=Message.State.RECEIVED, author=Message.Author.PERSON, tried_at__lt=now - older_than
    ).order_by("id")
    claimed = []
    for message in waiting[:limit]:
        if Message.objects.filter(pk=message.pk, tried_at=message.tried_at).update(tried_at=now):
            claimed.append(message)
    return claimed


@transaction.atomic
def forget(*, conversation: Conversation) -> None:
    """Delete a conversation with its messages and cases, and note that the assistant has still to do so."""
    Forgotten.objects.get_or_create(conversation=conversation.pk)
    Conversation.objects.filter(pk=conversation.pk).delete()


def empty_write_ahead_log() -> None:
    """Write SQLite's log back and cut it off: until then it still holds what was deleted. Other databases have their own way."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@transaction.atomic
def count_feedback(*, topic: str, language: str, helped: bool, now: datetime) -> None:
    """Add one to a month's count for an answer. Whose voice it was is not kept."""
    row, _ = Feedback.objects.get_or_create(month=now.date().replace(day=1), topic=topic, language=language)
    name = "helped" if helped else "missed"
    Feedback.objects.filter(pk=row.pk).update(**{name: F(name) + 1})


def known_about(*, conversation: Conversation) -> dict[str, Any]:
    """What is kept about a person, for them to read: counts and dates, no texts."""
    case = conversation.cases.open().first()  # type: ignore[attr-defined]
    ticks = Ticks.objects.filter(conversation=conversation).first()
    last = conversation.last_message_at + timedelta(days=settings().retention_days)
    return {
        "messages": conversation.messages.count(),
        "case": case.reference if case else "",
        "ticks": len(ticks.done) if ticks else 0,
        "reminding": bool(ticks and ticks.remind_of),
        "is_telegram": conversation.channel == Conversation.Channel.TELEGRAM,
        "deleted_on": last.date().isoformat(),
    }
