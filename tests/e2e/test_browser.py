"""The widget and the console in headless Chromium, at the size of a phone and of a desk."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Stack
from tests.e2e.screens import PICTURES, log, say


def test_unpaid_wages_in_nepali_on_a_phone(open_chat: Any) -> None:
    screen = open_chat("ne")
    say(screen, "कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन")
    expect(log(screen)).to_contain_text("आजै लेख्नुहोस्", timeout=15_000)
    expect(screen.page.locator('safar-chat a[href="tel:16008"]').first).to_be_visible()
    expect(screen.page.locator('safar-chat a[href="https://qa.nepalembassy.gov.np/"]').first).to_be_visible()
    screen.picture("widget-ne")


def test_danger_in_arabic_right_to_left_numbers_first(open_chat: Any) -> None:
    screen = open_chat("ar")
    assert screen.page.locator("safar-chat").get_attribute("dir") == "rtl"
    say(screen, "انا في قطر يقفلون علي الباب وأخذوا تلفوني")
    number = screen.page.locator('safar-chat a[href="tel:999"]').first
    expect(number).to_be_visible(timeout=15_000)
    screen.page.wait_for_timeout(500)
    screen.picture("widget-ar")
    first_link = screen.page.locator("safar-chat .log a").first
    assert first_link.get_attribute("href") == "tel:999"


def test_nothing_is_wider_than_a_small_phone(open_chat: Any) -> None:
    screen = open_chat("en")
    screen.page.set_viewport_size({"width": 320, "height": 568})
    say(screen, "my boss has not paid me for three months in qatar")
    expect(log(screen)).to_contain_text("Write down today", timeout=15_000)
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_conversation_survives_a_reload_and_a_language_switch(open_chat: Any) -> None:
    screen = open_chat("en")
    say(screen, "my employer took my passport")
    expect(log(screen)).to_contain_text("passport", timeout=15_000)
    screen.page.reload()
    expect(log(screen)).to_contain_text("my employer took my passport")
    screen.page.locator("safar-chat select").select_option("ar")
    expect(screen.page.locator("safar-chat")).to_have_attribute("dir", "rtl")
    expect(log(screen)).to_contain_text("my employer took my passport")


def test_a_message_typed_without_a_network_is_sent_when_it_is_back(open_chat: Any) -> None:
    screen = open_chat("en")
    screen.page.context.set_offline(True)
    say(screen, "my boss has not paid my salary")
    screen.page.wait_for_timeout(500)
    expect(log(screen)).to_contain_text("my boss has not paid my salary")
    screen.page.context.set_offline(False)
    expect(log(screen)).to_contain_text("Write down today", timeout=30_000)
    assert log(screen).inner_text().count("my boss has not paid my salary") == 1


def sign_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/console/")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill(stack.password)
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/console/$"))


@pytest.fixture
def console(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, stack)
    yield page
    context.close()


def test_an_operator_takes_over_and_the_person_receives_it(open_chat: Any, console: Page, stack: Stack) -> None:
    screen = open_chat("ar")
    say(screen, "انا في قطر يقفلون علي الباب وأخذوا تلفوني")
    expect(screen.page.locator('safar-chat a[href="tel:999"]').first).to_be_visible(timeout=15_000)

    console.goto(f"{stack.url}/console/cases/")
    console.locator("tbody tr", has_text="Arabic").last.locator("a").click()
    expect(console.locator("#transcript")).to_contain_text("يقفلون علي الباب")
    expect(console.locator("#transcript")).to_contain_text("understood: forced_labour_trafficking")
    console.get_by_role("button", name="Take over").click()
    console.locator("#reply").fill("أنا هنا. هل أنتم بأمان الآن؟")
    console.get_by_role("button", name="Send").click()
    expect(console.locator("#transcript")).to_contain_text("أنا هنا")
    expect(log(screen)).to_contain_text("أنا هنا. هل أنتم بأمان الآن؟", timeout=10_000)

    say(screen, "لا، أنا خائفة")
    expect(console.locator("#transcript")).to_contain_text("أنا خائفة", timeout=10_000)
    console.wait_for_timeout(700)
    if PICTURES:
        console.screenshot(path=Path(PICTURES) / "console-case.png")
    console.get_by_role("button", name="Hand back and close").click()
    expect(console.locator("body")).to_contain_text("Closed")
    say(screen, "شكرا")
    expect(log(screen).locator(".bot").last).to_be_visible()


def test_an_editor_changes_an_answer_and_the_next_person_gets_it(console: Page, stack: Stack, person: Any) -> None:
    console.goto(f"{stack.url}/console/snippets/content/answer/?topic=join_union&country=&locale=en")
    console.locator("tbody a", has_text="union").first.click()
    field = console.locator("textarea[name=first]")
    before = field.input_value()
    changed = "Ask a workmate whom you trust first."
    assert before != changed
    field.fill(changed)
    if PICTURES:
        console.screenshot(path=Path(PICTURES) / "console-answer.png")
    console.get_by_role("button", name="More actions").click()
    console.get_by_role("button", name="Publish").click()
    expect(console.locator("body")).to_contain_text("published", timeout=15_000)
    published = time.monotonic()
    someone = person(language="en", country="QA")
    while True:
        first = someone.press("/join_union")[0]["text"].splitlines()[0]
        if first == changed or time.monotonic() - published > 5:
            break
        time.sleep(0.2)
    assert first == changed, "not live within 5 seconds"
    # The translations were made from the text before: they give way, and the person is told.
    arabic = person(language="ar", country="QA").press("/join_union")
    assert arabic[1]["language"] == "en"
    assert arabic[0]["language"] == "ar"
