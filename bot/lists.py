"""What a person has ticked on their lists, and the reminders they asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bot import live
from bot.bundles import composer_for
from bot.models import Conversation, Message, Ticks
from bot.services import say
from safar.checklists import checklists
from safar.guided import reminder

REMIND_EVERY = timedelta(days=7)


def known_items() -> set[str]:
    return {item.id for entry in checklists().values() for item in entry.items}


@transaction.atomic
def change_lists(
    *, conversation: Conversation, now: datetime, tick: str = "", untick: str = "", remind: str | None = None
) -> dict[str, Any]:
    """Tick or untick an item, begin reminders of a list or end them (`remind=""`); return what holds after it.

    Reminders are for Telegram only: the web has no way to reach a person later.

    Returns:
        `{"done": [item, ...], "reminding": bool, "can_remind": bool}`
    """
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    row = Ticks.objects.filter(conversation=conversation).first() or Ticks(conversation=conversation)
    done = [item for item in row.done if item != untick]
    if tick in known_items() and tick not in done:
        done.append(tick)
    can_remind = conversation.channel == Conversation.Channel.TELEGRAM
    if remind is not None:
        wanted = checklists().get(remind)
        row.remind_of = wanted.id if wanted and wanted.reminders and can_remind else ""
        row.remind_at = now + REMIND_EVERY if row.remind_of else None
    if tick or untick or remind is not None:
        row.done = done
        row.save()
    return {"done": done, "reminding": bool(row.remind_of), "can_remind": can_remind}


def send_reminders(now: datetime) -> int:
    """Send the reminders that are due; return how many. A list that is done is not reminded of any more."""
    due = Ticks.objects.filter(remind_at__lte=now).select_related("conversation")[:200]
    return sum(_remind(row, now) for row in due)


@transaction.atomic
def _remind(ticks: Ticks, now: datetime) -> bool:
    row = Ticks.objects.select_for_update().select_related("conversation").filter(pk=ticks.pk, remind_at__lte=now).first()
    if row is None:
        return False  # stopped or sent meanwhile
    item = checklists()[row.remind_of].next_item(row.done) if row.remind_of in checklists() else None
    row.remind_at = now + REMIND_EVERY if item else None
    row.save(update_fields=["remind_at"])
    if item is None:
        return False
    reply = reminder(composer_for(row.conversation), row.remind_of, item.id)
    # A reminder is no sign of life: a conversation nobody answers is deleted in its time, and the reminders with it.
    say(conversation=row.conversation, author=Message.Author.BOT, reply=reply, now=now, keeps_alive=False)
    transaction.on_commit(lambda: live.notify(row.conversation_id))
    return True
