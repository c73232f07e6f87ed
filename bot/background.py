"""What the web process does on the side: answering late, telling who waits, reminding, publishing again, deleting what is old."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.utils import timezone

from bot import api
from bot.gateway import Gateway
from bot.lists import send_reminders
from bot.models import Conversation
from console.cases.waiting import tell_who_waits
from console.content.services import publish_what_waits
from safar.settings import settings

logger = logging.getLogger(__name__)

_RETRY_EVERY_S = 3.0
_WAITING_EVERY_S = 15.0
_REMIND_EVERY_S = 20.0
_PUBLISH_EVERY_S = 60.0  # the console promises a minute
_RETENTION_EVERY_S = 3600.0


class Background:
    """Started and stopped with the server."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._repeat(self._retry, _RETRY_EVERY_S)),
            asyncio.create_task(self._repeat(self._tell_who_waits, _WAITING_EVERY_S)),
            asyncio.create_task(self._repeat(self._remind, _REMIND_EVERY_S)),
            asyncio.create_task(self._repeat(self._publish, _PUBLISH_EVERY_S, at_once=True)),
            asyncio.create_task(self._repeat(self._delete_old, _RETENTION_EVERY_S)),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await api.gateway().assistant.close()

    @staticmethod
    async def _repeat(job: object, every_s: float, *, at_once: bool = False) -> None:
        gateway = api.gateway()  # the one of this process: its turns and those of the channels wait for each other
        pause_s = 0.0 if at_once else every_s
        while True:
            await asyncio.sleep(pause_s)
            pause_s = every_s
            try:
                await job(gateway)  # type: ignore[operator]
            except DatabaseError as error:
                logger.error("background.failed error=%s", error)
            except Exception:  # a process edge: the next round must come
                logger.exception("background.failed")

    @staticmethod
    async def _retry(gateway: Gateway) -> None:
        await gateway.finish_forgetting()
        tried = await gateway.retry_unanswered()
        if tried:
            logger.info("messages.retried count=%d", tried)

    @staticmethod
    async def _tell_who_waits(_gateway: Gateway) -> None:
        told = await sync_to_async(tell_who_waits)(timezone.now())
        if told:
            logger.info("waiting.told count=%d", told)

    @staticmethod
    async def _remind(_gateway: Gateway) -> None:
        sent = await sync_to_async(send_reminders)(timezone.now())
        if sent:
            logger.info("reminders.sent count=%d", sent)

    @staticmethod
    async def _publish(_gateway: Gateway) -> None:
        await sync_to_async(publish_what_waits)()

    @staticmethod
    async def _delete_old(gateway: Gateway) -> None:
        before = timezone.now() - timedelta(days=settings().retention_days)
        old = await sync_to_async(lambda: list(Conversation.objects.filter(last_message_at__lt=before)[:500]))()
        for conversation in old:
            await gateway.forget(conversation)
        if old:
            logger.info("conversations.deleted count=%d", len(old))
