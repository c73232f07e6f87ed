"""The python-telegram-bot application. A handler only translates: update, gateway, reply."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.utils import timezone
from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot import services
from bot.bundles import composer_for
from bot.gateway import Gateway, too_fast
from bot.letters import as_pdf, file_name, letters_of
from bot.models import Conversation, Message
from bot.services import Incoming, TooFast
from bot.telegram.rendering import as_html, keyboard, reports, sources_html
from safar.geography import Position
from safar.languages import DEFAULT
from safar.letters import Letter
from safar.settings import Settings

logger = logging.getLogger(__name__)

_DELIVER_EVERY_S = 0.5
_PAYLOADS = {
    "start": "",
    "menu": "/help_menu",
    "help": "/help_menu",
    "language": "/change_language",
    "person": "/talk_to_human",
    "privacy": "/privacy",
    "forget": "/delete_my_data",
}
# In a message's body: how many of its texts and files have gone out, when not all of them could.
_SENT = "parts_sent"
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Context = ContextTypes.DEFAULT_TYPE


class TelegramChannel:
    """Telegram in front of a gateway.

    Every reply goes out through the outbox in the database (`Message.delivered_at`): each part of a message
    is delivered once, in order, also over a restart, and an operator's words take the same way.
    """

    def __init__(self, known: Settings, gateway: Gateway | None = None) -> None:
        self._gateway = gateway or Gateway()
        self._delivering = asyncio.Lock()
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(known.telegram_token)
            .base_url(f"{known.telegram_api}/bot")
            .rate_limiter(AIORateLimiter(max_retries=5))
            .concurrent_updates(32)
            .post_init(self._start)
            .post_shutdown(self._stop)
            .build()
        )
        for command in _PAYLOADS:
            self.application.add_handler(CommandHandler(command, self._on_command, filters.ChatType.PRIVATE))
        private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
        self.application.add_handler(CallbackQueryHandler(self._on_button))
        self.application.add_handler(MessageHandler(private & filters.TEXT, self._on_text))
        self.application.add_handler(MessageHandler(private & filters.LOCATION, self._on_position))
        self.application.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, self._on_other))
        self.application.add_handler(MessageHandler(filters.ChatType.GROUPS & filters.COMMAND, self._on_group))
        self.application.add_error_handler(self._on_error)
        self._outbox: asyncio.Task[None] | None = None

    # --- what arrives ---

    async def _on_command(self, update: Update, context: Context) -> None:
        assert update.effective_message
        assert update.effective_message.text
        command = update.effective_message.text.split()[0].lstrip("/").partition("@")[0].lower()
        conversation = await self._conversation(update)
        if command == "start":
            composer = await sync_to_async(composer_for)(conversation)
            welcome = composer.say("notice_welcome", buttons=composer.menu_buttons())
            await sync_to_async(services.say)(
                conversation=conversation, author=Message.Author.BOT, reply=welcome, now=timezone.now()
            )
            await self.deliver(conversation)
            return
        await self._take(update, conversation, Incoming(f"/{command}", _PAYLOADS[command], self._id(update)))

    async def _on_text(self, update: Update, context: Context) -> None:
        assert update.effective_message
        assert update.effective_message.text
        conversation = await self._conversation(update)
        text = update.effective_message.text
        await self._take(update, conversation, Incoming(text[: services.MAX_CHARACTERS], client_id=self._id(update)))

    async def _on_button(self, update: Update, context: Context) -> None:
        """A pressed button, also one of a message of last week."""
        query = update.callback_query
        assert query
        await _quietly(query.answer())  # stops the spinner; too old a press cannot be answered, and need not be
        conversation = await self._conversation(update)
        kind, _, rest = (query.data or "").partition(":")
        number, _, index = rest.partition(":")
        message = await conversation.messages.filter(pk=int(number) if number.isdigit() else 0).afirst()
        if message is None:
            await self._take(update, conversation, Incoming("/menu", "/help_menu", self._id(update)))
        elif kind == "s":
            heading = (await sync_to_async(composer_for)(conversation)).say("utter_sources")["text"]
            await self._send(conversation, sources_html(message, heading))
        elif kind == "n":
            await self._take_report(update, conversation, reports(message))
        else:
            buttons = message.body.get("buttons", [])
            button = buttons[int(index)] if index.isdigit() and int(index) < len(buttons) else None
            title, payload = (button["title"], button["payload"]) if button else ("/menu", "/help_menu")
            await self._take(update, conversation, Incoming(title, payload, self._id(update)))

    async def _take_report(self, update: Update, conversation: Conversation, listed: list[dict[str, str]]) -> None:
        """A number did not work. Telegram has one row of buttons a message, so with several contacts: which one."""
        if len(listed) == 1:
            await self._take(update, conversation, Incoming(listed[0]["title"], listed[0]["payload"], self._id(update)))
            return
        composer = await sync_to_async(composer_for)(conversation)
        buttons = [{"title": entry["name"], "payload": entry["payload"]} for entry in listed]
        which = composer.say("notice_which_number", buttons=buttons)
        await sync_to_async(services.say)(conversation=conversation, author=Message.Author.BOT, reply=which, now=timezone.now())
        await self.deliver(conversation)

    async def _on_position(self, update: Update, context: Context) -> None:
        """A place sent from the map, a venue, or the first moment of a live position; what follows of that is an edit."""
        assert update.effective_message
        location = update.effective_message.location
        assert location
        conversation = await self._conversation(update)
        place = (location.latitude, location.longitude)
        await self._take(update, conversation, place)

    async def _on_other(self, update: Update, context: Context) -> None:
        """Voice, picture, sticker, document: a caption is read; otherwise the person hears what can be read, and the menu."""
        assert update.effective_message
        conversation = await self._conversation(update)
        caption = update.effective_message.caption
        if caption:
            await self._take(update, conversation, Incoming(caption[: services.MAX_CHARACTERS], client_id=self._id(update)))
            return
        composer = await sync_to_async(composer_for)(conversation)
        notice = composer.say("notice_text_only", buttons=composer.menu_buttons())
        await sync_to_async(services.say)(conversation=conversation, author=Message.Author.BOT, reply=notice, now=timezone.now())
        await self.deliver(conversation)

    async def _on_group(self, update: Update, context: Context) -> None:
        """In a group everybody would read the answer: nothing is asked or told there."""
        assert update.effective_chat
        assert update.effective_user
        from bot.bundles import current_bundle

        bundle = await sync_to_async(current_bundle)()
        language = update.effective_user.language_code or DEFAULT
        await context.bot.send_message(
            update.effective_chat.id, bundle.string("notice_private_chat_only", language.split("-")[0])
        )

    async def _on_error(self, update: object, context: Context) -> None:
        identity = update.update_id if isinstance(update, Update) else None
        logger.error("telegram.failed update=%s", identity, exc_info=context.error)

    # --- to the gateway and back ---

    @staticmethod
    def _id(update: Update) -> str:
        return f"telegram:{update.update_id}"

    async def _conversation(self, update: Update) -> Conversation:
        assert update.effective_chat
        spoken = update.effective_user.language_code if update.effective_user else None
        conversation, _ = await sync_to_async(services.start_conversation)(
            channel=Conversation.Channel.TELEGRAM,
            address=str(update.effective_chat.id),
            wanted_languages=[spoken] if spoken else [],
            now=timezone.now(),
        )
        return conversation

    async def _take(self, update: Update, conversation: Conversation, incoming: Incoming | Position) -> None:
        try:
            if isinstance(incoming, Incoming):
                replies = await self._gateway.receive(conversation, incoming)
            else:
                replies = await self._gateway.receive_position(conversation, incoming, self._id(update))
        except TooFast as error:
            await self._say_too_fast(conversation, error.wait_s)
            return
        if not await Conversation.objects.filter(pk=conversation.pk).aexists():
            for reply in replies:  # deleted by its own wish: the last words are no longer in the outbox
                await self._show(conversation.address, reply, "")
            return
        await self.deliver(conversation)

    async def _say_too_fast(self, conversation: Conversation, wait_s: int) -> None:
        composer = await sync_to_async(composer_for)(conversation)
        await self._send(conversation, html.escape(too_fast(composer, wait_s), quote=False))

    # --- the outbox ---

    async def _start(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        self._outbox = asyncio.create_task(self._deliver_for_ever())

    async def _stop(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        if self._outbox:
            self._outbox.cancel()
        await self._gateway.assistant.close()

    async def _deliver_for_ever(self) -> None:
        """What other processes stored: operators' words, answers that came late."""
        while True:
            await asyncio.sleep(_DELIVER_EVERY_S)
            try:
                await self.deliver_waiting()
            except Exception:  # a process edge: the next round must come
                logger.exception("telegram.outbox_failed")

    async def deliver_waiting(self) -> None:
        """Send what is waiting for anybody; who cannot be reached keeps nobody else waiting."""
        waiting = Conversation.objects.filter(
            channel=Conversation.Channel.TELEGRAM, messages__delivered_at=None, messages__author__in=("bot", "operator")
        ).distinct()
        async for conversation in waiting:
            try:
                await self.deliver(conversation)
            except Exception:  # whatever is wrong with one conversation
                logger.exception("telegram.not_delivered conversation=%s", conversation.pk)

    async def deliver(self, conversation: Conversation) -> None:
        """Send what is waiting for this person, in order; stop at the first that does not go through."""
        async with self._delivering:
            waiting = conversation.messages.filter(delivered_at=None).exclude(author=Message.Author.PERSON)
            composer = await sync_to_async(composer_for)(conversation)
            sources_title = composer.bundle.string("button_sources", conversation.language)
            async for message in waiting:
                if not await self._show(conversation.address, message, sources_title):
                    return
                await Message.objects.filter(pk=message.pk).aupdate(delivered_at=timezone.now())

    async def _show(self, address: str, message: Message, sources_title: str) -> bool:
        """Send what of a message has not gone out yet; False when the rest should be tried again later."""
        sends = self._sends(int(address), message, sources_title)
        sent = message.body.get(_SENT, 0)
        for number, send in enumerate(sends[sent:], start=sent + 1):
            try:
                await send()
            except Forbidden:
                logger.info("telegram.blocked message=%s", message.pk)  # the person has blocked us: nothing can arrive
                return True
            except BadRequest as error:
                logger.error("telegram.refused message=%s part=%s error=%s", message.pk, number, error)
            except (RetryAfter, NetworkError) as error:
                logger.warning("telegram.later message=%s part=%s error=%s", message.pk, number, error)
                return False
            if number < len(sends):
                await Message.objects.filter(pk=message.pk).aupdate(body={**message.body, _SENT: number})
        return True

    def _sends(self, chat: int, message: Message, sources_title: str) -> list[Callable[[], Awaitable[object]]]:
        """The calls that bring a message: its texts, the last with the buttons, then its letters as documents."""
        texts = as_html(message)
        under = {len(texts): keyboard(message, sources_title)} if message.pk else {}
        send = partial(self.application.bot.send_message, chat, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW)
        return [
            *(partial(send, text, reply_markup=under.get(number)) for number, text in enumerate(texts, start=1)),
            *(partial(self._send_letter, chat, letter, message) for letter in letters_of(message)),
        ]

    async def _send_letter(self, chat: int, letter: Letter, message: Message) -> None:
        try:
            pdf = await sync_to_async(as_pdf, thread_sensitive=False)(letter)
        except Exception:  # a missing font, a sign that cannot be set: the same at every try, and the words were sent before
            logger.exception("telegram.file_not_made message=%s", message.pk)
            return
        await self.application.bot.send_document(chat, pdf, filename=file_name(letter))

    async def _send(self, conversation: Conversation, text: str) -> None:
        await _quietly(
            self.application.bot.send_message(
                int(conversation.address), text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
            )
        )


async def _quietly(call: Any) -> None:
    """Make a call to Telegram whose failure must not stop the turn."""
    try:
        await call
    except TelegramError as error:
        logger.warning("telegram.call_failed error=%s", error)
