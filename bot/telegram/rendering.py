"""Shows Safar's messages in Telegram's manner: HTML text, inline buttons, numbers that can be pressed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from bot.models import Message

_HEADING = re.compile(r"^\*\*(.+)\*\*$", re.MULTILINE)
_LINES = ("note", "does", "hours", "open_now", "distance", "languages", "free")  # of a card, when they are known
_DANGER = "🆘 "
_ROW_WIDTH = 28  # characters that fit beside another button on a small phone


def as_html(message: Message) -> list[str]:
    """The message in one or more texts of Telegram's length, never split inside a contact or a paragraph that fits."""
    limit = MessageLimit.MAX_TEXT_LENGTH  # of what is read: tags and escapes do not count
    paragraphs = message.text.split("\n\n")
    blocks = [_paragraph(piece) for whole in paragraphs for piece in _cut(whole, limit - len(_DANGER))]
    cards = message.body.get("contacts", [])
    if message.body.get("urgent") and cards:
        blocks = [f"<b>{block}</b>" for block in blocks]
        blocks[0] = _DANGER + blocks[0]
    # A card's lines are short and each closes what it opens, so its HTML can be cut at their ends.
    blocks += [piece for card in cards for piece in _cut(_card(card), limit)]
    return list(_joined(blocks, limit))


def _paragraph(text: str) -> str:
    return _HEADING.sub(r"<b>\1</b>", html.escape(text, quote=False))


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _card(card: dict[str, Any]) -> str:
    lines = [f"<b>{_escape(card['kind_label'])}</b>: {_escape(card['name'])}"]
    lines += [_escape(card[part]) for part in _LINES if card.get(part)]
    # Telegram turns +974... into a link that dials; short codes are shown bold.
    # FSI ... PDI keeps a number left to right inside right-to-left text.
    lines += [f"☎ \u2068<b>{_escape(phone['label'])}</b>\u2069" for phone in card["phones"]]
    lines += [_channel(channel) for channel in card["channels"]]
    lines += [_escape(card["email"])] if card["email"] else []
    lines += [f'<a href="{_escape(card["url"])}">{_escape(card["url"])}</a>'] if card["url"] else []
    lines += [_escape(card["address"])] if card["address"] else []
    lines += [_link(place) for place in card.get("maps", []) if place["href"].startswith("https:")]
    lines += [_escape(card["checked_label"])] if card["checked_label"] else []
    return "\n".join(lines)


def _channel(channel: dict[str, str]) -> str:
    return _link(channel) if channel["href"].startswith("https:") else _escape(channel["label"])


def _link(link: dict[str, str]) -> str:
    return f'<a href="{_escape(link["href"])}">{_escape(link["label"])}</a>'


def _joined(blocks: list[str], limit: int) -> Iterator[str]:
    """Blocks joined by empty lines into texts of at most `limit` characters; a block longer than that stays alone."""
    text = ""
    for block in blocks:
        if text and len(text) + 2 + len(block) > limit:
            yield text
            text = ""
        text = f"{text}\n\n{block}" if text else block
    if text:
        yield text


def _cut(block: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` characters, cut at the end of a line, else of a word, else anywhere."""
    while len(block) > limit:
        ends = (block.rfind(sign, 0, limit + 1) for sign in "\n ")
        end = next((end for end in ends if end > 0), limit)
        yield block[:end]
        block = block[end:].lstrip("\n ")
    yield block


def keyboard(message: Message, sources_title: str) -> InlineKeyboardMarkup | None:
    """The message's buttons. What a button carries is its number: payloads may be longer than Telegram's 64 bytes."""
    buttons = [
        InlineKeyboardButton(button["title"], callback_data=f"b:{message.pk}:{number}")
        for number, button in enumerate(message.body.get("buttons", []))
    ]
    reportable = reports(message)
    if reportable:
        buttons.append(InlineKeyboardButton(reportable[0]["title"], callback_data=f"n:{message.pk}"))
    if message.body.get("sources"):
        buttons.append(InlineKeyboardButton(sources_title, callback_data=f"s:{message.pk}"))
    rows: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and len(rows[-1][0].text) + len(button.text) <= _ROW_WIDTH:
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows) if rows else None


def reports(message: Message) -> list[dict[str, str]]:
    """For each contact of the message whose number can be reported: the name and number, the payload, the words of the button."""
    return [
        {"name": " · ".join([card["name"], *(phone["label"] for phone in card["phones"][:1])]), **card["report"]}
        for card in message.body.get("contacts", [])
        if card.get("report")
    ]


def sources_html(message: Message, heading: str) -> str:
    links = (
        f'• <a href="{html.escape(s["url"], quote=True)}">{html.escape(s["title"])}</a>' for s in message.body.get("sources", [])
    )
    return "\n".join([html.escape(heading), *links])
