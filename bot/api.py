"""The Conversation API. OpenAPI document: /api/v1/openapi.json"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from bot import live, offline, services
from bot.bundles import composer_for, current_bundle
from bot.gateway import Gateway, too_fast
from bot.letters import attachments_of
from bot.models import Conversation, Message
from console.content.services import unpublished
from safar.errors import BundleError
from safar.languages import accepted_languages, best_language, languages
from safar.replies import Composer
from safar.topics import catalogue

logger = logging.getLogger(__name__)

_KEEP_ALIVE_S = 15.0
_POLL_S = 1.0

api = NinjaAPI(title="Safar Conversation API", version="1", urls_namespace="api", docs_url=None)
api.add_router("", offline.router)

_gateway: Gateway | None = None


def gateway() -> Gateway:
    """The gateway of this process, made at first use inside its event loop."""
    global _gateway
    _gateway = _gateway or Gateway()
    return _gateway


# --- what goes in and out ---


class NewConversation(Schema):
    """All optional. `country` and `nationality` are ISO 3166 codes."""

    language: str | None = None
    country: str | None = None
    nationality: str | None = None


class PositionIn(Schema):
    """Degrees in WGS 84. Only the country and the nearest town are kept."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class NewMessage(Schema):
    """One of `text`, `payload` and `position`. `client_id` makes it safe to send the same message again."""

    text: str | None = Field(None, max_length=20_000)
    payload: str | None = Field(None, max_length=1_000)
    position: PositionIn | None = None
    title: str | None = Field(None, max_length=300)
    client_id: str = Field("", max_length=64)


class ButtonOut(Schema):
    title: str
    payload: str


class LinkOut(Schema):
    label: str
    href: str


class SourceOut(Schema):
    title: str
    url: str


class ContactOut(Schema):
    id: str
    kind: str
    kind_label: str
    country: str
    country_name: str
    name: str
    name_local: str
    does: str
    phones: list[LinkOut]
    channels: list[LinkOut]
    email: str
    url: str
    address: str
    city: str
    maps: list[LinkOut] = []
    distance: str = ""
    hours: str
    open_now: str = ""
    languages: str
    free: str
    note: str
    checked_on: str
    checked_label: str
    report: ButtonOut | None = None


class AttachmentOut(Schema):
    """A file; `url` is on this server and works for an hour, then the message has a new one."""

    title: str
    url: str
    type: str


class MessageOut(Schema):
    id: int
    at: str
    from_: str = Field(alias="from")
    text: str
    language: str
    dir: str
    topic: str | None = None
    answer_version: str | None = None
    urgent: bool = False
    buttons: list[ButtonOut] = []
    contacts: list[ContactOut] = []
    sources: list[SourceOut] = []
    attachments: list[AttachmentOut] = []
    client_id: str | None = None


class ProfileOut(Schema):
    language: str
    dir: str
    country: str | None
    nationality: str | None
    city: str | None


class MessagesOut(ProfileOut):
    messages: list[MessageOut]
    held_by: str


class ConversationOut(ProfileOut):
    id: UUID
    token: str
    messages: list[MessageOut]


class ErrorOut(Schema):
    error: dict[str, str]


def message_json(message: Message) -> dict[str, Any]:
    """A stored message as the API shows it."""
    body = message.body
    language = body.get("language") or "en"
    return {
        "id": message.pk,
        "at": message.at.isoformat(),
        "from": message.author,
        "text": message.text,
        "language": language,
        "dir": body.get("dir") or "auto",
        "topic": body.get("topic"),
        "answer_version": body.get("answer_version"),
        "urgent": body.get("urgent", False),
        "buttons": body.get("buttons", []),
        "contacts": body.get("contacts", []),
        "sources": body.get("sources", []),
        "attachments": attachments_of(message),
        "client_id": message.client_id or None,
    }


def _profile_json(conversation: Conversation) -> dict[str, Any]:
    return {
        "language": conversation.language,
        "dir": languages()[conversation.language].dir,
        "country": conversation.country or None,
        "nationality": conversation.nationality or None,
        "city": conversation.city or None,
    }


