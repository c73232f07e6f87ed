"""The actions' only way to the web process: cases, lists, letters, feedback over HTTP, and the bundle they look things up in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import aiohttp

from safar.bundle import Bundle
from safar.bundle_store import BundleClient
from safar.settings import Settings, settings

# A person may be waiting in danger: better to show the numbers after this than to wait for the console.
_TIMEOUT_S = 4.0


class BackendUnavailable(Exception):
    """The web process did not answer or refused; nothing was opened."""


@dataclass(frozen=True)
class Case:
    """A case in the console.

    Attributes:
        reference: what a person can quote.
        is_new: false when one was open already.
        is_on_duty: whether a counsellor is there now; None when no centre has told its hours.
        wait_s: seconds until an answer can be expected, or until somebody is there.
    """

    reference: str
    is_new: bool
    is_on_duty: bool | None = None
    wait_s: float = 0.0


class Backend:
    """The web process as the actions see it."""

    def __init__(self, known: Settings) -> None:
        self._known = known
        self._client = BundleClient(f"{known.web_url}/bundles", known.var / "actions-bundles", known.bundle_public_key).start()

    @property
    def bundle(self) -> Bundle:
        return self._client.current()

    async def open_case(
        self, *, conversation: str, reason: str, topic: str | None, urgent: bool, evidence: list[str], about: str = ""
    ) -> Case:
        """Open a case for a conversation, or add to the one that is open.

        Args:
            reason: `danger`, `wish` (the person asked for somebody), or `complaint` (they sent their letter).
            about: the group of the menu that the person chose as the reason, or an empty string.

        Raises:
            BackendUnavailable: nothing was opened.
        """
        body = {"conversation": conversation, "reason": reason, "topic": topic, "urgent": urgent, "evidence": evidence}
        opened = await self._post("cases", {**body, "about": about})
        return Case(opened["reference"], opened["is_new"], opened.get("is_on_duty"), opened.get("wait_s", 0.0))

    async def lists(self, *, conversation: str, **change: str) -> dict[str, Any]:
        """What is ticked, after a change (`tick`, `untick` or `remind`) when one is given.

        Raises:
            BackendUnavailable: nothing was changed.
        """
        return await self._post("lists", {"conversation": conversation, **change})

    async def known(self, *, conversation: str) -> dict[str, Any]:
        """What is kept about a person, see `bot.services.known_about`.

        Raises:
            BackendUnavailable: it cannot be told now.
        """
        return await self._post("known", {"conversation": conversation})

    async def delete_letters(self, *, conversation: str) -> None:
        """Delete the letters of a complaint, which are stored as messages.

        Raises:
            BackendUnavailable: they may still be there.
        """
        await self._post("letters/delete", {"conversation": conversation})

    async def count_feedback(self, *, topic: str, language: str, helped: bool) -> None:
        """Count a verdict on an answer.

        Raises:
            BackendUnavailable: it was not counted.
        """
        await self._post("feedback", {"topic": topic, "language": language, "helped": helped})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._known.internal_token}"}
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(f"{self._known.web_url}/internal/v1/{path}", json=body, headers=headers) as answer,
            ):
                answer.raise_for_status()
                return dict(await answer.json())
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise BackendUnavailable(str(error)) from error


@lru_cache(maxsize=1)
def backend() -> Backend:
    """The one backend of this process, made at first use."""
    return Backend(settings())
