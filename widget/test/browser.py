"""Real checks in headless Chromium, with screenshots: `python test/browser.py [folder for the pictures] [axe.min.js]`.

Needs Python playwright and a Chromium (CHROMIUM, default /usr/bin/chromium). Checks dist/, so run `npm run build` first.
"""
import os
import pathlib
import subprocess
import sys
import time
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HERE = pathlib.Path(__file__).parent
OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/safar-widget")
AXE = pathlib.Path(sys.argv[2]).read_text() if len(sys.argv) > 2 else ""
PORT = 8391
BASE = f"http://127.0.0.1:{PORT}"
FAILURES: list[str] = []

MEASURE = """() => {
  const root = document.querySelector('safar-chat').shadowRoot
  const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden'
  const all = [...root.querySelectorAll('*')].filter(shown)
  const name = e => e.className + ' ' + e.textContent.trim().slice(0, 20)
  return {
    page: document.documentElement.scrollWidth - innerWidth,
    wide: all.filter(e => !e.closest('.sr') && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)).map(name),
    scrolls: all.filter(e => !e.closest('.sr') && e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(name),
    small: all.filter(e => e.matches('button, select, textarea, summary, a.call, a.link') && e.getBoundingClientRect().height < 43.9).map(name),
  }
}"""


def check(holds: object, what: str) -> None:
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        FAILURES.append(what)


def opened(browser: Browser, language: str, query: str = "mode=page&country=QA", width: int = 360, height: int = 740, **options) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=2, locale=language, **options)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None)
    page.on("pageerror", lambda e: page.problems.append(str(e)))
    page.goto(f"{BASE}/?{query}")
    page.wait_for_selector("safar-chat .message" if "bubble" not in query else "safar-chat .fab")
    page.wait_for_timeout(300)
    return context, page


def write(page: Page, text: str, then: str) -> None:
    field = page.locator("safar-chat textarea")
    field.fill(text)
    field.press("Enter")
    page.wait_for_selector("safar-chat " + then)
    page.wait_for_timeout(300)


def fits(page: Page, where: str) -> None:
    found = page.evaluate(MEASURE)
    check(found["page"] <= 0 and not found["wide"] and not found["scrolls"], f"{where}: nothing scrolls sideways {found['wide'][:3]} {found['scrolls'][:3]}")
    check(not found["small"], f"{where}: every control is 44 px high {found['small'][:3]}")


def accessible(page: Page, where: str) -> None:
    if not AXE:
        return
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run('safar-chat')).violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '))")
    check(not found, f"{where}: axe finds nothing {found}")


def look(browser: Browser, language: str, **options) -> None:
    """Walk through every view, with a picture of each."""
    suffix = "-dark" if options else ""
    context, page = opened(browser, language, **options)
    danger = "خطر" if language == "ar" else "danger"

    def view(name: str) -> None:
        page.screenshot(path=OUT / f"{language}{suffix}-{name}.png")
        fits(page, f"{language}{suffix} {name}")
        accessible(page, f"{language}{suffix} {name}")

    view("1-welcome")
    write(page, "contacts", ".card")
    view("2-answer")
    page.locator("safar-chat details summary").first.click()
    write(page, danger, ".urgent")
    view("3-urgent")
    page.locator("safar-chat .emergency").click()
    page.wait_for_timeout(200)
    view("4-emergency")
    page.keyboard.press("Escape")
    page.locator("safar-chat .menu").click()
    page.locator("safar-chat .sheet summary").first.click()
    view("5-menu")
    page.keyboard.press("Escape")
    check(page.evaluate("document.querySelector('safar-chat').shadowRoot.activeElement.className") == "menu", f"{language}: focus returns to what opened")
    page.locator("safar-chat .forget").click()
    view("6-forget")
    page.keyboard.press("Escape")
    write(page, "operator", ".operator")
    view("7-operator")
    context.set_offline(True)
    write(page, "a very long word: " + "x" * 120, ".pending")
    page.wait_for_timeout(500)
    view("8-offline")
    context.set_offline(False)
    page.wait_for_timeout(1500)
    check(page.locator("safar-chat .pending").count() == 0, f"{language}: sent when the network is back")
    view("9-online")
    check(page.evaluate("document.querySelector('safar-chat').shadowRoot.adoptedStyleSheets.length") == 1, f"{language}: sheet adopted under a strict CSP")
    check(not page.problems, f"{language}: no error in the console {page.problems}")
    context.close()


