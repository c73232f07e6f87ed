"""When a part of Safar is away: help first, nothing lost, and back without anybody doing anything.

Its name puts it last: it kills processes that the other tests need.
"""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Any

import requests

from tests.e2e.conftest import ROOT, Stack, until


def test_a_second_start_on_the_same_port_says_what_to_do(stack: Stack) -> None:
    again = subprocess.run(
        [str(ROOT / "bin" / "safar"), "run"], env=stack.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert again.returncode == 1
    assert "cannot be used" in again.stderr
    assert "Stop what uses it" in again.stderr


def test_the_action_server_dies(stack: Stack, person: Any) -> None:
    os.kill(stack.pid_of("rasa_sdk"), signal.SIGKILL)
    messages = person(language="en", country="QA").say("my boss has not paid my salary for three months")
    assert "wages_unpaid" in [message["topic"] for message in messages]
    assert any(card["kind"] == "emergency" for message in messages for card in message["contacts"]) or len(messages) > 1
    until(lambda: _listens(stack), 40)


def _listens(stack: Stack) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{stack.environment['SAFAR_ACTIONS_PORT']}/health", timeout=2).ok
    except requests.RequestException:
        return False


def test_rasa_dies_and_the_message_is_answered_when_it_is_back(stack: Stack, person: Any) -> None:
    someone = person(language="ne", country="QA")
    os.kill(stack.pid_of("rasa run"), signal.SIGKILL)
    messages = someone.say("कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन")
    assert messages[0]["contacts"][0]["phones"][0]["href"] == "tel:999"
    assert messages[0]["language"] == "ne"
    answer = until(lambda: [m["text"] for m in someone.messages() if m["topic"] == "wages_unpaid"], 90, 1)
    assert len(answer) == len(set(answer))
