"""Wakes those who wait for news of a conversation in this process (event streams)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from uuid import UUID

_waiting: dict[UUID, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)


def notify(conversation: UUID) -> None:
    """Say that something happened; may be called from any thread."""
    for loop, event in list(_waiting.get(conversation, ())):
        loop.call_soon_threadsafe(event.set)


async def wait(conversation: UUID, timeout_s: float) -> None:
    """Return when something happened in this process, or after `timeout_s`: other processes do not notify."""
    event = asyncio.Event()
    entry = (asyncio.get_running_loop(), event)
    _waiting[conversation].add(entry)
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        pass
    finally:
        _waiting[conversation].discard(entry)
        if not _waiting[conversation]:
            del _waiting[conversation]