def _error(code: str, text: str, status: int, **headers: str) -> HttpResponse:
    body = json.dumps({"error": {"code": code, "message": text}}, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


@api.exception_handler(HttpError)
def _on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _error("request", str(error), error.status_code)


@api.exception_handler(ValidationError)
def _on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = "; ".join(f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in error.errors)
    return _error("invalid", wrong, 422)


@api.exception_handler(Http404)
def _on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _error("not_found", "There is no such conversation, or it was deleted.", 404)


@api.exception_handler(Exception)
def _on_failure(request: HttpRequest, error: Exception) -> HttpResponse:
    """A process edge: what nobody foresaw is logged, and the caller may try again."""
    logger.error("api.failed path=%s", request.path, exc_info=error)
    return _error("failed", "Something went wrong on our side. Please try again.", 500)


async def _opened(request: HttpRequest, conversation_id: UUID) -> Conversation:
    """The conversation whose bearer token the request carries; 404 for every other, so that ids cannot be tried out."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    conversation = await Conversation.objects.filter(pk=conversation_id).afirst()
    if scheme.lower() != "bearer" or conversation is None or not conversation.opens_with(token.strip()):
        raise Http404
    return conversation


# --- conversations ---


@api.post("/conversations", response={201: ConversationOut}, by_alias=True)
async def create_conversation(request: HttpRequest, wanted: NewConversation) -> tuple[int, dict[str, Any]]:
    """Begin a conversation. Keep the token: it is shown once."""
    order = [wanted.language] if wanted.language else accepted_languages(request.headers.get("Accept-Language", ""))
    conversation, token = await sync_to_async(services.start_conversation)(
        channel=Conversation.Channel.WEB,
        now=timezone.now(),
        wanted_languages=[tag for tag in order if tag],
        country=wanted.country,
        nationality=wanted.nationality,
    )
    composer = await sync_to_async(composer_for)(conversation)
    welcome = await sync_to_async(services.say)(
        conversation=conversation,
        author=Message.Author.BOT,
        reply=composer.say("notice_welcome", buttons=composer.menu_buttons()),
        now=timezone.now(),
    )
    return 201, {**_profile_json(conversation), "id": conversation.pk, "token": token, "messages": [message_json(welcome)]}


@api.post("/conversations/{conversation_id}/messages", response={200: MessagesOut, 429: ErrorOut, 413: ErrorOut}, by_alias=True)
async def send_message(request: HttpRequest, conversation_id: UUID, sent: NewMessage) -> Any:
    """Say something and get the replies. With the same `client_id` again: the same replies, and nothing is said twice."""
    conversation = await _opened(request, conversation_id)
    composer = await sync_to_async(composer_for)(conversation)
    text = (sent.text or sent.title or sent.payload or "").strip()
    if not text and not sent.position:
        raise HttpError(422, "Send 'text', 'payload' or 'position'.")
    if len(text) > services.MAX_CHARACTERS:
        limit = services.MAX_CHARACTERS
        return _error("too_long", composer.bundle.string("notice_too_long", conversation.language, limit=limit), 413)
    try:
        if sent.position:
            place = (sent.position.latitude, sent.position.longitude)
            replies = await gateway().receive_position(conversation, place, sent.client_id)
        else:
            incoming = services.Incoming(text=text, payload=sent.payload or "", client_id=sent.client_id)
            replies = await gateway().receive(conversation, incoming)
    except services.TooFast as error:
        return _error("too_fast", too_fast(composer, error.wait_s), 429, **{"Retry-After": str(error.wait_s)})
    after = await Conversation.objects.filter(pk=conversation_id).afirst()
    known = after or conversation  # deleted by its own wish: the last words still go out
    return {**_profile_json(known), "messages": [message_json(reply) for reply in replies], "held_by": known.holder}


@api.get("/conversations/{conversation_id}/messages", response=MessagesOut, by_alias=True)
async def list_messages(request: HttpRequest, conversation_id: UUID, after: int = 0) -> dict[str, Any]:
    """Messages of both sides with an id greater than `after`, oldest first, at most 200."""
    conversation = await _opened(request, conversation_id)
    messages = [message_json(message) async for message in conversation.messages.filter(pk__gt=after)[:200]]
    return {**_profile_json(conversation), "messages": messages, "held_by": conversation.holder}


@api.get("/conversations/{conversation_id}/events", response={200: None})
async def stream_events(request: HttpRequest, conversation_id: UUID, after: int = 0) -> StreamingHttpResponse:
    """Server-sent events: `message` with a message, `state` with who answers; a comment every 15 s keeps the line open."""
    conversation = await _opened(request, conversation_id)
    response = StreamingHttpResponse(_events(conversation.pk, after), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(conversation_id: UUID, after: int) -> AsyncIterator[bytes]:
    holder, quiet_s = "", 0.0
    while True:
        conversation = await Conversation.objects.filter(pk=conversation_id).afirst()
        if conversation is None:
            yield b'event: state\ndata: {"held_by": "gone"}\n\n'
            return
        if conversation.holder != holder:
            holder, quiet_s = conversation.holder, 0.0
            yield f"event: state\ndata: {json.dumps({'held_by': holder})}\n\n".encode()
        async for message in Message.objects.filter(conversation_id=conversation_id, pk__gt=after)[:100]:
            after, quiet_s = message.pk, 0.0
            data = json.dumps(message_json(message), ensure_ascii=False)
            yield f"id: {after}\nevent: message\ndata: {data}\n\n".encode()
        if quiet_s >= _KEEP_ALIVE_S:
            quiet_s = 0.0
            yield b": keep-alive\n\n"
        await live.wait(conversation_id, _POLL_S)
        quiet_s += _POLL_S


@api.patch("/conversations/{conversation_id}", response=ProfileOut)
async def change_conversation(request: HttpRequest, conversation_id: UUID, wanted: NewConversation) -> dict[str, Any]:
    """Change language, country or nationality."""
    conversation = await _opened(request, conversation_id)
    await sync_to_async(services.change_profile)(conversation=conversation, **wanted.dict())
    return _profile_json(conversation)


@api.delete("/conversations/{conversation_id}", response={204: None})
async def delete_conversation(request: HttpRequest, conversation_id: UUID) -> tuple[int, None]:
    """Forget everything of this conversation."""
    conversation = await _opened(request, conversation_id)
    await gateway().forget(conversation)
    return 204, None


# --- what needs no conversation ---


@api.get("/interface/{language}")
async def interface(request: HttpRequest, language: str) -> HttpResponse:
    """The strings and the menu of the widget in a language, or in the browser's with `auto`."""
    wanted = accepted_languages(request.headers.get("Accept-Language", "")) if language == "auto" else [language]
    code = best_language(wanted)
    bundle = await sync_to_async(current_bundle)()
    composer = Composer(bundle, code)
    content = {
        "language": code,
        "dir": languages()[code].dir,
        "languages": [{"code": key, "name": entry.name, "dir": entry.dir} for key, entry in languages().items()],
        "strings": {
            key: bundle.string(key, code) for key in bundle.strings["en"] if key.startswith(("widget_", "button_", "group_"))
        },
        "menu": [
            {
                "group": group.id,
                "title": bundle.string(f"group_{group.id}", code),
                "pictogram": group.pictogram,
                "topics": [
                    {"topic": topic.id, "title": composer.bundle.title(topic.id, code)}
                    for topic in group.topics
                    if topic.id in bundle.answers
                ],
            }
            for group in catalogue().groups
        ],
    }
    response = offline.kept(request, bundle, code, content)
    patch_vary_headers(response, ["Accept-Language"])
    return response


@api.get("/health", response={200: dict, 503: dict})
async def health(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """Whether database, bundle and assistant are there, and whether people see all that is saved in the console."""
    state: dict[str, Any] = {"database": await Conversation.objects.all()[:1].acount() >= 0}
    try:
        state["bundle"] = (await sync_to_async(current_bundle)()).digest
    except BundleError:
        state["bundle"] = None
    state["published"] = not await sync_to_async(unpublished)(timezone.now())  # why not, the console tells
    state["assistant"] = await gateway().assistant.is_there()
    return (200 if state["bundle"] and state["assistant"] else 503), state
