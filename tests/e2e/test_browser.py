"""The widget and the console in headless Chromium, at the size of a phone and of a desk."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Stack, until
from tests.e2e.screens import PHONE, PICTURES, log, say
from tests.e2e.spoken import LANGUAGES, LOCKED_IN_IN_QATAR, WAGES, first_line, rows, written


def test_unpaid_wages_in_nepali_on_a_phone(open_chat: Any) -> None:
    screen = open_chat("ne")
    say(screen, "कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन")
    expect(log(screen)).to_contain_text("आजै लेख्नुहोस्", timeout=15_000)
    expect(screen.page.locator('safar-chat a[href="tel:16008"]').first).to_be_visible()
    expect(screen.page.locator('safar-chat a[href="https://qa.nepalembassy.gov.np/"]').first).to_be_visible()
    screen.picture("widget-ne")


@pytest.mark.parametrize("code", LANGUAGES)
def test_danger_numbers_first_in_the_direction_of_the_language(open_chat: Any, code: str) -> None:
    screen = open_chat(code)
    assert screen.page.locator("safar-chat").get_attribute("dir") == ("rtl" if code == "ar" else "ltr")
    say(screen, LOCKED_IN_IN_QATAR[code])
    number = screen.page.locator('safar-chat a[href="tel:999"]').first
    expect(number).to_be_visible(timeout=15_000)
    expect(log(screen)).to_contain_text(written(code, "utter_danger_case"))
    screen.picture(f"widget-{code}")
    first_link = screen.page.locator("safar-chat .log a").first
    assert first_link.get_attribute("href") == "tel:999"


def test_nothing_is_wider_than_a_small_phone(open_chat: Any) -> None:
    screen = open_chat("en")
    screen.page.set_viewport_size({"width": 320, "height": 568})
    say(screen, "my boss has not paid me for three months in qatar")
    expect(log(screen)).to_contain_text("Write down today", timeout=15_000)
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_conversation_survives_a_reload_and_a_language_switch(open_chat: Any, code: str) -> None:
    screen = open_chat(code)
    say(screen, WAGES[code])
    answer = first_line(code, "wages_unpaid")
    expect(log(screen)).to_contain_text(answer, timeout=15_000)
    screen.page.reload()
    expect(log(screen)).to_contain_text(WAGES[code])
    other = "en" if code == "ar" else "ar"
    screen.page.locator("safar-chat select").select_option(other)
    expect(screen.page.locator("safar-chat")).to_have_attribute("dir", "rtl" if other == "ar" else "ltr")
    expect(screen.page.locator("safar-chat textarea")).to_have_attribute("placeholder", written(other, "widget_placeholder"))
    expect(log(screen)).to_contain_text(answer)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_message_typed_without_a_network_is_sent_when_it_is_back(open_chat: Any, code: str) -> None:
    screen = open_chat(code)
    screen.page.context.set_offline(True)
    say(screen, WAGES[code])
    expect(screen.page.locator("safar-chat .status")).to_have_text(written(code, "widget_offline"))
    expect(log(screen)).to_contain_text(WAGES[code])
    screen.page.context.set_offline(False)
    expect(log(screen)).to_contain_text(first_line(code, "wages_unpaid"), timeout=30_000)
    assert log(screen).inner_text().count(WAGES[code]) == 1


@pytest.mark.parametrize("code", LANGUAGES)
def test_leaving_quickly_leaves_nothing_and_no_way_back(browser: Browser, stack: Stack, code: str) -> None:
    context = browser.new_context(viewport=PHONE, locale=code)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(stack.url)
    page.locator("safar-chat").evaluate("one => one.setAttribute('exit', '/favicon.ico')")
    expect(page.locator("safar-chat .log button")).to_have_count(8, timeout=10_000)
    until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))  # what there is to clear is there
    before = page.evaluate("history.length")
    page.get_by_role("button", name=written(code, "widget_exit")).click()
    page.wait_for_url("**/favicon.ico")
    assert page.evaluate("history.length") == before
    left = """async () => [localStorage.length, (await caches.keys()).length,
        (await navigator.serviceWorker.getRegistrations()).length]"""
    until(lambda: page.evaluate(left) == [0, 0, 0], 5)
    context.close()


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
    [(number,)] = rows(stack, "select max(id) from cases_case where language = 'ar'")
    console.get_by_role("link", name=f"S{number:05d}").click()
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
