"""The channel between Rasa and Safar's gateway: one request a turn, whole messages back.

Rasa's own REST channel drops what a message carries beside text and buttons, and has no way to forget a person.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from components.conversation import understood_from
from components.tracker_store import RecentTrackerStore
from safar.settings import settings

NAME = "safar"
_PROFILE = ("language", "country", "nationality", "city")


class CollectingChannel(OutputChannel):
    """Keeps every message of a turn, whole."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.understood: dict[str, Any] | None = None
        self.profile: dict[str, str | None] = {}
        self.forget = False

    @classmethod
    def name(cls) -> str:
        return NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        custom = message.get("custom") or {}
        self.messages += custom.get("messages") or [{"text": message.get("text") or "", "buttons": message.get("buttons") or []}]
        self.understood = custom.get("understood") or self.understood
        self.profile = custom.get("profile") or self.profile
        self.forget = self.forget or bool(custom.get("forget"))


class SafarInput(InputChannel):
    """`POST /webhooks/safar/webhook` with a bearer token:

    `{"sender", "message", "message_id", "metadata": {"language", "country", "nationality", "city"}}` gives
    `{"messages": [...], "understood": {...} | null, "forget": bool, "profile": {...}}`.

    `POST /webhooks/safar/parse` tells what is understood of `{"message", "metadata"}` and says nothing.
    `DELETE /webhooks/safar/conversations/<sender>` removes everything Rasa keeps of a conversation.
    """

    @classmethod
    def name(cls) -> str:
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("safar_channel", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not _is_allowed(request):
                return response.json({"error": "wrong token"}, status=401)
            body = request.json or {}
            sender, text = body.get("sender"), body.get("message")
            if not isinstance(sender, str) or not sender or not isinstance(text, str):
                return response.json({"error": "send a JSON object with the texts 'sender' and 'message'"}, status=400)
            metadata = body.get("metadata") or {}
            collector = CollectingChannel()
            await on_new_message(
                UserMessage(
                    with_profile(text, metadata),
                    collector,
                    sender,
                    input_channel=NAME,
                    message_id=body.get("message_id"),
                    metadata={**metadata, "carried": list(_carried_by(text) or ())},
                )
            )
            return response.json(
                {
                    "messages": collector.messages,
                    "understood": collector.understood,
                    "forget": collector.forget,
                    "profile": collector.profile,
                }
            )

        @routes.route("/parse", methods=["POST"])
        async def parse(request: Request) -> HTTPResponse:
            if not _is_allowed(request):
                return response.json({"error": "wrong token"}, status=401)
            body = request.json or {}
            message = UserMessage(body.get("message") or "", metadata=body.get("metadata") or {})
            return response.json(understood_from(await request.app.ctx.agent.processor.parse_message(message)))

        @routes.route("/conversations/<sender>", methods=["DELETE"])
        async def forget(request: Request, sender: str) -> HTTPResponse:
            if not _is_allowed(request):
                return response.json({"error": "wrong token"}, status=401)
            removed = forget_conversation(request.app.ctx.agent.tracker_store, sender)
            return response.json({"removed": removed})

        return routes


def with_profile(text: str, metadata: dict[str, Any]) -> str:
    """A pressed button (`/intent{...}`) with what the channel knows about the person added as entities.

    Rasa reads the entities of a button from its text alone; what the button itself says wins.
    """
    given = _carried_by(text)
    if given is None:
        return text
    known = {key: metadata[key] for key in _PROFILE if metadata.get(key)}
    if given.get("country", known.get("country")) != known.get("country"):
        known.pop("city", None)
    merged = {**known, **given}
    name = text.partition("{")[0].strip()
    return f"{name}{json.dumps(merged, ensure_ascii=False)}" if merged else name


def _carried_by(text: str) -> dict[str, Any] | None:
    """What a pressed button itself carries; None of a text that is no button."""
    if not text.startswith("/"):
        return None
    _, brace, rest = text.partition("{")
    try:
        found = json.loads(brace + rest) if brace else {}
    except ValueError:
        return None
    # Our buttons carry texts; anybody may send one of their own making that carries anything.
    return {name: value for name, value in found.items() if isinstance(value, str)}


def forget_conversation(store: Any, sender: str) -> int:
    """Remove all events of a conversation from the tracker store; return how many there were.

    Raises:
        TypeError: the tracker store is not the one of endpoints.yml.
    """
    inner = getattr(store, "_tracker_store", store)  # Rasa wraps the store to catch its errors
    if not isinstance(inner, RecentTrackerStore):
        raise TypeError(f"Safar forgets conversations in the tracker store of endpoints.yml, not in {type(inner).__name__}.")
    return inner.forget(sender)


def _is_allowed(request: Request) -> bool:
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(errors="surrogateescape"), f"Bearer {settings().internal_token}".encode())
