"""The widget where phones and networks are worst: what breaks elsewhere (66 to 75), offline, embedding, accessibility."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import ROOT, Stack, until
from tests.e2e.screens import PHONE, Screen, log, say

MAX_FIRST_PART = 10_240
MAX_PACK = 250_000
AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
UNPAID = "my boss has not paid me for three months in qatar"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def offered(screen: Screen, what: str) -> Any:
    """A control behind the gear, opened."""
    screen.page.locator("safar-chat .more").click()
    return screen.page.locator(f"safar-chat .sheet [data-do={what}]")


def findings(page: Page) -> list[str]:
    """What axe has to say about the page, shadow roots too."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    script = """async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations
        .map(rule => rule.id + ' ' + rule.nodes.map(node => node.target.join(' ')).join(', '))"""
    return list(page.evaluate(script, TAGS))


def until_installed(page: Page) -> None:
    """The service worker has fetched everything and holds the page."""
    until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))


# --- what breaks elsewhere ---


def test_66_all_code_before_the_first_message_is_at_most_10_kb(open_chat: Any, stack: Stack) -> None:
    screen = open_chat("en")
    page = screen.page
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [new URL(one.name).pathname, one.encodedBodySize])"
    )
    scripts = {path.rsplit("/", 1)[-1]: size for path, size in loaded if path.endswith("safar-chat.js")}
    assert 0 < scripts["safar-chat.js"] <= MAX_FIRST_PART
    second = requests.get(f"{stack.url}/widget/safar-more.js", timeout=10)
    assert second.headers["Content-Encoding"] == "gzip"
    # The second part comes by itself, after the first message, and is whole: its hash is in the first.
    until(lambda: page.evaluate("performance.getEntriesByType('resource').some(one => one.name.includes('safar-more.js'))"))
    expect(offered(screen, "size")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ne", "ar"])
def test_the_beginning_of_an_answer_stays_on_the_screen_when_its_parts_come_one_by_one(open_chat: Any, language: str) -> None:
    screen = open_chat(language)
    page = screen.page
    for _ in range(2):
        page.wait_for_timeout(500)
        before = page.locator("safar-chat .message").count()
        say(screen, UNPAID)
        until(lambda: page.locator("safar-chat .message.bot .card").count() > 0)
        page.wait_for_timeout(3000)
        answer = page.locator("safar-chat .message").nth(before + 1)
        top = answer.evaluate("one => one.getBoundingClientRect().top - one.parentNode.getBoundingClientRect().top")
        assert "bot" in (answer.get_attribute("class") or "")
        assert 0 <= top < page.locator("safar-chat .log").evaluate("one => one.clientHeight") / 2
    expect(page.locator("safar-chat .new")).to_be_visible()
    log, newest = (page.locator(f"safar-chat .{name}").bounding_box() for name in ("log", "new"))
    assert log
    assert newest
    assert newest["y"] >= log["y"] + log["height"]  # it covers no line of what is read
    page.locator("safar-chat .new").click()
    expect(page.locator("safar-chat .new")).to_be_hidden()


def test_67_the_widget_stays_when_the_network_goes_in_the_middle(open_chat: Any) -> None:
    screen = open_chat("en")
    page = screen.page
    page.wait_for_timeout(2500)
    page.context.set_offline(True)
    say(screen, "my employer took my passport")
    expect(page.locator("safar-chat .person.pending")).to_have_count(1)
    expect(page.locator("safar-chat .status")).to_contain_text("No connection")
    expect(page.locator("safar-chat textarea")).to_be_enabled()
    page.locator("safar-chat .emergency").click()
    page.locator("safar-chat .sheet [data-code=QA]").click()
    expect(page.locator("safar-chat .sheet a[href='tel:999']").first).to_be_visible()
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    expect(log(screen)).to_contain_text("passport back", timeout=30_000)
    assert log(screen).inner_text().count("my employer took my passport") == 1


def test_68_nothing_comes_from_elsewhere_and_a_named_build_stays(open_chat: Any, stack: Stack) -> None:
    open_chat("en")  # a request to any other server fails the fixture
    page = requests.get(stack.url, timeout=10)
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page.text) == []
    [(address, integrity)] = re.findall(r'<script src="(\S+safar-chat\.js)" integrity="(\S+)"', page.text)
    named = requests.get(stack.url + address, timeout=10)
    assert "immutable" in named.headers["Cache-Control"]
    assert integrity == json.loads((ROOT / "widget/dist/parts.json").read_text())["safar-chat.js"]["integrity"]
    assert "set-cookie" not in page.headers


def test_69_a_browser_of_2019_shows_it_too(open_chat: Any) -> None:
    missing = """delete CSSStyleSheet.prototype.replaceSync; delete Document.prototype.adoptedStyleSheets
        delete ShadowRoot.prototype.adoptedStyleSheets; delete Crypto.prototype.randomUUID; delete Array.prototype.at
        delete String.prototype.replaceAll; delete Promise.any; delete AbortSignal.timeout
        Object.defineProperty(Navigator.prototype, 'locks', {get: () => undefined})"""
    screen = open_chat("en", before=missing)
    say(screen, "my employer took my passport")
    expect(log(screen)).to_contain_text("passport is yours", timeout=15_000, ignore_case=True)
    assert screen.page.locator("safar-chat .send").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(11, 88, 114)"
    expect(offered(screen, "size")).to_be_visible()


def test_70_an_answer_that_is_no_answer_is_waited_out(open_chat: Any) -> None:
    screen = open_chat("en")
    bad = [
        {"status": 502, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"},
        {"status": 200, "content_type": "text/html", "body": "<h1>Log in to the hotel network</h1>"},
    ]
    screen.page.route("**/messages", lambda route: route.fulfill(**bad.pop()) if bad else route.continue_())
    say(screen, "my employer took my passport")
    expect(log(screen)).to_contain_text("passport is yours", timeout=30_000, ignore_case=True)
    assert log(screen).inner_text().count("my employer took my passport") == 1
    assert not bad


def test_71_the_conversation_is_there_after_a_reload_and_in_another_tab(open_chat: Any, stack: Stack) -> None:
    screen = open_chat("en")
    say(screen, "my employer took my passport")
    expect(log(screen)).to_contain_text("passport is yours", timeout=15_000, ignore_case=True)
    screen.page.reload()
    expect(log(screen)).to_contain_text("my employer took my passport")
    other = screen.page.context.new_page()
    other.goto(stack.url)
    expect(other.locator("safar-chat .log")).to_contain_text("my employer took my passport")
    stored = json.loads(screen.page.evaluate("localStorage['safar:/api/v1:conversation']"))
    headers = {"Authorization": f"Bearer {stored['token']}"}
    address = f"{stack.url}/api/v1/conversations/{stored['id']}/messages"
    kept = requests.get(address, headers=headers, timeout=10).json()["messages"]
    assert [message["text"] for message in kept if message["from"] == "person"] == ["my employer took my passport"]


@pytest.fixture
def serve() -> Iterator[Any]:
    """Sites of others: `serve(address, page)`."""
    servers = []

    def start(address: str, page: str) -> None:
        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", urlsplit(address).port or 0), Site)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_72_an_allowed_site_embeds_it_with_two_lines_and_a_hash(browser: Browser, stack: Stack, serve: Any) -> None:
    demo = requests.get(f"{stack.url}/demo", timeout=10).text
    lines = (
        re.findall(r"<pre.*?<code>(.*?)</code>", demo, re.S)[0].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    )
    policy = f"default-src 'none'; script-src {stack.url}; connect-src {stack.url}"
    site = f'<!DOCTYPE html><html lang="en"><meta http-equiv="Content-Security-Policy" content="{policy}"><title>x</title>{lines}'
    serve(stack.host_site, site)
    context = browser.new_context(viewport=PHONE, locale="en")  # type: ignore[arg-type]
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(stack.host_site)
    page.locator("safar-chat .fab").click()
    expect(page.locator("safar-chat .log button")).to_have_count(8, timeout=10_000)
    page.locator("safar-chat .menu").click()
    expect(page.locator("safar-chat .sheet summary")).to_have_count(7)
    assert [line for line in refused if "icon" not in line and "favicon" not in line] == []
    # The same page under another name is not on the list: the browser refuses the script.
    page.goto(stack.host_site.replace("localhost", "127.0.0.1"))
    page.wait_for_timeout(1000)
    expect(page.locator("safar-chat .fab")).to_have_count(0)
    context.close()


def test_73_keyboard_alone_reaches_everything_and_answers_are_announced(open_chat: Any) -> None:
    screen = open_chat("en")
    page = screen.page
    page.wait_for_timeout(2500)
    reached: list[str] = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.querySelector('safar-chat').shadowRoot.activeElement?.className || ''"))
        if page.evaluate("document.querySelector('safar-chat').shadowRoot.activeElement?.localName") == "textarea":
            break
    assert {"exit", "emergency", "more", "log", "menu"} <= set(reached)
    page.keyboard.type("my employer took my passport")
    page.keyboard.press("Enter")
    live = page.get_by_role("log")
    expect(live).to_have_attribute("aria-live", "polite")
    expect(live).to_contain_text("passport is yours", timeout=15_000, ignore_case=True)
    expect(page.get_by_role("textbox", name="Write your question")).to_be_focused()


def test_74_who_writes_too_fast_is_told_why_and_shown_the_numbers(open_chat: Any, stack: Stack) -> None:
    screen = open_chat("en")
    stored = json.loads(screen.page.evaluate("localStorage['safar:/api/v1:conversation']"))
    address = f"{stack.url}/api/v1/conversations/{stored['id']}"
    headers = {"Authorization": f"Bearer {stored['token']}"}
    requests.patch(address, json={"country": "QA"}, headers=headers, timeout=10)
    for _ in range(60):
        requests.post(f"{address}/messages", json={"text": "hello"}, headers=headers, timeout=30)
    say(screen, "are you there?")
    expect(screen.page.locator("safar-chat .status")).to_contain_text("faster than I can answer", timeout=10_000)
    expect(screen.page.locator("safar-chat .status")).to_contain_text("999")
    expect(screen.page.locator("safar-chat .pending")).to_contain_text("are you there?")


def test_75_the_token_is_in_no_address_and_without_it_nothing_opens(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport=PHONE, locale="en")  # type: ignore[arg-type]
    page = context.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(stack.url)
    expect(page.locator("safar-chat .log button")).to_have_count(8, timeout=10_000)
    page.wait_for_timeout(3000)
    stored = json.loads(page.evaluate("localStorage['safar:/api/v1:conversation']"))
    assert any("/events" in address for address in addresses)
    assert not [address for address in addresses if stored["token"] in address]
    for token in ("", "Bearer ", "Bearer wrong"):
        answer = requests.get(
            f"{stack.url}/api/v1/conversations/{stored['id']}/messages", headers={"Authorization": token}, timeout=10
        )
        assert answer.status_code == 404
    assert context.cookies() == []
    context.close()


# --- without a network ---


def test_the_page_opens_without_a_network_with_answers_read_numbers_and_pack(open_chat: Any, stack: Stack) -> None:
    screen = open_chat("ne")
    page = screen.page
    say(screen, "कतारमा काम गर्छु, तीन महिनादेखि तलब पाएको छैन")
    expect(page.locator("safar-chat .card").first).to_be_visible(timeout=15_000)
    offered(screen, "pack").click()
    page.locator("safar-chat [data-do=packLoad]").click()
    expect(page.locator("safar-chat .found > details").first).to_be_visible(timeout=15_000)
    until_installed(page)
    page.context.set_offline(True)
    page.reload()
    expect(log(screen)).to_contain_text("आजै लेख्नुहोस्")
    offered(screen, "pack").click(timeout=10_000)
    page.locator("safar-chat .sheet input").fill("पासपोर्ट")
    expect(page.locator("safar-chat .found summary").first).to_contain_text("पासपोर्ट")
    page.keyboard.press("Escape")
    page.locator("safar-chat .emergency").click()
    expect(page.locator("safar-chat .sheet a[href='tel:999']").first).to_be_visible()
    page.goto(f"{stack.url}/ask")  # was never opened: the list of all numbers stands in
    expect(page.locator("a[href='tel:911']").first).to_be_visible()
    page.context.set_offline(False)


def test_the_largest_pack_is_small_enough(stack: Stack) -> None:
    languages = [one["code"] for one in requests.get(f"{stack.url}/api/v1/interface/en", timeout=10).json()["languages"]]
    assert len(languages) >= 9
    for language in languages:
        for country in ("QA", "SA", "JP"):
            body = requests.get(f"{stack.url}/api/v1/packs/{country}/{language}", timeout=20).content
            assert len(gzip.compress(body, 6)) <= MAX_PACK


# --- for everybody ---


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_in_the_widget(open_chat: Any, language: str) -> None:
    screen = open_chat(language)
    page = screen.page
    assert findings(page) == []
    say(screen, UNPAID if language == "en" else "انا في قطر يقفلون علي الباب وأخذوا تلفوني")
    expect(page.locator("safar-chat .card").first).to_be_visible(timeout=15_000)
    page.locator("safar-chat .log summary").first.click()
    assert findings(page) == []
    offered(screen, "pack").click()
    page.locator("safar-chat [data-do=packLoad]").click()
    page.locator("safar-chat .found > details > summary").first.click()
    assert findings(page) == []
    for opener in (".menu", ".emergency", ".more"):
        page.keyboard.press("Escape")
        page.locator(f"safar-chat {opener}").click()
        expect(page.locator("safar-chat .sheet")).to_be_visible()
        page.wait_for_timeout(500)
        assert findings(page) == [], opener


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_pages_without_scripts_and_the_demo(browser: Browser, stack: Stack, scheme: Any) -> None:
    context = browser.new_context(viewport=PHONE, locale="en", color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("/ask", "/ask/numbers", "/demo"):
        page.goto(stack.url + path)
        page.wait_for_timeout(500)
        assert findings(page) == [], path
    page.goto(f"{stack.url}/ask")
    page.locator("textarea").fill(UNPAID)
    page.locator("button.send").click()
    expect(page.locator("article section").first).to_be_visible()
    assert findings(page) == []
    context.close()


def test_larger_text_at_320_pixels_still_fits(open_chat: Any) -> None:
    screen = open_chat("ar", viewport={"width": 320, "height": 568})
    page = screen.page
    button = offered(screen, "size")
    button.click()
    button.click()
    page.keyboard.press("Escape")
    say(screen, "انا في قطر يقفلون علي الباب وأخذوا تلفوني")
    expect(page.locator("safar-chat .card").first).to_be_visible(timeout=15_000)
    size = page.locator("safar-chat .log").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size == pytest.approx(24)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    widest = page.locator("safar-chat .log").evaluate("one => one.scrollWidth - one.clientWidth")
    assert widest <= 0


def test_the_styles_of_a_careless_site_do_not_reach_the_widget(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 760}, locale="en")
    page = context.new_page()
    page.goto(f"{stack.url}/demo")
    page.locator("safar-chat .fab").click()
    expect(page.locator("safar-chat .log button")).to_have_count(8, timeout=10_000)
    wanted = ["fontSize", "fontStyle", "letterSpacing", "textTransform", "textAlign", "wordSpacing"]
    script = "(one, names) => names.map(name => getComputedStyle(one)[name])"
    found = page.locator("safar-chat .log").evaluate(script, wanted)
    assert found == ["16px", "normal", "normal", "none", "start", "0px"]
    assert page.locator("safar-chat h2").inner_text() == "Harbour House"
    assert page.locator("safar-chat .send").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(138, 75, 8)"
    context.close()


def test_a_phone_can_put_it_on_its_home_screen(open_chat: Any) -> None:
    screen = open_chat("ar")
    until_installed(screen.page)
    found = screen.page.context.new_cdp_session(screen.page).send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert (manifest["lang"], manifest["dir"], manifest["display"]) == ("ar", "rtl", "standalone")


def test_a_position_is_asked_for_and_sent_to_the_metre(open_chat: Any) -> None:
    position = {"latitude": 25.285447, "longitude": 51.53104}
    screen = open_chat("en", geolocation=position, permissions=["geolocation"])
    sent: list[Any] = []
    screen.page.on("request", lambda request: sent.append(request.post_data_json) if request.url.endswith("/messages") else None)
    screen.page.locator("safar-chat .position").click()
    screen.page.wait_for_timeout(1500)
    assert [body["position"] for body in sent if body] == [{"latitude": 25.28545, "longitude": 51.53104}]
    expect(log(screen)).to_contain_text("Qatar", timeout=15_000)
