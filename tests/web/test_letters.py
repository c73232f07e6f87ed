"""Complaint letters as files: readable in every script, for an hour, for who has the link, and gone with the conversation."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from fontTools.ttLib import TTFont
from fpdf import FPDF

from bot import letters, services
from bot.letters import as_pdf, attachments_of
from bot.models import Message
from bot.services import Incoming
from console.cases.services import open_case
from safar.catalogues import strings
from safar.languages import languages
from safar.letters import Letter
from safar.settings import settings
from tests.web.test_console import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

LETTER = Letter(
    language="ar",
    dir="rtl",
    title="شكوى: الأجور",
    head=("قطر",),
    facts=(("صاحب العمل", "Al Noor ल बा ကျ ደመ"), ("المبلغ", "\u20661,200 × 3 = 3,600 QAR\u2069")),
    close=("النهاية",),
    blanks=("الاسم",),
)


def with_letters(*found: Letter) -> Message:
    conversation, _ = services.start_conversation(channel="web", now=timezone.now(), wanted_languages=["ar"], country="QA")
    files = [{"title": f"Letter {letter.language}", "letter": letter.as_json()} for letter in found]
    reply = {"text": "ready", "language": "ar", "dir": "rtl", "letters": files}
    return services.say(conversation=conversation, author=Message.Author.BOT, reply=reply, now=timezone.now())


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """Each paragraph as it goes to the page: text, side, direction."""
    seen: list[tuple[str, str, str]] = []
    original = FPDF.multi_cell

    def spy(self: FPDF, w: float, h: float, text: str, **options: Any) -> Any:
        seen.append((text, options["align"], self.text_shaping["direction"].name))  # type: ignore[index]
        return original(self, w, h, text, **options)

    monkeypatch.setattr(FPDF, "multi_cell", spy)
    return seen


def test_every_paragraph_stands_on_its_side_and_reads_in_its_direction(drawn: list[tuple[str, str, str]]) -> None:
    assert as_pdf(LETTER).startswith(b"%PDF-")
    sides = {text: (align, direction) for text, align, direction in drawn}
    assert sides["شكوى: الأجور"] == ("R", "RTL")
    assert sides["Al Noor ल बा ကျ ደመ"] == ("R", "LTR")
    assert sides["الاسم"] == ("R", "RTL")


def test_an_arabic_answer_in_an_english_letter_is_read_from_the_right(drawn: list[tuple[str, str, str]]) -> None:
    as_pdf(replace(LETTER, language="en", dir="ltr", facts=(("Employer", "شركة النور"),)))
    assert ("Employer", "L", "LTR") in drawn
    assert ("شركة النور", "L", "RTL") in drawn


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("Arab", "جواز سفر ٹکٹ"),
        ("Deva", "क्षेत्र ज्ञान र्‍याल"),
        ("Beng", "কর্তৃপক্ষ"),
        ("Ethi", "ደመወዝ፦"),
        ("Mymr", "ကျွန်ုပ်တို့၏"),
        ("Latn", "Ñandú × − €"),
    ],
)
def test_the_fonts_hold_every_letter(script: str, text: str) -> None:
    assert re.search(letters._FAMILIES[script][2], text)
    for path in letters._font_files(script).values():
        held = TTFont(path).getBestCmap()
        assert [c for c in text if ord(c) not in held] == []


def test_every_language_has_a_font() -> None:
    assert {entry.scripts[0] for entry in languages().values()} <= set(letters._FAMILIES)


def test_without_fonts_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(letters, "_FONTS", letters.ROOT / "fonts" / "none")
    letters._font_files.cache_clear()
    with pytest.raises(letters.NoFonts, match=r"scripts/setup\.sh"):
        as_pdf(LETTER)
    letters._font_files.cache_clear()


def test_the_link_gives_the_file_and_leaves_no_trace() -> None:
    (link,) = attachments_of(with_letters(LETTER))
    assert link["type"] == "application/pdf"
    answer = Client().get(link["url"])
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == 'attachment; filename="letter-ar.pdf"'


def test_a_link_that_is_old_or_changed_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    (link,) = attachments_of(with_letters(LETTER))
    changed = link["url"].replace("/letters/", "/letters/x")
    assert Client().get(changed).status_code == 410
    monkeypatch.setattr(letters, "LINK_VALID_S", -1)
    answer = Client().get(link["url"])
    assert (answer.status_code, answer.content.decode().split(".")[0]) == (410, "This link no longer works")


def test_forget_me_takes_the_letter_along() -> None:
    message = with_letters(LETTER)
    (link,) = attachments_of(message)
    services.forget(conversation=message.conversation)
    assert Client().get(link["url"]).status_code == 410


def test_a_deleted_complaint_takes_its_letters_along_and_leaves_the_rest() -> None:
    conversation, _ = services.start_conversation(channel="web", now=timezone.now(), wanted_languages=["ar"], country="QA")
    asked = [services.accept(conversation=conversation, incoming=Incoming(text), now=timezone.now())[0] for text in ("1", "2")]
    files = [{"title": "Letter", "letter": LETTER.as_json()}]
    made = ([{"text": "an answer"}], [{"text": LETTER.as_text()}, {"text": "ready", "letters": files}])
    for message, replies in zip(asked, made, strict=True):
        services.record_replies(message=message, replies=replies, understood=None, profile={}, epoch=0, now=timezone.now())
    [link] = attachments_of(conversation.messages.last())
    case, _ = open_case(conversation=conversation, reason="complaint", topic=None, urgent=False, evidence=[], now=timezone.now())
    headers = {"authorization": f"Bearer {settings().internal_token}"}
    body = {"conversation": str(conversation.pk)}
    for _ in range(2):
        answer = Client().post("/internal/v1/letters/delete", body, content_type="application/json", headers=headers)
        assert answer.status_code == 200
    deleted = strings("ar")["utter_complaint_deleted"]
    assert [message.text for message in conversation.messages.filter(author="bot")] == ["an answer", deleted, deleted]
    assert [message.text for message in conversation.messages.filter(author="person")] == ["1", "2"]
    assert Client().get(link["url"]).status_code == 410
    case.refresh_from_db()
    assert (case.letter, case.status, case.events.last().step) == (None, "new", "letter deleted")


def test_a_case_holds_the_letter_that_was_sent_and_an_operator_can_open_it() -> None:
    message = with_letters(LETTER, replace(LETTER, language="en", dir="ltr"))
    case, _ = open_case(
        conversation=message.conversation, reason="complaint", topic="wages_unpaid", urgent=False, evidence=[], now=timezone.now()
    )
    assert case.letter == message
    operator = person("operator", "Operators")
    page = operator.get(f"/console/cases/{case.pk}/").content.decode()
    assert f"/console/cases/{case.pk}/letters/1.pdf" in page
    assert operator.get(f"/console/cases/{case.pk}/letters/1.pdf").content.startswith(b"%PDF-")
    assert operator.get(f"/console/cases/{case.pk}/letters/2.pdf").status_code == 404
    assert Client().get(f"/console/cases/{case.pk}/letters/0.pdf").status_code == 302


def test_a_letter_joins_the_case_that_is_open_already() -> None:
    message = with_letters(LETTER)
    opened, _ = open_case(
        conversation=message.conversation, reason="danger", topic=None, urgent=True, evidence=[], now=timezone.now()
    )
    assert opened.letter is None
    case, is_new = open_case(
        conversation=message.conversation, reason="complaint", topic=None, urgent=False, evidence=[], now=timezone.now()
    )
    assert (case.pk, is_new, case.letter, case.priority) == (opened.pk, False, message, 1)


def test_a_conversation_without_consent_gives_a_case_no_letter() -> None:
    message = with_letters(LETTER)
    case, _ = open_case(
        conversation=message.conversation, reason="wish", topic=None, urgent=False, evidence=[], now=timezone.now()
    )
    assert case.letter is None
