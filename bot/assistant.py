"""The gateway's client of the assistant (Rasa)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from safar.settings import settings

# A turn takes some 20 ms; under load it waits its turn. After this the person is told that we answer later.
_TURN_TIMEOUT_S = 10.0
_HEALTH_TIMEOUT_S = 1.0


class AssistantAway(Exception):
    """The assistant did not answer, or not with anything usable."""


@dataclass(frozen=True)
class Turn:
    """What came back from one turn.

    Attributes:
        messages: whole messages of `safar.replies`.
        understood: topic, confidence, urgency of the person's message, or None when nothing was said.
        profile: language, country and nationality after the turn.
        forget: the person has asked to be forgotten and confirmed it.
    """

    messages: list[dict[str, Any]]
    understood: dict[str, Any] | None
    profile: dict[str, str | None]
    forget: bool


class Assistant:
    """Keeps connections open; one object serves a whole process and must be used from one event loop."""

    def __init__(self) -> None:
        known = settings()
        self._http = httpx.AsyncClient(
            base_url=known.assistant_url,
            timeout=_TURN_TIMEOUT_S,
            headers={"Authorization": f"Bearer {known.internal_token}"},
            limits=httpx.Limits(max_connections=100),
        )

    async def turn(
        self, *, conversation: str, text: str, message_id: str, profile: dict[str, str | None], sent_at: float, answered: bool
    ) -> Turn:
        """Hand one message over and wait for what the assistant says.

        Args:
            sent_at: when the message arrived (seconds since 1970): one that came before a question was asked is no answer to it.
            answered: whether a topic was answered before: a message may then be about that answer.

        Raises:
            AssistantAway: nothing usable came back; the caller keeps the message.
        """
        metadata = {**profile, "sent_at": sent_at, "answered": answered}
        body = {"sender": conversation, "message": text, "message_id": message_id, "metadata": metadata}
        try:
            answer = await self._http.post("/webhooks/safar/webhook", json=body)
            answer.raise_for_status()
            content = answer.json()
            return Turn(content["messages"], content["understood"], content["profile"], content["forget"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise AssistantAway(f"{type(error).__name__}: {error}") from error

    async def parse(self, text: str, profile: dict[str, str | None]) -> dict[str, Any]:
        """What the assistant understands of a text, without saying anything.

        Raises:
            AssistantAway: it did not answer.
        """
        try:
            answer = await self._http.post("/webhooks/safar/parse", json={"message": text, "metadata": profile})
            answer.raise_for_status()
            return dict(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            raise AssistantAway(f"{type(error).__name__}: {error}") from error

    async def forget(self, conversation: str) -> None:
        """Remove what the assistant keeps of a conversation.

        Raises:
            AssistantAway: it did not answer, so nothing is known to be removed.
        """
        try:
            answer = await self._http.delete(f"/webhooks/safar/conversations/{conversation}")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise AssistantAway(f"{type(error).__name__}: {error}") from error

    async def is_there(self) -> bool:
        try:
            return (await self._http.get("/webhooks/safar/", timeout=_HEALTH_TIMEOUT_S)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._http.aclose()
