"""What the web process serves to people: pages, the widget's files, packs, the form without scripts."""

import gzip
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import AsyncClient, Client

from bot import api, pages, widget_files
from bot.gateway import Gateway
from bot.models import Conversation, Message
from safar.settings import settings
from tests.web.conftest import FakeAssistant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published", "gateway")]


@pytest.fixture
def gateway(assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway(assistant)  # type: ignore[arg-type]
    monkeypatch.setattr(api, "gateway", lambda: made)
    return made


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(token|page|language|country)" value="([^"]*)"', page))


async def send(client: AsyncClient, form: dict[str, str]) -> Any:
    """What comes back, with its text."""
    answer = await client.post("/ask", form)
    return answer, answer.content.decode()


# --- the form ---


async def test_looking_at_the_form_begins_no_conversation(async_client: AsyncClient) -> None:
    page = (await async_client.get("/ask?language=ar")).content.decode()
    assert 'dir="rtl"' in page
    assert await Conversation.objects.acount() == 0


async def test_the_token_in_the_form_is_all_that_opens_the_conversation(async_client: AsyncClient) -> None:
    answer, page = await send(async_client, {"text": "secret words", "language": "en"})
    assert (answer.status_code, answer.cookies) == (200, {})
    assert answer["Cache-Control"] == "no-store"
    kept = fields(page)
    assert "secret words" in (await send(async_client, {**kept, "do": "refresh"}))[1]
    for token in ("", "x", kept["token"][:-2] + "xx"):
        assert "secret words" not in (await send(async_client, {**kept, "token": token, "do": "refresh"}))[1]


async def test_the_same_page_may_send_two_different_things_but_not_one_twice(
    async_client: AsyncClient, assistant: FakeAssistant
) -> None:
    kept = fields((await send(async_client, {"text": "one"}))[1])
    for text in ("two", "three", "two"):
        await send(async_client, {**kept, "text": text})
    assert [turn["text"] for turn in assistant.turns] == ["one", "two", "three"]


async def test_a_button_sends_its_payload_and_shows_its_title(async_client: AsyncClient, assistant: FakeAssistant) -> None:
    _, page = await send(async_client, {"press": '["/wages_unpaid", "My wages"]'})
    assert assistant.turns[0]["text"] == "/wages_unpaid"
    assert "My wages" in page


async def test_what_is_not_taken_stays_in_the_box_with_the_reason(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, page = await send(async_client, {"text": "x" * 4001, "country": "QA"})
    assert answer.status_code == 413
    assert re.search(r"<textarea[^>]*>x{4001}</textarea>", page)
    monkeypatch.setattr("bot.services._check_rate", _too_fast)
    answer, page = await send(async_client, {**fields(page), "text": "help me"})
    assert answer.status_code == 429
    assert re.search(r"<textarea[^>]*>help me</textarea>", page)
    assert "999" in page
    assert await Message.objects.filter(author="person").acount() == 0


def _too_fast(*_: object) -> None:
    from bot.services import TooFast

    raise TooFast(7)


async def test_hostile_text_stays_text(async_client: AsyncClient) -> None:
    _, page = await send(async_client, {"text": "<script>x()</script>"})
    assert "<script" not in page
    assert "&lt;script&gt;" in page


async def test_the_files_of_a_message_are_links(async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = {"title": "Letter", "url": "/letters/1.pdf", "type": "application/pdf"}
    monkeypatch.setattr("bot.ask.attachments_of", lambda message: [letter] if message.author == "bot" else [])
    _, page = await send(async_client, {"text": "hello"})
    assert re.findall(r'href="([^"]+)" download', page) == ["/letters/1.pdf", "/letters/1.pdf"]


async def test_deleting_leaves_nothing(async_client: AsyncClient) -> None:
    kept = fields((await send(async_client, {"text": "hello"}))[1])
    _, page = await send(async_client, {**kept, "do": "forget"})
    assert "The conversation is deleted." in page
    assert await Conversation.objects.acount() == 0
    assert fields(page)["token"] == ""


# --- pages ---


@pytest.mark.parametrize("path", ["/", "/ask", "/ask/numbers", "/demo"])
def test_our_pages_allow_no_inline_code_and_nothing_from_elsewhere(client: Client, path: str) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)


def test_our_own_page_carries_name_and_logo_of_who_runs_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert client.get("/logo").status_code == 404
    assert ' name="' not in client.get("/").content.decode().partition("<safar-chat")[2].partition(">")[0]
    picture = tmp_path / "logo.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    known = replace(settings(), organisation='House & "Harbour"', logo=picture)
    monkeypatch.setattr(pages, "settings", lambda: known)
    assert 'name="House &amp; &quot;Harbour&quot;" logo="/logo"' in client.get("/").content.decode()
    answer = client.get("/logo")
    assert (answer["Content-Type"], answer.content) == ("image/svg+xml", picture.read_bytes())
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_numbers_page_has_every_country(client: Client) -> None:
    page = client.get("/ask/numbers?language=fr").content.decode()
    assert 'lang="fr"' in page
    assert page.count("<dt>") > 200
    assert 'href="tel:999"' in page


def test_the_worker_changes_with_its_files_and_names_them_all(client: Client) -> None:
    code = client.get("/worker.js").content.decode()
    assert "__VERSION__" not in code
    listed = re.search(r'"(/ /ask/numbers [^"]+)"', code)
    assert listed
    assert {path.rpartition("/")[2] for path in listed[1].split()} >= set(widget_files.NAMES)
    for path in listed[1].split():
        if not path.startswith("/static/"):
            assert client.get(path).status_code == 200, path


def test_no_page_lacks_its_icon(client: Client) -> None:
    assert client.get("/favicon.ico")["Content-Type"] == "image/x-icon"


# --- the widget's files ---


def test_an_older_first_part_still_finds_its_own_second(client: Client) -> None:
    builds = settings().var / "widget"
    old = builds / "0123456789abcdef"
    old.mkdir(parents=True, exist_ok=True)
    for name in widget_files.NAMES:
        (old / name).write_text(f"/* {name} as it was */")
    wanted = widget_files.part(old.name, "safar-more.js").integrity("sha256")
    assert client.get(f"/widget/safar-more.js?{wanted}").content == b"/* safar-more.js as it was */"
    now = client.get("/widget/safar-more.js?sha256-unknown").content
    assert now == (widget_files._DIST / "safar-more.js").read_bytes()
    assert client.get("/widget/0123456789abcdef/safar-chat.js").content == b"/* safar-chat.js as it was */"


@pytest.mark.parametrize("path", ["/widget/worker.js", "/widget/../settings.py", "/widget/ffffffffffffffff/safar-chat.js"])
def test_other_files_are_not_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_widget_travels_compressed(client: Client) -> None:
    answer = client.get("/widget/safar-chat.js", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) <= 10_240
    assert gzip.decompress(answer.content) == client.get("/widget/safar-chat.js").content


# --- what a phone keeps ---


def test_the_bundle_in_use_is_asked_for_with_the_etag_that_compression_made_weak(client: Client) -> None:
    etag = client.get("/bundles/current")["ETag"].removeprefix("W/")
    assert client.get("/bundles/current", headers={"If-None-Match": f"W/{etag}"}).status_code == 304
    assert client.get("/bundles/current", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_pack_holds_every_answer_and_contact_and_is_asked_for_with_its_etag(client: Client) -> None:
    first = client.get("/api/v1/packs/qa/ne", headers={"Accept-Encoding": "gzip"})
    assert first["ETag"].startswith("W/")
    again = client.get("/api/v1/packs/QA/ne", headers={"If-None-Match": first["ETag"], "Accept-Encoding": "gzip"})
    assert (again.status_code, again.content) == (304, b"")
    pack = client.get("/api/v1/packs/QA/ne").json()
    assert len(pack["answers"]) > 40
    assert all(answer["message"]["text"] for answer in pack["answers"])
    countries = {card["country"] for card in pack["contacts"]}
    assert countries <= {"QA", "NP"}
    assert not [card for card in pack["contacts"] if "open_now" in card]  # wrong by the time it is read
    assert len(pack["contacts"]) == len({card["id"] for card in pack["contacts"]}) > 10


@pytest.mark.parametrize("path", ["/api/v1/packs/XX/ne", "/api/v1/packs/QA/xx", "/api/v1/packs/QA/ne/more"])
def test_a_pack_of_nothing_is_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_country_comes_with_its_emergency_number(client: Client) -> None:
    countries = client.get("/api/v1/emergency?language=ar").json()["countries"]
    assert len(countries) > 200
    qatar = next(country for country in countries if country["code"] == "QA")
    assert qatar["name"] == "قطر"
    assert {"label": "999", "href": "tel:999"} in qatar["contacts"][0]["phones"]
    # A line for boats in distress is in Egypt's directory; it must not pass for the number of the police.
    for code, number in (("EG", "122"), ("DZ", "17")):
        [cards] = [country["contacts"] for country in countries if country["code"] == code]
        assert number in [phone["label"] for card in cards for phone in card["phones"]]
    assert all(len(phone["label"]) <= 6 for country in countries for card in country["contacts"] for phone in card["phones"])


async def test_a_stream_is_not_held_back_for_compression(async_client: AsyncClient) -> None:
    opened = (await async_client.post("/api/v1/conversations", {}, content_type="application/json")).json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept-Encoding": "gzip"}
    answer = await async_client.get(f"/api/v1/conversations/{opened['id']}/events", headers=headers)
    assert not answer.has_header("Content-Encoding")
