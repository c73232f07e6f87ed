"""When somebody will answer, and what a person is told when nobody has."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction

from bot import live
from bot.bundles import composer_for
from bot.models import Conversation, Message
from bot.services import hand_back as give_back
from bot.services import say
from console.cases.models import Case, CaseEvent, Desk
from console.cases.services import CLOSED, HANDED_BACK, REPLIED, TAKEN_OVER, record
from safar.errors import ContentError
from safar.hours import Calendar
from safar.settings import settings

logger = logging.getLogger(__name__)

# Shown beside the emergency number to who waits for a counsellor.
HOTLINES = ("migrant_helpline", "trafficking_hotline")
_TAKEN_BACK = "silent: the bot answers again"


@dataclass(frozen=True)
class Duty:
    """Whether a counsellor is there, and how long it takes until one answers (open) or comes (closed)."""

    is_open: bool
    wait: timedelta


def duty(country: str, now: datetime) -> Duty | None:
    """Who is there for a person in a country; None when no centre has told its hours."""
    calendar = _calendar(country)
    if calendar is None:
        return None
    opens = calendar.opens_after(now)
    if opens is None:
        return None
    return Duty(True, _patience()) if opens == now else Duty(False, opens - now)


def _calendar(country: str) -> Calendar | None:
    desk = Desk.objects.serving(country)
    try:
        return desk.calendar() if desk else None
    except (ContentError, ZoneInfoNotFoundError, ValueError) as error:
        logger.error("desk.unreadable desk=%s error=%s", desk and desk.pk, error)
        return None


def _patience() -> timedelta:
    return timedelta(minutes=settings().operator_minutes)


def tell_who_waits(now: datetime) -> int:
    """Tell people whom nobody has answered in time: that their case stays open, and the hotlines; return how many.

    While an operator holds a silent conversation, the bot takes it back first.
    """
    late = now - _patience()
    told = sum(_take_back(case, now, late) for case in _held_and_silent(late))
    return told + sum(_tell(case, now, late) for case in _not_taken(late))


def _held_and_silent(late: datetime) -> list[Case]:
    """Cases whose operator has left the person waiting since before `late`."""
    held = Case.objects.open().filter(conversation__holder=Conversation.Holder.OPERATOR)
    return [case for case in held.select_related("conversation")[:200] if _waits_since(case, late)]


def _waits_since(case: Case, late: datetime) -> bool:
    """Whether the operator came and said nothing, or has not answered what was written after their last words.

    An operator whose account was deleted will not answer at all.
    """
    if case.conversation.operator_id is None:
        return True
    last = case.events.filter(by__isnull=False).order_by("-id").first()
    if last is None or last.at >= late:
        return False
    unanswered = case.conversation.messages.filter(state=Message.State.HELD, at__gt=last.at, at__lt=late)
    return last.step == TAKEN_OVER or unanswered.exists()


def _not_taken(late: datetime) -> list[Case]:
    waiting = Case.objects.open().filter(
        status__in=(Case.Status.NEW, Case.Status.ASSIGNED),
        reason__in=(Case.Reason.DANGER, Case.Reason.WISH),
        told_at=None,
        opened_at__lt=late,
    )
    return list(waiting.filter(conversation__holder=Conversation.Holder.BOT).select_related("conversation")[:200])


@transaction.atomic
def _take_back(case: Case, now: datetime, late: datetime) -> bool:
    row = Case.objects.select_for_update().select_related("conversation").get(pk=case.pk)
    conversation = row.conversation
    if row.status == Case.Status.CLOSED or not _waits_since(row, late):
        return False
    notices = composer_for(conversation).with_numbers("notice_operator_away", HOTLINES)
    if not give_back(conversation=conversation, notices=notices, now=now, seen=_last_dealt_with(conversation)):
        return False
    row.status, row.told_at = Case.Status.WAITING, now
    row.save(update_fields=["status", "told_at"])
    return _told(row, _TAKEN_BACK, now)


def _last_dealt_with(conversation: Conversation) -> int:
    """The last message that was there when an operator answered or went, or the bot last came back; 0 without any."""
    steps = (REPLIED, HANDED_BACK, CLOSED, _TAKEN_BACK)
    last = CaseEvent.objects.filter(case__conversation=conversation, step__in=steps).last()
    seen = conversation.messages.filter(at__lte=last.at).last() if last else None
    return seen.pk if seen else 0


@transaction.atomic
def _tell(case: Case, now: datetime, late: datetime) -> bool:
    """Nobody was there all the time: outside opening hours the person has been told so already."""
    row = Case.objects.select_for_update().select_related("conversation").get(pk=case.pk)
    conversation, calendar = row.conversation, _calendar(case.conversation.country)
    if row.told_at or row.status not in (Case.Status.NEW, Case.Status.ASSIGNED) or conversation.holder != Conversation.Holder.BOT:
        return False
    if calendar and not (calendar.is_open(now) and calendar.is_open(late)):
        return False
    for reply in composer_for(conversation).with_numbers("notice_no_operator", HOTLINES, reference=row.reference):
        say(conversation=conversation, author=Message.Author.BOT, reply=reply, now=now)
    row.told_at = now
    row.save(update_fields=["told_at"])
    return _told(row, "told to wait", now)


def _told(case: Case, step: str, now: datetime) -> bool:
    record(case, step, now=now)
    transaction.on_commit(lambda: live.notify(case.conversation_id))
    return True
