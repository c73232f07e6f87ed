"""Every change to a case. Each function is one transaction and leaves one event."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from bot import live
from bot.bundles import composer_for
from bot.models import Conversation, Message
from bot.services import blank_letters, say, take_over
from bot.services import hand_back as give_back
from console.cases.models import Case, CaseEvent

MAX_REPLY_CHARACTERS = 4000
TAKEN_OVER, REPLIED, HANDED_BACK, CLOSED = "taken over", "replied", "handed back", "closed"


class CaseClosed(Exception):
    """The case was closed meanwhile; nothing was changed."""


class HeldByAnother(Exception):
    """The conversation is not this operator's; nothing was changed.

    Attributes:
        holder: who has it, or None when nobody has.
    """

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.holder = case.held_by


@transaction.atomic
def open_case(
    *,
    conversation: Conversation,
    reason: str,
    topic: str | None,
    urgent: bool,
    evidence: list[str],
    now: datetime,
    about: str = "",
) -> tuple[Case, bool]:
    """Open a case, or raise the one that is open; return it and whether it is new.

    A case never becomes less urgent here: only an operator can lower it.

    Args:
        about: the group of the menu that the person chose as the reason, or an empty string.
    """
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    priority = Case.Priority.URGENT if urgent else Case.Priority.LOW if reason == Case.Reason.OUTAGE else Case.Priority.NORMAL
    letter = _last_letter(conversation) if reason == Case.Reason.COMPLAINT else None
    known = conversation.cases.open().first()  # type: ignore[attr-defined]
    if known:
        _raise(known, reason=reason, priority=priority, topic=topic, evidence=evidence, now=now)
        if about and about != known.about:
            known.about = about
            known.save(update_fields=["about"])
        if letter:
            known.letter = letter
            known.save(update_fields=["letter"])
            record(known, "letter", now=now)
        return known, False
    case = Case.objects.create(
        conversation=conversation,
        reason=reason,
        priority=priority,
        topic=topic or "",
        about=about,
        language=conversation.language,
        country=conversation.country,
        evidence=evidence,
        letter=letter,
        opened_at=now,
    )
    record(case, "opened", reason, now=now)
    return case, True


def _last_letter(conversation: Conversation) -> Message | None:
    """The message with the letter that the person has just agreed to send."""
    return conversation.messages.filter(author=Message.Author.BOT, body__has_key="letters").last()


@transaction.atomic
def delete_letters(*, conversation: Conversation, now: datetime) -> None:
    """The person has deleted their complaint: its letters go from the conversation and from a case they were sent with."""
    blank_letters(conversation=conversation, instead=composer_for(conversation).say("utter_complaint_deleted")["text"])
    for case in Case.objects.select_for_update().filter(conversation=conversation, letter__isnull=False):
        case.letter = None
        case.save(update_fields=["letter"])
        record(case, "letter deleted", "by the person", now=now)


def _raise(case: Case, *, reason: str, priority: int, topic: str | None, evidence: list[str], now: datetime) -> None:
    more = [text for text in evidence if text not in case.evidence]
    if priority >= case.priority and not more:
        return
    if priority < case.priority:
        case.priority, case.reason, case.topic = priority, reason, topic or case.topic
        record(case, "raised", reason, now=now)
    case.evidence = [*case.evidence, *more][:20]
    case.save(update_fields=["priority", "reason", "topic", "evidence"])


def record(case: Case, step: str, detail: str = "", *, by: AbstractBaseUser | None = None, now: datetime) -> None:
    """Leave one event in the life of a case."""
    CaseEvent.objects.create(case=case, step=step, detail=detail[:200], by=by, at=now)  # type: ignore[misc]


def _locked(case: Case) -> Case:
    row = Case.objects.select_for_update().select_related("conversation").get(pk=case.pk)
    if row.status == Case.Status.CLOSED:
        raise CaseClosed(row.reference)
    return row


@transaction.atomic
def take(*, case: Case, by: AbstractBaseUser, now: datetime) -> None:
    """Take over the conversation: the bot is quiet from here on, and the person is told.

    Raises:
        CaseClosed, HeldByAnother: nothing was changed.
    """
    row = _locked(case)
    notice = composer_for(row.conversation).say("notice_operator_joined")
    if not take_over(conversation=row.conversation, operator=by, notice=notice, now=now):
        raise HeldByAnother(row)
    row.status, row.operator, row.told_at = Case.Status.WITH_PERSON, by, None  # type: ignore[assignment]
    row.save(update_fields=["status", "operator", "told_at"])
    record(row, TAKEN_OVER, by=by, now=now)
    _wake(row)


@transaction.atomic
def reply(*, case: Case, text: str, by: AbstractBaseUser, now: datetime) -> Message:
    """Send an operator's words to the person.

    Raises:
        ValueError: the text is empty or longer than 4,000 characters.
        CaseClosed, HeldByAnother: nothing was sent.
    """
    text = text.strip()
    if not 0 < len(text) <= MAX_REPLY_CHARACTERS:
        raise ValueError(f"Write between 1 and {MAX_REPLY_CHARACTERS} characters.")
    row = _locked(case)
    conversation = row.conversation
    if row.held_by != by:
        raise HeldByAnother(row)
    message = say(
        conversation=conversation, author=Message.Author.OPERATOR, reply=composer_for(conversation).message(text), now=now
    )
    record(row, REPLIED, by=by, now=now)
    _wake(row)
    return message


@transaction.atomic
def hand_back(*, case: Case, by: AbstractBaseUser, close: bool, now: datetime, seen: int | None = None) -> None:
    """Give the conversation back to the bot, and close the case or leave it waiting.

    What a colleague is in the middle of is not ended for them, unless by who may change the desk.

    Args:
        seen: the last message on the operator's screen; what the person wrote after it, the bot answers.

    Raises:
        CaseClosed, HeldByAnother: nothing was changed.
    """
    row = _locked(case)
    if not row.may_be_ended_by(by):
        raise HeldByAnother(row)
    notice = composer_for(row.conversation).say("notice_operator_left")
    give_back(conversation=row.conversation, notices=[notice], now=now, seen=seen)
    row.status = Case.Status.CLOSED if close else Case.Status.WAITING
    row.closed_at = now if close else None
    row.save(update_fields=["status", "closed_at"])
    record(row, CLOSED if close else HANDED_BACK, by=by, now=now)
    _wake(row)


def _wake(case: Case) -> None:
    transaction.on_commit(lambda: live.notify(case.conversation_id))
