"""The way to Telegram: what goes out, once, in order and whole, to a Bot API of the tests' own."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bot import letters, services
from bot.models import Conversation, Message
from bot.telegram.application import TelegramChannel
from bot.telegram.rendering import as_html
from safar.letters import Letter
from safar.replies import Message as Reply
from safar.settings import settings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

LETTER = Letter("en", "ltr", "Complaint: wages", ("Qatar",), (("Employer", "Al Noor"),), ("End",), ("Name",))


class BotApi(ThreadingHTTPServer):
    """Takes messages and files as Telegram's Bot API does.

    Attributes:
        sent: chat and text or file name of what was taken, in order.
        failures: number of a call that sends, from 1, to the status it is answered with.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.calls = 0
        self.sent: list[tuple[str, str]] = []
        self.failures: dict[int, int] = {}

    def take(self, method: str, fields: dict[str, str]) -> tuple[int, object]:
        if method == "getMe":
            return 200, {"id": 1, "is_bot": True, "first_name": "Safar", "username": "safar_bot"}
        self.calls += 1
        if self.calls in self.failures:
            return self.failures[self.calls], None
        self.sent.append((fields["chat_id"], fields.get("text") or fields["document"]))
        return 200, {"message_id": self.calls, "date": 0, "chat": {"id": int(fields["chat_id"]), "type": "private"}}


class _Call(BaseHTTPRequestHandler):
    server: BotApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, result = self.server.take(self.path.rpartition("/")[2], self._fields(body))
        answer = {"ok": status == 200, "result": result, "error_code": status, "description": "on purpose"}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def _fields(self, body: bytes) -> dict[str, str]:
        """What was sent with the call; of a file its name."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/"):
            return {name: values[0] for name, values in parse_qs(body.decode()).items()}
        form = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + body, policy=default)
        parts = {str(part.get_param("name", header="content-disposition")): part for part in form.iter_parts()}
        return {name: part.get_filename() or part.get_content() for name, part in parts.items()}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@asynccontextmanager
async def channel_to(api: BotApi) -> AsyncIterator[TelegramChannel]:
    known = replace(settings(), telegram_token="1:a", telegram_api=f"http://127.0.0.1:{api.server_port}")
    channel = TelegramChannel(known)
    async with channel.application:
        yield channel


@sync_to_async
def person(address: str, *replies: Reply, author: str = Message.Author.BOT) -> Conversation:
    """Somebody on Telegram for whom these messages wait."""
    conversation, _ = services.start_conversation(
        channel=Conversation.Channel.TELEGRAM, address=address, wanted_languages=["en"], now=timezone.now()
    )
    for reply in replies:
        services.say(conversation=conversation, author=author, reply=reply, now=timezone.now())
    return conversation


def with_letter(text: str) -> Reply:
    return {"text": text, "letters": [{"title": "Letter", "letter": LETTER.as_json()}]}


async def undelivered() -> int:
    return await Message.objects.filter(delivered_at=None).acount()


async def test_a_letter_goes_out_as_a_document(api: BotApi) -> None:
    someone = await person("42", with_letter("ready"))
    async with channel_to(api) as channel:
        await channel.deliver(someone)
    assert api.sent == [("42", "ready"), ("42", "letter-en.pdf")]


async def test_a_letter_that_cannot_be_set_stops_no_words(api: BotApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(letters, "_FONTS", tmp_path)
    letters._font_files.cache_clear()
    await person("42", with_letter("ready"), {"text": "and more"})
    async with channel_to(api) as channel:
        await channel.deliver_waiting()
        await channel.deliver_waiting()
    assert api.sent == [("42", "ready"), ("42", "and more")]
    assert await undelivered() == 0


async def test_who_cannot_be_reached_keeps_nobody_else_waiting(api: BotApi) -> None:
    for address in ("43", "no chat", "44", "45"):
        await person(address, {"text": "an operator's words"}, author=Message.Author.OPERATOR)
    async with channel_to(api) as channel:
        await channel.deliver_waiting()
    assert sorted(api.sent) == [(address, "an operator's words") for address in ("43", "44", "45")]
    assert await undelivered() == 1


async def test_a_second_try_begins_where_the_first_one_failed(api: BotApi) -> None:
    first, second = "A" * 3000, "B" * 3000
    someone = await person("42", with_letter(f"{first}\n\n{second}"))
    api.failures = {2: 502, 4: 502}
    for _ in range(3):
        async with channel_to(api) as channel:  # also over a restart
            await channel.deliver(someone)
    assert api.sent == [("42", first), ("42", second), ("42", "letter-en.pdf")]
    assert await undelivered() == 0


async def test_what_telegram_refuses_costs_only_itself(api: BotApi) -> None:
    first, second = "A" * 3000, "B" * 3000
    someone = await person("42", {"text": f"{first}\n\n{second}"}, {"text": ""}, {"text": "and more"})
    api.failures = {1: 400}
    async with channel_to(api) as channel:
        await channel.deliver(someone)
    assert api.sent == [("42", second), ("42", "and more")]


async def test_who_has_blocked_the_bot_is_tried_once(api: BotApi) -> None:
    someone = await person("42", with_letter("A" * 3000 + "\n\n" + "B" * 3000))
    api.failures = {1: 403}
    async with channel_to(api) as channel:
        await channel.deliver(someone)
    assert (api.calls, await undelivered()) == (1, 0)


async def test_who_writes_too_fast_is_shown_the_numbers(api: BotApi) -> None:
    someone = await person("42")
    someone.country = "QA"
    async with channel_to(api) as channel:
        await channel._say_too_fast(someone, 7)
    ((chat, text),) = api.sent
    assert (chat, "7 seconds" in text, "999" in text) == ("42", True, True)


class Shown(HTMLParser):
    """A text as Telegram reads it: every tag is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.bold, self.text = "", ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_entityref(self, name: str) -> None:
        self.handle_data({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name])

    def handle_data(self, data: str) -> None:
        assert "&" not in data or data == "&"
        self.text += data
        self.bold += data if "b" in self.open else " "


def shown(text: str, **body: Any) -> list[Shown]:
    texts = [Shown(text) for text in as_html(Message(text=text, body=body))]
    assert max(len(one.text) for one in texts) <= 4096
    return texts


@pytest.mark.parametrize("start", range(4086, 4097))
def test_a_long_text_is_cut_beside_a_sign_and_never_inside_one(start: int) -> None:
    text = "x" * start + "<&>" * 50
    assert "".join(one.text for one in shown(text)) == text


def test_a_long_text_is_cut_at_the_end_of_a_line_or_a_word() -> None:
    lines = "\n".join(["Call +974 4028 0660 & ask."] * 400)
    assert "\n".join(one.text for one in shown(lines)) == lines
    words = " ".join(["+97440280660"] * 800)
    assert " ".join(one.text for one in shown(words)) == words


def test_a_long_text_in_danger_is_bold_in_every_part() -> None:
    numbers = {"kind_label": "Emergency", "name": "Police", "phones": [{"label": "999"}], "channels": []}
    card = {**numbers, "email": "", "url": "", "address": "", "checked_label": ""}
    texts = shown("**Now**\n\n" + "word " * 1700 + "\n\nend", urgent=True, contacts=[card])
    assert texts[0].text.startswith("🆘 ")
    bold = " ".join(one.bold for one in texts).replace("\n", " ").split()
    assert bold == ["Now", *["word"] * 1700, "end", "Emergency", "999"]
