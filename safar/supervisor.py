"""Starts Safar's processes, waits until they are healthy, restarts what dies, stops all of it on Ctrl-C.

Our own because none of the kept libraries does all of this without a daemon: docs/decisions/0004-supervisor.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

_STOP_WITHIN_S = 10.0
_STABLE_AFTER_S = 30.0
_LONGEST_PAUSE_S = 30.0
_COLOURS = {"assistant": 35, "actions": 33, "web": 36, "telegram": 34}


@dataclass(frozen=True)
class Process:
    """One process to run.

    Attributes:
        command: program and arguments.
        health: address that answers 2xx when the process is ready, or None when there is nothing to ask.
        after: names of processes that must be ready before this one starts.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    health: str | None = None
    after: tuple[str, ...] = ()


class Supervisor:
    """Runs processes until it is told to stop.

    Args:
        processes: all to run; each waits for those in its `after`.
        log: where whole lines of all processes go, without colours; None writes to the terminal only.
        say: gets the supervisor's own lines.
    """

    def __init__(self, processes: list[Process], root: Path, log: Path | None, say: Callable[[str], None] = print) -> None:
        self._processes, self._root, self._say = processes, root, say
        self._log = log.open("a", encoding="utf-8", errors="replace") if log else None
        self._ready = {process.name: asyncio.Event() for process in processes}
        self._stopping = asyncio.Event()
        self._children: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, when_ready: Callable[[float], None], ready_within_s: float = 180.0) -> int:
        """Run until SIGINT or SIGTERM; return the exit code: 0, or 1 when not everything became ready in time."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        begun = time.monotonic()
        keepers = [asyncio.create_task(self._keep(process)) for process in self._processes]
        everything = asyncio.ensure_future(self._all_ready())
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({everything, stopped}, timeout=ready_within_s, return_when=asyncio.FIRST_COMPLETED)
        code = 0
        if everything.done():
            when_ready(time.monotonic() - begun)
            await stopped
        elif not self._stopping.is_set():
            waiting = ", ".join(name for name, event in self._ready.items() if not event.is_set())
            self._say(f"Not ready after {ready_within_s:.0f} s: {waiting}. See the lines above; then start again.")
            code = 1
        everything.cancel()
        self._stopping.set()
        await self._stop_all()
        await asyncio.gather(*keepers, return_exceptions=True)
        if self._log:
            self._log.close()
        return code

    async def _all_ready(self) -> None:
        for event in self._ready.values():
            await event.wait()

    async def _keep(self, process: Process) -> None:
        """Start a process, and start it again when it dies, each time a little later, until told to stop."""
        for name in process.after:
            await self._or_stop(self._ready[name].wait())
        pause = 1.0
        while not self._stopping.is_set():
            begun = time.monotonic()
            child = await asyncio.create_subprocess_exec(
                *process.command,
                cwd=self._root,
                env={**os.environ, **process.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only us; we stop the children in order
                limit=1 << 20,
            )
            self._children[process.name] = child
            watcher = asyncio.create_task(self._watch_health(process))
            await self._copy_output(process.name, child)
            code = await child.wait()
            watcher.cancel()
            if self._stopping.is_set():
                return
            if time.monotonic() - begun > _STABLE_AFTER_S:
                pause = 1.0
            self._say(f"{process.name} ended with code {code}; starting it again in {pause:.0f} s.")
            await self._or_stop(asyncio.sleep(pause))
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _or_stop(self, waiting: object) -> None:
        tasks = {asyncio.ensure_future(waiting), asyncio.ensure_future(self._stopping.wait())}  # type: ignore[call-overload]
        _, open_tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in open_tasks:
            task.cancel()

    async def _watch_health(self, process: Process) -> None:
        begun = time.monotonic()
        while process.health and not await asyncio.to_thread(_is_healthy, process.health):
            await asyncio.sleep(0.25)
        if not self._ready[process.name].is_set():
            self._say(f"{process.name} is ready ({time.monotonic() - begun:.1f} s)")
        self._ready[process.name].set()

    async def _copy_output(self, name: str, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        colour = f"\033[{_COLOURS.get(name, 37)}m{name:>9}\033[0m " if sys.stdout.isatty() else f"{name:>9} "
        while True:
            try:
                line = await child.stdout.readline()
            except ValueError:  # a line longer than the limit: what is left of it comes next
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            if not text:
                continue
            if self._log:
                self._log.write(f"{name:>9} {text}\n")
                self._log.flush()
            if not self._is_noise(text):
                print(f"{colour}{text}", flush=True)

    @staticmethod
    def _is_noise(text: str) -> bool:
        """Lines that a person at the terminal does not need; the log file has them all."""
        return not any(word in text for word in ("ERROR", "CRITICAL", "Traceback", "Error:", "WARNING console", "WARNING bot"))

    async def _stop_all(self) -> None:
        for child in self._children.values():
            if child.returncode is None:
                _signal_group(child.pid, signal.SIGTERM)
        waiting = [asyncio.create_task(child.wait()) for child in self._children.values() if child.returncode is None]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=_STOP_WITHIN_S)
            if late:
                for child in self._children.values():
                    if child.returncode is None:
                        _signal_group(child.pid, signal.SIGKILL)


def _is_healthy(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
