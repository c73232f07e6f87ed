"""`python -m bot.telegram`: long polling until stopped."""

from __future__ import annotations

import logging
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django.setup()

from telegram import Update  # noqa: E402
from telegram.error import InvalidToken  # noqa: E402

from bot.telegram.application import TelegramChannel  # noqa: E402
from safar.settings import settings  # noqa: E402


def main() -> int:
    known = settings()
    if not known.telegram_token:
        print("TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather and put it into .env", file=sys.stderr)
        return 1
    try:
        TelegramChannel(known).application.run_polling(allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY])
    except InvalidToken:
        logging.getLogger(__name__).error(
            "telegram.token_refused: Telegram does not know this token. Copy it again from @BotFather."
        )
        return 1
    return 0


sys.exit(main())
