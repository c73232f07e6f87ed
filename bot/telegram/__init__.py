"""The Telegram channel: python-telegram-bot in front of the gateway, in a process of its own."""
