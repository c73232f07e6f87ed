"""Real checks in headless Chromium, with screenshots: `python test/browser.py [folder for the pictures]`.

Needs Python playwright and a Chromium (CHROMIUM, default /usr/bin/chromium); builds nothing, so run `npm run build` first.
"""
import os
import pathlib
import re
import subprocess
import sys
from playwright.sync_api import sync_playwright

HERE = pathlib.Path(__file__).parent
OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/safar-widget")
PORT = 8391
BASE = f"http://127.0.0.1:{PORT}"


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(["node", str(HERE / "server.mjs"), str(PORT)], stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    try:
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
            for language in ("en", "ar"):
                pictures(browser, language)
            browser.close()
    finally:
        server.terminate()


def pictures(browser, language: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale=language)
    page = context.new_page()
    problems = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.goto(f"{BASE}/?mode=page&country=QA")
    page.wait_for_selector("safar-chat .message")
    page.wait_for_timeout(500)
    shot = lambda name: page.screenshot(path=OUT / f"{language}-{name}.png")
    shot("1-welcome")
    field = page.locator("safar-chat textarea")
    field.fill("contacts"); field.press("Enter")
    page.wait_for_selector("safar-chat .card"); page.wait_for_timeout(500)
    shot("2-answer")
    field.fill("خطر" if language == "ar" else "danger"); field.press("Enter")
    page.wait_for_selector("safar-chat .urgent"); page.wait_for_timeout(500)
    shot("3-urgent")
    page.locator("safar-chat .emergency").click(); page.wait_for_timeout(300)
    shot("4-emergency")
    page.keyboard.press("Escape")
    page.locator("safar-chat .menu").click(); page.wait_for_timeout(200)
    page.locator("safar-chat .sheet summary").first.click()
    shot("5-menu")
    page.keyboard.press("Escape")
    page.locator("safar-chat .forget").click(); page.wait_for_timeout(200)
    shot("6-forget")
    page.keyboard.press("Escape")
    field.fill("operator"); field.press("Enter")
    page.wait_for_selector("safar-chat .operator"); page.wait_for_timeout(500)
    shot("7-operator")
    context.set_offline(True)
    field.fill("a very long word: " + "x" * 120); field.press("Enter"); page.wait_for_timeout(800)
    shot("8-offline")
    context.set_offline(False); page.wait_for_timeout(1500)
    shot("9-online")
    print(language, "problems:", [p for p in problems if not re.search("ERR_INTERNET_DISCONNECTED", p)])
    context.close()


if __name__ == "__main__":
    main()
