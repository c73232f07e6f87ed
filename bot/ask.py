"""The page without scripts: the same conversation as plain HTML forms, for text browsers and phones that run no JavaScript.

Nothing is kept in the browser. Every form carries a signed token, which opens the conversation, and a number of the page, so that
sending the same form twice says nothing twice.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from bot import api, services
from bot.bundles import composer_for, current_bundle
from bot.gateway import too_fast
from bot.letters import attachments_of
from bot.models import Conversation, Message
from bot.offline import numbers_of_all
from bot.pages import page, wanted_language
from safar.languages import countries, country_name, languages
from safar.replies import Composer
from safar.replies import Message as Reply
from safar.settings import settings

_SALT = "safar.ask"
_SHOWN = 40  # messages on a page; the older ones are not lost
_HARMLESS_PAGE = "https://www.google.com/search?q=weather"
_STRINGS = (
    *(
        "widget_title",
        "widget_placeholder",
        "widget_send",
        "widget_language",
        "widget_country",
        "widget_emergency",
        "widget_exit",
    ),
    *(
        "widget_you",
        "widget_bot",
        "widget_operator",
        "widget_sources",
        "widget_website",
        "widget_forget",
        "ask_refresh",
        "ask_change",
    ),
)
_LIST_ITEM = re.compile(r"^(?:•|(\d+)\.) +(.*)$")
_HEADING = re.compile(r"^\*\*(.+)\*\*$")


@dataclass
class Visit:
    """What a form brought and what becomes of it.

    Attributes:
        language: code of the language of the page until there is a conversation.
        country: ISO 3166 country as chosen before there is a conversation, or an empty string.
        written: what goes back into the box, because it was not taken.
    """

    language: str
    country: str = ""
    conversation: Conversation | None = None
    token: str = ""
    notice: str = ""
    written: str = ""
    status: int = 200
    latest: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)


# The token in the form is what opens the conversation; there is no cookie that another site could make use of.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
async def ask(request: HttpRequest) -> HttpResponse:
    """The form, and everything that is done with it."""
    visit = await _visit(request)
    action = _ACTIONS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if action:
        await action(visit, request)
    elif request.method == "POST":
        await _say(visit, request)
    return await _answer(visit, request)


async def _visit(request: HttpRequest) -> Visit:
    given = request.POST
    language = given.get("language", "")
    visit = Visit(language if language in languages() else wanted_language(request), services.known_country(given.get("country")))
    try:
        identity, bearer = signing.loads(given.get("token", ""), salt=_SALT, max_age=settings().retention_days * 86_400)
    except signing.BadSignature:
        return visit
    conversation = await Conversation.objects.filter(pk=identity).afirst()
    if conversation and conversation.opens_with(bearer):
        visit.conversation, visit.token, visit.language = conversation, given["token"], conversation.language
    return visit


async def _say(visit: Visit, request: HttpRequest) -> None:
    """Send what was written or pressed; what cannot be taken stays in the box, with the reason."""
    text, payload = _content(request)
    if not text:
        return
    conversation = visit.conversation or await _start(visit)
    composer = await sync_to_async(composer_for)(conversation)
    if len(text) > services.MAX_CHARACTERS:
        limit = services.MAX_CHARACTERS
        visit.notice, visit.status = composer.bundle.string("notice_too_long", conversation.language, limit=limit), 413
        visit.written = text
        return
    # The same page may send two different things, after going back; each counts once.
    client_id = str(uuid.uuid5(_page_number(request), f"{payload} {text}"))
    try:
        await api.gateway().receive(conversation, services.Incoming(text=text, payload=payload, client_id=client_id))
    except services.TooFast as error:
        visit.notice, visit.status, visit.written = too_fast(composer, error.wait_s), 429, text
    visit.conversation = await Conversation.objects.filter(pk=conversation.pk).afirst()


def _content(request: HttpRequest) -> tuple[str, str]:
    """What to say and, of a button, its payload."""
    try:
        payload, title = json.loads(request.POST.get("press", ""))
        return str(title)[:300], str(payload)[:1000]
    except (ValueError, TypeError):
        return request.POST.get("text", "").strip(), ""


def _page_number(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("page", ""))
    except ValueError:
        return uuid.uuid4()


async def _start(visit: Visit) -> Conversation:
    conversation, bearer = await sync_to_async(services.start_conversation)(
        channel=Conversation.Channel.WEB, now=timezone.now(), wanted_languages=[visit.language], country=visit.country
    )
    visit.token = signing.dumps([str(conversation.pk), bearer], salt=_SALT)
    visit.conversation = conversation
    composer = await sync_to_async(composer_for)(conversation)
    await sync_to_async(services.say)(
        conversation=conversation, author=Message.Author.BOT, reply=_welcome(composer), now=timezone.now()
    )
    return conversation


def _welcome(composer: Composer) -> Reply:
    return composer.say("notice_welcome", buttons=composer.menu_buttons())


async def _change(visit: Visit, request: HttpRequest) -> None:
    """Another language or country."""
    language, country = request.POST.get("to_language", ""), services.known_country(request.POST.get("to_country"))
    visit.language = language if language in languages() else visit.language
    visit.country = country or visit.country
    if visit.conversation:
        await sync_to_async(services.change_profile)(conversation=visit.conversation, language=visit.language, country=country)


async def _refresh(visit: Visit, request: HttpRequest) -> None:
    """The page is shown anew, which is all."""


async def _forget(visit: Visit, request: HttpRequest) -> None:
    if visit.conversation:
        await api.gateway().forget(visit.conversation)
    visit.notice = (await sync_to_async(current_bundle)()).string("widget_forgotten", visit.language)
    visit.conversation, visit.token = None, ""


_ACTIONS = {"change": _change, "refresh": _refresh, "forget": _forget}


async def _answer(visit: Visit, request: HttpRequest) -> HttpResponse:
    bundle = await sync_to_async(current_bundle)()
    if visit.conversation:
        stored = [message async for message in visit.conversation.messages.order_by("-id")[:_SHOWN]][::-1]
        visit.messages = [
            _shown(message.text, {**message.body, "attachments": attachments_of(message)}, message.author, message.pk)
            for message in stored
        ]
        visit.latest = max((message.pk for message in stored if message.author == Message.Author.PERSON), default=0)
        visit.country = visit.conversation.country
        visit.language = visit.conversation.language
    else:
        welcome = _welcome(Composer(bundle, visit.language, visit.country or None))
        visit.messages, visit.token = [_shown(welcome["text"], welcome, Message.Author.BOT, 0)], ""
    code = visit.language
    context = {
        "code": code,
        "dir": languages()[code].dir,
        "t": {name: bundle.string(name, code) for name in _STRINGS},
        "visit": visit,
        "page": uuid.uuid4(),
        "limit": services.MAX_CHARACTERS,
        "exit": _HARMLESS_PAGE,
        "languages": [(key, entry.name) for key, entry in languages().items()],
        "countries": sorted(((key, country_name(key, code)) for key in countries()), key=lambda pair: pair[1]),
    }
    response = page(request, "bot/ask.html", context, visit.status)
    response["Cache-Control"] = "no-store" if visit.conversation else "no-cache"
    return response


def _shown(text: str, body: dict[str, Any], author: str, number: int) -> dict[str, Any]:
    """A message as the template shows it."""
    buttons = [
        {"title": button["title"], "value": json.dumps([button["payload"], button["title"]], ensure_ascii=False)}
        for button in body.get("buttons", [])
    ]
    return {**body, "number": number, "author": author, "blocks": _blocks(text), "buttons": buttons}


def _blocks(text: str) -> list[dict[str, Any]]:
    """The text as headings, lists and paragraphs: its three marks (see safar/replies.py) and nothing else."""
    blocks: list[dict[str, Any]] = []
    kind = ""
    for line in (raw.strip() for raw in text.split("\n")):
        heading, item = _HEADING.match(line), _LIST_ITEM.match(line)
        before, kind = kind, "h2" if heading else ("ol" if item[1] else "ul") if item else "p" if line else ""
        if kind and (kind != before or kind == "h2"):
            blocks.append({"kind": kind, "start": item[1] if item else "", "lines": []})
        if kind:
            blocks[-1]["lines"].append(heading[1] if heading else item[2] if item else line)
    return blocks


@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """The emergency numbers of every country on one page, which also stands in when there is no network."""
    code = wanted_language(request)
    bundle = current_bundle()
    context = {
        "code": code,
        "dir": languages()[code].dir,
        "title": bundle.string("widget_emergency", code),
        "back": bundle.string("widget_title", code),
        "countries": sorted(numbers_of_all(bundle, code), key=lambda entry: str(entry["name"])),
        "languages": [(key, entry.name) for key, entry in languages().items()],
    }
    return page(request, "bot/numbers.html", context)
