"""`safar run`: everything that must be there before the processes start, then the processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from pathlib import Path

from safar import model
from safar.errors import SafarError
from safar.settings import ROOT, Settings
from safar.supervisor import Process, Supervisor

WEB_PYTHON = ROOT / ".venv" / "web" / "bin" / "python"
_LEAST_FREE_MB = 200


def check_machine(known: Settings) -> None:
    """Refuse to start with one clear sentence when something is in the way.

    Raises:
        SafarError: a port in use, a full disk, an environment or the widget missing.
    """
    for path, what in ((WEB_PYTHON, "web environment"), (model.ASSISTANT_PYTHON, "assistant environment")):
        if not path.exists():
            raise SafarError(f"The {what} is missing. Make it with: make setup")
    if not (ROOT / "widget" / "dist" / "safar-chat.js").exists():
        raise SafarError("The web widget is not built. Build it with: make setup")
    try:
        known.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SafarError(
            f"Cannot write to {known.var}: {error.strerror}. Set SAFAR_VAR to a directory that can be written."
        ) from error
    free_mb = shutil.disk_usage(known.var).free // 1_000_000
    if free_mb < _LEAST_FREE_MB:
        raise SafarError(
            f"Only {free_mb} MB are free under {known.var}; Safar needs {_LEAST_FREE_MB} MB. Free some space and start again."
        )
    ports = (
        ("SAFAR_WEB_PORT", known.host, known.web_port),
        ("SAFAR_ASSISTANT_PORT", "127.0.0.1", known.assistant_port),
        ("SAFAR_ACTIONS_PORT", "127.0.0.1", known.actions_port),
    )
    for name, host, port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise SafarError(
                    f"Port {port} on {host} cannot be used ({error.strerror}). "
                    f"Stop what uses it, or choose another: {name}={port + 1000} make run"
                ) from error


def processes(known: Settings) -> list[Process]:
    """The processes of one machine. Telegram is among them only when there is a token."""
    shared = {**known.environment(), **model.QUIET, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    assistant, web = str(model.ASSISTANT_PYTHON), str(WEB_PYTHON)
    found = [
        Process(
            "web",
            (
                web,
                "-m",
                "uvicorn",
                "console.asgi:application",
                "--host",
                known.host,
                "--port",
                str(known.web_port),
                "--no-access-log",
            ),
            shared,
            f"{known.web_url}/bundles/current",
        ),
        Process(
            "assistant",
            (assistant, "-m", "rasa", "run", "--model", str(model.MODEL), "--endpoints", "endpoints.yml")
            + ("--credentials", "credentials.yml", "--interface", "127.0.0.1", "--port", str(known.assistant_port)),
            shared,
            f"{known.assistant_url}/webhooks/safar/",
            after=("web",),
        ),
        Process(
            "actions",
            (assistant, "-m", "rasa_sdk", "--actions", "actions", "--port", str(known.actions_port)),
            shared,
            f"{known.actions_url}/health",
            after=("web",),
        ),
    ]
    if known.telegram_token:
        found.append(Process("telegram", (web, "-m", "bot.telegram"), shared, after=("assistant",)))
    return found


def prepare(known: Settings) -> str:
    """Migrate, load content, make the administrator; return what a person must read (the one-time password), or ''."""
    notes = ""
    for arguments in (["migrate", "--verbosity", "0"], ["load_content", "--if-changed"], ["ensure_people"]):
        print(f"  {arguments[0]} ...", flush=True)
        environment = {**os.environ, **known.environment(), "PYTHONPATH": str(ROOT)}
        result = subprocess.run(
            [str(WEB_PYTHON), "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise SafarError(f"'{arguments[0]}' failed:\n{(result.stdout + result.stderr)[-3000:]}")
        if arguments[0] == "ensure_people":
            notes = result.stdout.strip()
    return notes


def run(known: Settings) -> int:
    """Prepare and run until stopped; return the exit code."""
    check_machine(known)
    if not model.is_current():
        model.train()
    print("Preparing the database and the content:")
    notes = prepare(known)
    if known.telegram_token:
        print("Telegram: on")
    else:
        print("Telegram: off. To switch it on, get a token from @BotFather and put TELEGRAM_BOT_TOKEN=... into .env")
    supervisor = Supervisor(processes(known), ROOT, _log_file(known.var))

    def announce(seconds: float) -> None:
        print(f"\nSafar is running (ready after {seconds:.0f} s).")
        print(f"  Chat     {known.public_url}/")
        print(f"  Console  {known.public_url}/console/")
        print(f"  API      {known.public_url}/api/v1/openapi.json")
        print(f"  Log      {known.var / 'safar.log'}")
        if notes:
            print(f"  {notes}\n  Write it down and change it after you have signed in; it is not shown again.")
        print("Stop with Ctrl-C.", flush=True)

    return asyncio.run(supervisor.run(announce))


def _log_file(var: Path) -> Path:
    """The log of this run; that of the run before is kept beside it."""
    path = var / "safar.log"
    if path.exists():
        path.replace(var / "safar.log.1")
    return path
