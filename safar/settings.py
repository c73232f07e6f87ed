"""The environment, read once per process and checked at the start.

Every variable is optional: without any, Safar runs on embedded defaults. `.env` in the root of the
repository is read first; what is set in the real environment wins. docs/settings.md lists them all.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from safar.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
LOGO_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".svg": "image/svg+xml"}
_MAX_LOGO_BYTES = 50_000  # people load it over slow networks
_ENV_LINE = re.compile(r"^(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)$")


@dataclass(frozen=True)
class Settings:
    """What a process of Safar is told from outside.

    Attributes:
        var: directory of everything that is written at run time.
        host: address on which the web process listens; the others listen on 127.0.0.1 only.
        public_url: address under which people reach the web process, without a trailing slash.
        telegram_token: token of the Telegram bot, or an empty string: then there is no Telegram.
        telegram_api: base address of the Telegram Bot API, for tests and self-hosted Bot API servers.
        database_url: `postgresql://...` or an empty string for SQLite under `var`.
        retention_days: days after its last message that a conversation is deleted.
        rate_per_minute: messages one conversation may send in 60 seconds.
        operator_minutes: minutes after which a person is told that no operator has answered.
        api_per_minute: requests for the public directory that one address may make in 60 seconds.
        organisation: name of the organisation that runs Safar, shown on our own page; empty for our own name.
        logo: its picture, one of the kinds in `LOGO_TYPES`, or None.
    """

    var: Path
    host: str
    web_port: int
    assistant_port: int
    actions_port: int
    public_url: str
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    telegram_token: str
    telegram_api: str
    database_url: str
    retention_days: int
    rate_per_minute: int
    operator_minutes: int
    api_per_minute: int
    organisation: str
    logo: Path | None
    debug: bool
    internal_token: str
    django_secret: str

    @property
    def web_url(self) -> str:
        """Address of the web process for the other processes of this machine."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def assistant_url(self) -> str:
        return f"http://127.0.0.1:{self.assistant_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def bundles(self) -> Path:
        """Where the web process publishes bundles."""
        return self.var / "bundles"

    @property
    def bundle_public_key(self) -> Path:
        return self.var / "keys" / "bundle.pub"

    def environment(self) -> dict[str, str]:
        """The variables a child process needs to come to the same settings."""
        return {
            "SAFAR_VAR": str(self.var),
            "SAFAR_HOST": self.host,
            "SAFAR_WEB_PORT": str(self.web_port),
            "SAFAR_ASSISTANT_PORT": str(self.assistant_port),
            "SAFAR_ACTIONS_PORT": str(self.actions_port),
            "SAFAR_PUBLIC_URL": self.public_url,
            "SAFAR_ACTIONS_URL": self.actions_url,
            "SAFAR_TRACKER_DB": str(self.var / "tracker.sqlite3"),
            "SAFAR_INTERNAL_TOKEN": self.internal_token,
        }


def read_env_file(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines; blank lines and lines that begin with `#` are passed over.

    Raises:
        SettingsError: a line is neither; it names the file and the line.
    """
    values: dict[str, str] = {}
    if not path.exists():
        return values
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _ENV_LINE.match(line)
        if not match:
            raise SettingsError(
                f"{path.name}, line {number}: expected NAME=value, found {line[:40]!r}. Correct the line or put # before it."
            )
        value = match[2].strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[match[1]] = value
    return values


def _whole_number(values: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, "") or str(default)
    if not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name}={text}: give a whole number from {low} to {high}.")
    return int(text)


def _logo(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).resolve()
    if path.suffix.lower() not in LOGO_TYPES or not path.is_file() or path.stat().st_size > _MAX_LOGO_BYTES:
        kinds = ", ".join(LOGO_TYPES)
        raise SettingsError(f"SAFAR_LOGO={text}: give the path of a picture ({kinds}) of at most {_MAX_LOGO_BYTES // 1000} kB.")
    return path


def _kept_secret(var: Path, name: str) -> str:
    """A random secret that is made at the first start and kept in `var/keys/<name>`, readable by its owner only."""
    path = var / "keys" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"Cannot write {path}: {error.strerror}. Set SAFAR_VAR to a directory that can be written."
        ) from error


def read_settings(environ: Mapping[str, str], env_file: Path = ROOT / ".env") -> Settings:
    """Put the settings together and check them.

    Raises:
        SettingsError: with one sentence that names the variable and says what to do.
    """
    values = {**read_env_file(env_file), **environ}
    var = Path(values.get("SAFAR_VAR") or ROOT / "var").resolve()
    token = values.get("TELEGRAM_BOT_TOKEN", "").strip()
    if token and not re.fullmatch(r"\d+:[A-Za-z0-9_-]{10,}", token):
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN does not look like a token (digits, a colon, letters). Copy it again from @BotFather."
        )
    database_url = values.get("DATABASE_URL", "").strip()
    if database_url and not database_url.startswith(("postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must begin with postgresql:// or stay empty (then SQLite is used).")
    web_port = _whole_number(values, "SAFAR_WEB_PORT", 8000, 1, 65535)
    debug = values.get("SAFAR_DEBUG", "0")
    if debug not in ("0", "1"):
        raise SettingsError(f"SAFAR_DEBUG={debug}: give 0 or 1.")
    return Settings(
        var=var,
        host=values.get("SAFAR_HOST") or "127.0.0.1",
        web_port=web_port,
        assistant_port=_whole_number(values, "SAFAR_ASSISTANT_PORT", 5005, 1, 65535),
        actions_port=_whole_number(values, "SAFAR_ACTIONS_PORT", 5055, 1, 65535),
        public_url=(values.get("SAFAR_PUBLIC_URL") or f"http://127.0.0.1:{web_port}").rstrip("/"),
        allowed_hosts=tuple(values.get("SAFAR_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").replace(" ", "").split(",")),
        allowed_origins=tuple(o for o in values.get("SAFAR_ALLOWED_ORIGINS", "").replace(" ", "").split(",") if o),
        telegram_token=token,
        telegram_api=(values.get("TELEGRAM_API_URL") or "https://api.telegram.org").rstrip("/"),
        database_url=database_url,
        retention_days=_whole_number(values, "SAFAR_RETENTION_DAYS", 30, 1, 365),
        rate_per_minute=_whole_number(values, "SAFAR_RATE_PER_MINUTE", 30, 1, 10_000),
        operator_minutes=_whole_number(values, "SAFAR_OPERATOR_MINUTES", 15, 1, 1440),
        api_per_minute=_whole_number(values, "SAFAR_API_PER_MINUTE", 60, 1, 100_000),
        organisation=values.get("SAFAR_ORGANISATION", "").strip(),
        logo=_logo(values.get("SAFAR_LOGO", "").strip()),
        debug=debug == "1",
        internal_token=values.get("SAFAR_INTERNAL_TOKEN") or _kept_secret(var, "internal"),
        django_secret=values.get("SAFAR_SECRET_KEY") or _kept_secret(var, "django"),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read at the first call."""
    return read_settings(os.environ)