def narrow(browser: Browser) -> None:
    for language in ("en", "ar"):
        context, page = opened(browser, language, width=320, height=560)
        write(page, "contacts " + "w" * 90, ".card")
        fits(page, f"{language} 320 px")
        page.screenshot(path=OUT / f"{language}-320.png")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.wait_for_timeout(200)
        found = page.evaluate(MEASURE)
        check(found["page"] <= 0 and not found["wide"], f"{language} 320 px, text twice as large: nothing is cut off {found['wide'][:3]}")
        page.screenshot(path=OUT / f"{language}-320-large.png")
        context.close()


def bubble(browser: Browser) -> None:
    for language, width, height in (("en", 1000, 760), ("ar", 1000, 760), ("ar", 360, 740)):
        context, page = opened(browser, language, "mode=bubble&country=QA", width, height)
        name = f"bubble-{language}-{width}"
        page.screenshot(path=OUT / f"{name}-closed.png")
        accessible(page, name + " closed")
        page.locator("safar-chat .fab").click()
        page.wait_for_selector("safar-chat .message")
        write(page, "contacts", ".card")
        page.screenshot(path=OUT / f"{name}-open.png")
        fits(page, name)
        accessible(page, name + " open")
        page.keyboard.press("Escape")
        check(page.evaluate("document.querySelector('safar-chat').shadowRoot.activeElement.className") == "fab", f"{name}: Escape closes and focus returns")
        check(not page.problems, f"{name}: no error in the console {page.problems}")
        context.close()


def tabs_and_reload(browser: Browser) -> None:
    context, page = opened(browser, "en")
    other = context.new_page()
    other.goto(page.url)
    other.wait_for_selector("safar-chat .message")
    write(page, "hello", ".bot >> nth=1")
    other.locator("safar-chat .message", has_text="Echo: hello").wait_for()
    check(other.locator("safar-chat .message").count() == 3, "two tabs are in step")
    page.route("**/api/**", lambda route: route.abort())
    write(page, "kept", ".pending")
    page.reload()
    page.wait_for_selector("safar-chat .pending")
    check(page.locator("safar-chat .message").count() >= 4, "with the server away a reload shows the conversation and the outbox")
    check(page.locator("safar-chat .status").inner_text().startswith("No connection"), "and says that there is no connection")
    page.locator("safar-chat .emergency").click()
    check("Qatar" in page.locator("safar-chat .sheet").inner_text(), "and shows the emergency numbers")
    page.keyboard.press("Escape")
    page.unroute("**/api/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("safar-chat .message", has_text="Echo: kept").wait_for()
    check(page.locator("safar-chat .message").count() == 5, "and sends once what was left")
    page.locator("safar-chat .forget").click()
    page.locator("safar-chat [data-do=forgetNow]").click()
    other.locator("safar-chat .message").first.wait_for(state="detached")
    check(other.locator("safar-chat .message").count() == 0, "deleting empties the other tab too")
    context.close()


def leave(browser: Browser) -> None:
    context, page = opened(browser, "en", "mode=page&exit=/weather")
    write(page, "secret", ".bot >> nth=1")
    before = page.evaluate("history.length")
    page.locator("safar-chat .exit").click()
    page.wait_for_url("**/weather")
    check(page.evaluate("[history.length, localStorage.length]") == [before, 0], "leaving replaces the page in the history and leaves nothing stored")
    context.close()


def slow(browser: Browser) -> None:
    """The first answer at 400 kbit/s, 400 ms and a four times slower CPU."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en")
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000})
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    start = time.monotonic()
    page.goto(f"{BASE}/?mode=page", wait_until="commit")
    page.wait_for_selector("safar-chat .message")
    took = time.monotonic() - start
    check(took < 3, f"welcome shown after {took:.1f} s on a slow phone (script sent without gzip)")
    context.close()


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(["node", str(HERE / "server.mjs"), str(PORT)], stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
            look(browser, "en")
            look(browser, "ar")
            look(browser, "en", color_scheme="dark")
            narrow(browser)
            bubble(browser)
            tabs_and_reload(browser)
            leave(browser)
            slow(browser)
            browser.close()
    finally:
        server.terminate()
    print(f"{len(FAILURES)} wrong")
    sys.exit(bool(FAILURES))


if __name__ == "__main__":
    main()
