"""Tests of gateway and console in one process: a real database, real Wagtail, an assistant of the tests' own."""

import os
import tempfile

os.environ["SAFAR_VAR"] = tempfile.mkdtemp(prefix="safar-test-")
os.environ.pop("TELEGRAM_BOT_TOKEN", None)

from datetime import UTC, datetime  # noqa: E402
from typing import Any  # noqa: E402

import pytest  # noqa: E402

from bot.assistant import AssistantAway, Turn  # noqa: E402
from safar.settings import settings  # noqa: E402

settings.cache_clear()  # Django has read them before this file

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeAssistant:
    """Answers every turn with one message; can be away, silent, or interrupted by something that happens meanwhile."""

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []
        self.forgotten: list[str] = []
        self.is_away = False
        self.is_silent = False
        self.urgent = False
        self.forget_after = False
        self.topic: str | None = None
        self.profile_after: dict[str, Any] = {}
        self.meanwhile: Any = None

    async def turn(self, **given: Any) -> Turn:
        if self.is_away:
            raise AssistantAway("away")
        self.turns.append(given)
        if self.meanwhile:
            await self.meanwhile()
        understood = {
            "topic": "wages_unpaid",
            "confidence": 0.9,
            "ranking": [],
            "language": "en",
            "urgent": self.urgent,
            "evidence": [],
        }
        if self.is_silent:
            return Turn([], None, {}, False)
        reply = {
            "text": f"reply {len(self.turns)}",
            "language": "en",
            "dir": "ltr",
            "topic": self.topic,
            "buttons": [],
            "contacts": [],
            "sources": [],
        }
        return Turn([reply], understood, {**given["profile"], **self.profile_after}, self.forget_after)

    async def parse(self, text: str, profile: dict[str, Any]) -> dict[str, Any]:
        if self.is_away:
            raise AssistantAway("away")
        return {
            "topic": "wages_unpaid",
            "confidence": 0.9,
            "ranking": [],
            "language": "en",
            "urgent": self.urgent,
            "evidence": ["“x”"],
        }

    async def forget(self, conversation: str) -> None:
        if self.is_away:
            raise AssistantAway("away")
        self.forgotten.append(conversation)

    async def is_there(self) -> bool:
        return not self.is_away


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="session")
def archive() -> bytes:
    """A bundle of the repository's own content, packed once for all tests."""
    from safar.bundle import pack, repository_answers, repository_contacts

    return pack(repository_answers(), repository_contacts())


@pytest.fixture
def published(archive: bytes) -> str:
    """The repository's own content is what is published when the test begins."""
    from safar.bundle_store import BundleStore, signing_key
    from safar.settings import settings

    known = settings()
    return BundleStore(known.bundles).publish(archive, signing_key(known.var / "keys"))
