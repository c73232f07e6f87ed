"""What the browser tests share: Chromium, a page that notices what must not happen, and the chat on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

# Set to a directory to keep what people see, for docs/ and for looking at.
PICTURES = os.environ.get("SAFAR_PICTURES")
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if not path:
        pytest.fail("chromium is missing. Install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield launched
        launched.close()


class Screen:
    """A page that collects what must not happen: script errors, refusals of the Content-Security-Policy, requests elsewhere."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(f"error {error}"))
        page.on("console", lambda line: self.wrong.append(line.text) if "Content Security Policy" in line.text else None)
        page.on(
            "request",
            lambda request: self.wrong.append(request.url) if not request.url.startswith((stack.url, "data:", "blob:")) else None,
        )

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.fixture
def open_chat(browser: Browser, stack: Stack) -> Iterator[Any]:
    contexts = []
    screens: list[Screen] = []

    def opened(language: str, *, before: str = "", **options: Any) -> Screen:
        context = browser.new_context(**{"viewport": PHONE, "locale": language, "device_scale_factor": 2, **options})
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        screen = Screen(page, stack)
        screens.append(screen)
        page.goto(stack.url)
        expect(page.locator("safar-chat .log button")).to_have_count(8, timeout=10_000)
        return screen

    yield opened
    for context in contexts:
        context.close()
    assert [wrong for screen in screens for wrong in screen.wrong] == []


def say(screen: Screen, text: str) -> None:
    screen.page.locator("safar-chat textarea").fill(text)
    screen.page.keyboard.press("Enter")


def log(screen: Screen) -> Any:
    return screen.page.locator("safar-chat .log")
