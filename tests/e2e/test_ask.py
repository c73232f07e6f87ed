"""The page without scripts: the same conversation as plain forms."""

from __future__ import annotations

import re

import requests
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Stack
from tests.e2e.screens import PHONE


def test_the_simple_page_holds_the_same_conversation_without_scripts_or_cookies(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport=PHONE, locale="ar", java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(stack.url)
    page.locator("safar-chat a[href^='/ask?']").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("textarea").fill("انا في قطر يقفلون علي الباب وأخذوا تلفوني")
    page.locator("button.send").click()
    expect(page.locator("a[href='tel:999']").first).to_be_visible()
    page.locator("button[name=press]").last.click()
    expect(page.locator("article.person")).to_have_count(2)
    page.locator("#to_language").select_option("en")
    page.locator("button[value=change]").click()
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator("article.person")).to_have_count(2)
    page.locator("button[value=forget]").click()
    expect(page.locator("article.person")).to_have_count(0)
    expect(page.locator(".notice")).to_contain_text("deleted")
    assert context.cookies() == []
    context.close()


def test_sending_the_simple_form_twice_says_it_once(stack: Stack) -> None:
    form = _fields(requests.get(f"{stack.url}/ask?language=en", timeout=10).text)
    first = requests.post(f"{stack.url}/ask", data={**form, "text": "hello"}, timeout=30)
    kept = {**_fields(first.text), "text": "my employer took my passport"}
    for _ in range(2):
        answer = requests.post(f"{stack.url}/ask", data=kept, timeout=30)
    assert answer.text.count("my employer took my passport") == 1
    assert answer.headers["Cache-Control"] == "no-store"


def _fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(token|page|language|country)" value="([^"]*)"', page))
