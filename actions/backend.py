"""The actions' only way to the web process: opening a case over HTTP, and the bundle they look things up in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache

import aiohttp

from safar.bundle import Bundle, BundleClient
from safar.settings import Settings, settings

# A person may be waiting in danger: better to show the numbers after this than to wait for the console.
_TIMEOUT_S = 4.0


class BackendUnavailable(Exception):
    """The web process did not answer or refused; nothing was opened."""


@dataclass(frozen=True)
class Case:
    """A case in the console; `reference` is what a person can quote. `is_new` is false when one was open already."""

    reference: str
    is_new: bool


class Backend:
    """The web process as the actions see it."""

    def __init__(self, known: Settings) -> None:
        self._known = known
        self._client = BundleClient(f"{known.web_url}/bundles", known.var / "actions-bundles", known.bundle_public_key).start()

    @property
    def bundle(self) -> Bundle:
        return self._client.current()

    async def open_case(self, *, conversation: str, reason: str, topic: str | None, urgent: bool, evidence: list[str]) -> Case:
        """Open a case for a conversation, or add to the one that is open.

        Args:
            reason: `danger` or `wish` (the person asked for somebody).

        Raises:
            BackendUnavailable: nothing was opened.
        """
        body = {"conversation": conversation, "reason": reason, "topic": topic, "urgent": urgent, "evidence": evidence}
        headers = {"Authorization": f"Bearer {self._known.internal_token}"}
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(f"{self._known.web_url}/internal/v1/cases", json=body, headers=headers) as answer,
            ):
                answer.raise_for_status()
                opened = await answer.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise BackendUnavailable(str(error)) from error
        return Case(opened["reference"], opened["is_new"])


@lru_cache(maxsize=1)
def backend() -> Backend:
    """The one backend of this process, made at first use."""
    return Backend(settings())
