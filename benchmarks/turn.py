#!/usr/bin/env python3
"""Measures both starts, memory and one turn of Safar beside a `rasa init` bot, in the same run on the same machine.

Usage: .venv/web/bin/python benchmarks/turn.py [--turns 300] [--json] [--without-peer]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "assistant" / "bin" / "python"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
# What people write, in three languages, topics and small talk.
MESSAGES = (
    ("en", "my boss has not paid my salary for three months in qatar"),
    ("ne", "कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन"),
    ("ar", "صاحب العمل أخذ جوازي وما يرجعه"),
    ("en", "hello"),
    ("ne", "नेपाली दूतावासको नम्बर चाहियो"),
    ("ar", "يقفلون علي الباب وأخذوا تلفوني"),
)
PEER_MESSAGES = ("hi", "I am sad", "yes", "are you a bot?", "bye", "great")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], within_s: float = 400) -> float:
    """Seconds until `ready`."""
    begun = time.monotonic()
    while time.monotonic() - begun < within_s:
        if ready():
            return time.monotonic() - begun
        time.sleep(0.1)
    sys.exit("did not become ready")


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def memory_mb(leader: int) -> float:
    """Proportional set size of a process and all its descendants, in MB."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    family = {leader}
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            break
        family |= more
    total = 0
    for pid in family:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total / 1024, 1)


def percentiles(times_s: list[float]) -> dict[str, float]:
    ordered = sorted(times_s)
    return {
        "p50_ms": round(statistics.median(ordered) * 1000, 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
    }


@contextmanager
def running(command: list[str], environment: dict[str, str], cwd: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **environment}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def measure(turn: Callable[[int], None], turns: int) -> dict[str, float]:
    """One user after the other, then eight at once."""
    for number in range(20):
        turn(number)
    times = []
    for number in range(turns):
        begun = time.perf_counter()
        turn(number)
        times.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(turn, range(turns)))
    return {**percentiles(times), "turns_per_s": round(turns / (time.perf_counter() - begun), 1)}


def peer(folder: Path, turns: int) -> dict[str, Any]:
    """The bot that `rasa init` makes, over its REST channel."""
    subprocess.run(
        [str(PYTHON), "-m", "rasa", "init", "--no-prompt", "--init-dir", str(folder)],
        env={**os.environ, **QUIET},
        capture_output=True,
        check=True,
    )
    port = free_port()
    session = requests.Session()

    def turn(number: int) -> None:
        body = {"sender": f"person-{number % 40}", "message": PEER_MESSAGES[number % len(PEER_MESSAGES)]}
        session.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", json=body, timeout=30).raise_for_status()

    command = [str(PYTHON), "-m", "rasa", "run", "--port", str(port), "--interface", "127.0.0.1"]
    with running(command, QUIET, folder, folder / "log") as process:
        started = wait_until(lambda: answers(f"http://127.0.0.1:{port}/webhooks/rest/"))
        return {"start_s": round(started, 1), **measure(turn, turns), "memory_mb": memory_mb(process.pid)}


def safar(folder: Path, turns: int) -> dict[str, Any]:
    """All of Safar, started twice: with an empty data directory and no model, and again."""
    ports = {name: str(free_port()) for name in ("SAFAR_WEB_PORT", "SAFAR_ASSISTANT_PORT", "SAFAR_ACTIONS_PORT")}
    environment = {"SAFAR_VAR": str(folder / "var"), "SAFAR_RATE_PER_MINUTE": "10000", "TELEGRAM_BOT_TOKEN": "", **ports}
    base = f"http://127.0.0.1:{ports['SAFAR_WEB_PORT']}/api/v1"
    session = requests.Session()
    people = []

    def turn(number: int) -> None:
        identity, token = people[number % len(people)]
        language, text = MESSAGES[number % len(MESSAGES)]
        headers = {"Authorization": f"Bearer {token}"}
        answer = session.post(f"{base}/conversations/{identity}/messages", json={"text": text}, headers=headers, timeout=30)
        answer.raise_for_status()
        if not answer.json()["messages"]:
            raise RuntimeError(f"no reply in {language}")

    found: dict[str, Any] = {}
    model = ROOT / "models"
    kept = folder / "models"
    if model.exists():
        shutil.move(model, kept)
    try:
        for name in ("first_start_s", "second_start_s"):
            with running([str(ROOT / "bin" / "safar"), "run"], environment, ROOT, folder / "log") as process:
                found[name] = round(wait_until(lambda: answers(f"{base}/health")), 1)
                if name == "second_start_s":
                    for _ in range(42):
                        opened = session.post(f"{base}/conversations", json={"country": "QA"}, timeout=30).json()
                        people.append((opened["id"], opened["token"]))
                    found |= {**measure(turn, turns), "memory_mb": memory_mb(process.pid)}
    finally:
        if kept.exists():
            shutil.rmtree(model, ignore_errors=True)
            shutil.move(kept, model)
    return found


def environments_mb() -> dict[str, float]:
    sizes = {}
    for name in ("assistant", "web"):
        text = subprocess.run(["du", "-sm", str(ROOT / ".venv" / name)], capture_output=True, text=True, check=True).stdout
        sizes[name] = float(text.split()[0])
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--without-peer", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safar-bench-") as name:
        folder = Path(name)
        found: dict[str, Any] = {"environments_mb": environments_mb()}
        for what, measured in (("safar", safar), ("rasa init", peer)):
            if what == "rasa init" and given.without_peer:
                continue
            print(f"measuring {what} ...", file=sys.stderr)
            (folder / what.replace(" ", "-")).mkdir()
            found[what] = measured(folder / what.replace(" ", "-"), given.turns)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for what, values in found.items():
        print(f"{what:18}" + "  ".join(f"{name} {value}" for name, value in values.items()))


if __name__ == "__main__":
    main()
