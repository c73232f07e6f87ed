#!/usr/bin/env python3
"""Measures what the widget weighs and how it loads on a slow phone, beside rasa-webchat's published package in the same run.

The network is throttled in Chromium to 400 kbit/s with 400 ms a round trip, the processor to a quarter. Only the web process is
started: the welcome comes from it alone. Everything is sent gzipped, ours by the web process, the peer's by a small server here.

Usage: .venv/web/bin/python benchmarks/widget.py [--runs 5] [--json] [--without-peer]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page, sync_playwright
from turn import ROOT, answers, free_port, running, wait_until

sys.path.insert(0, str(ROOT))
from safar.bundle import pack, repository_answers, repository_contacts  # noqa: E402
from safar.bundle_store import BundleStore, signing_key  # noqa: E402

WEB_PYTHON = ROOT / ".venv" / "web" / "bin" / "python"
PEER = "rasa-webchat@1.0.1"
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
CPU_RATE = 4
PATIENCE_MS = 120_000
PEER_PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>x</title><body><script src="/index.js"></script>
<script>WebChat.default({customData: {language: 'en'}, socketUrl: location.origin, hideWhenNotConnected: false}, null)</script>"""


@contextmanager
def web_process(var: Path) -> Iterator[str]:
    """The gateway alone, with the repository's own content; its address."""
    port = free_port()
    own = {"SAFAR_VAR": str(var), "SAFAR_WEB_PORT": str(port), "TELEGRAM_BOT_TOKEN": "", "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **own}
    subprocess.run([str(WEB_PYTHON), "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    content = pack(repository_answers(), repository_contacts())
    BundleStore(var / "bundles").publish(content, signing_key(var / "keys"))
    command = [str(WEB_PYTHON), "-m", "uvicorn", "console.asgi:application", "--port", str(port), "--no-access-log"]
    with running(command, own, ROOT, var / "web.log"):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/bundles/current"), 120)
        requests.get(f"{url}/", timeout=30)
        yield url


@contextmanager
def peer_server(folder: Path) -> Iterator[str]:
    """rasa-webchat as its README embeds it, from its npm package, but told not to wait for its server, which is not here."""
    subprocess.run(["npm", "pack", PEER, "--silent"], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    files = {"/index.js": (folder / "package" / "lib" / "index.js").read_bytes(), "/": PEER_PAGE.encode()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = files.get(self.path)
            self.send_response(200 if data else 404)
            self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(gzip.compress(data or b"", 9))

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def slow_page(browser: Browser) -> tuple[Page, dict[str, int]]:
    """A page of a new visitor on a slow phone, and the bytes that reach it by kind."""
    page = browser.new_context(viewport={"width": 360, "height": 740}, locale="en").new_page()
    received = {"bytes": 0}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_RATE})
    session.on(
        "Network.loadingFinished", lambda event: received.update(bytes=received["bytes"] + int(event["encodedDataLength"]))
    )
    return page, received


def load(browser: Browser, url: str, moments: dict[str, str], *, again: bool = False, state: Any = "visible") -> dict[str, float]:
    """Seconds from asking for the page until each selector is there, and the kilobytes received by then."""
    page, received = slow_page(browser)
    if again:
        page.goto(url)
        page.wait_for_selector(list(moments.values())[-1], timeout=PATIENCE_MS)
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("navigator.serviceWorker.controller")
        page.wait_for_timeout(3000)
        received["bytes"] = 0
    begun = time.monotonic()
    page.goto(url, wait_until="commit")
    result = {}
    for name, selector in moments.items():
        page.wait_for_selector(selector, state=state, timeout=PATIENCE_MS)
        result[name] = time.monotonic() - begun
    result["kB"] = received["bytes"] / 1000
    page.context.close()
    return result


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    ours = {"box_s": "safar-chat textarea", "welcome_s": "safar-chat .message"}
    found: dict[str, Any] = {"parts": json.loads((ROOT / "widget" / "dist" / "parts.json").read_text())}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        with web_process(folder) as url:
            found["page"] = medians([load(browser, url, ours) for _ in range(given.runs)])
            found["page, second visit"] = medians([load(browser, url, ours, again=True) for _ in range(given.runs)])
        if not given.without_peer:
            with peer_server(folder) as url:
                button = {"button_s": ".rw-launcher"}
                found[PEER] = medians([load(browser, url, button, state="attached") for _ in range(given.runs)])
                script = (folder / "package" / "lib" / "index.js").read_bytes()
                found["parts"][PEER] = {"raw": len(script), "gzip": len(gzip.compress(script, 9))}
        browser.close()
    return found


def show(found: dict[str, Any]) -> None:
    print(f"{'part':<22}{'bytes':>9}{'gzip':>9}")
    for name, part in found.pop("parts").items():
        print(f"{name:<22}{part['raw']:>9}{part['gzip']:>9}")
    print("\nnew visitor at 400 kbit/s, 400 ms, processor at a quarter (median)")
    for name, figures in found.items():
        print(f"{name:<22}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
    print("No package of Chatwoot's web widget was found on npm; an installation of Chatwoot serves it.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--without-peer", action="store_true", help="where the npm registry cannot be reached")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safar-bench-") as name:
        found = measure(given, Path(name))
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
