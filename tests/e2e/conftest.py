"""The whole of Safar, started as a user starts it, on ports and in a directory of its own.

Real Rasa with the trained model, real action server, real web process, real python-telegram-bot against an
emulator of Telegram's Bot API. One for all tests of this folder.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.console import Console
from tests.e2e.screens import browser, open_chat  # noqa: F401  (fixtures of the browser tests)

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "123456:emulated-telegram-bot-token"
_READY_WITHIN_S = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(probe: Any, within_s: float = 15.0, every_s: float = 0.1) -> Any:
    """The first true result of `probe`; fails the test after `within_s`."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = probe()
        if found:
            return found
        time.sleep(every_s)
    raise AssertionError(f"nothing within {within_s} s")


@dataclass
class Stack:
    """A running Safar. `host_site` may embed its widget; nothing is there unless a test starts it."""

    url: str
    var: Path
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]
    telegram: str
    host_site: str

    @property
    def password(self) -> str:
        found = re.search(r"one-time password: (\S+)", self.log.read_text())
        assert found, "the start did not print a password"
        return found[1]

    def safar(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "bin" / "safar"), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def pid_of(self, words: str) -> int:
        """The process of this stack whose command line holds these words."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if words in command and f"SAFAR_VAR={self.var}\0".encode() in environment and "bin/safar" not in command:
                return int(entry.name)
        raise AssertionError(f"no process with {words!r}")


@pytest.fixture(scope="session")
def telegram_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The emulator of Telegram's Bot API."""
    if not shutil.which("node"):
        pytest.fail("node is missing. Install it with: apt-get install nodejs npm")
    folder = Path(__file__).parent / "telegram"
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)
    port = free_port()
    process = subprocess.Popen(["node", "emulator.mjs", str(port), str(free_port())], cwd=folder, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline().strip() == b"ready"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, telegram_api: str) -> Iterator[Stack]:
    var = tmp_path_factory.mktemp("stack")
    log = var / "terminal.log"
    host_site = f"http://localhost:{free_port()}"
    ports = {name: str(free_port()) for name in ("SAFAR_WEB_PORT", "SAFAR_ASSISTANT_PORT", "SAFAR_ACTIONS_PORT")}
    own = {
        "SAFAR_VAR": str(var),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": telegram_api,
        "SAFAR_RATE_PER_MINUTE": "60",
        "SAFAR_ALLOWED_ORIGINS": host_site,
        **ports,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAFAR_")} | own
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(ROOT / "bin" / "safar"), "run"], env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    made = Stack(f"http://127.0.0.1:{ports['SAFAR_WEB_PORT']}", var, environment, log, process, telegram_api, host_site)
    try:
        until(lambda: "Safar is running" in log.read_text() or process.poll() is not None, _READY_WITHIN_S, 0.5)
        assert process.poll() is None, log.read_text()
        yield made
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0, "Ctrl-C did not end everything cleanly"
        print(log.read_text()[-3000:])


class Person:
    """Somebody who writes over the Conversation API."""

    def __init__(self, stack: Stack, **profile: str) -> None:
        self.base = f"{stack.url}/api/v1/conversations"
        opened = requests.post(self.base, json=profile, timeout=10)
        assert opened.status_code == 201, opened.text
        self.opened: dict[str, Any] = opened.json()
        self.address = f"{self.base}/{self.opened['id']}"
        self.headers = {"Authorization": f"Bearer {self.opened['token']}"}

    def send(self, **message: Any) -> requests.Response:
        return requests.post(f"{self.address}/messages", json=message, headers=self.headers, timeout=30)

    def say(self, text: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.send(text=text, **more)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def press(self, payload: str, title: str = "x") -> list[dict[str, Any]]:
        answer = self.send(payload=payload, title=title)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        return list(
            requests.get(f"{self.address}/messages", params={"after": after}, headers=self.headers, timeout=10).json()["messages"]
        )


@pytest.fixture
def person(stack: Stack) -> Any:
    """Makes people: `person(language="ne", country="QA")`."""
    return lambda **profile: Person(stack, **profile)


@pytest.fixture(scope="session")
def console(stack: Stack) -> Console:
    """The administrator, signed in."""
    return Console(stack)
