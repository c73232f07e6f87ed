"""Complaint letters as files: set on paper when somebody asks for one, from the stored message, and never kept.

Shaping (HarfBuzz) joins Arabic letters and orders the signs of Indic and Burmese writing; fpdf2 turns right-to-left lines.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import cache
from pathlib import Path

from django.core import signing
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from bot.models import Message
from safar.languages import languages
from safar.letters import Letter
from safar.settings import ROOT

logger = logging.getLogger(__name__)
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table it subsets

PDF_TYPE = "application/pdf"
LINK_VALID_S = 3600  # the widget gets a fresh link whenever it reads the message again
_SALT = "letter"
_FONTS = ROOT / "fonts" / "node_modules" / "@expo-google-fonts"
# ISO 15924 script to the npm package, the family in it, and the first letters by which a text is known to need it.
_FAMILIES = {
    "Latn": ("noto-sans", "NotoSans", r"[\u0021-\u05ff\u2010-\u22ff]"),
    "Arab": ("noto-naskh-arabic", "NotoNaskhArabic", r"[\u0600-\u08ff\ufb50-\ufeff]"),
    "Deva": ("noto-sans-devanagari", "NotoSansDevanagari", r"[\u0900-\u097f]"),
    "Beng": ("noto-sans-bengali", "NotoSansBengali", r"[\u0980-\u09ff]"),
    "Ethi": ("noto-sans-ethiopic", "NotoSansEthiopic", r"[\u1200-\u139f\u2d80-\u2ddf]"),
    "Mymr": ("noto-sans-myanmar", "NotoSansMyanmar", r"[\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]"),
}
_STYLES = {"": "400Regular", "B": "700Bold"}
_MARGIN_MM, _SIZE_PT, _LINE_MM = 22, 11, 6.5


class NoFonts(Exception):
    """The fonts are not installed: run scripts/setup.sh."""


class Expired(Exception):
    """The link is too old, was not made here, or its message is gone."""


def attachments_of(message: Message) -> list[dict[str, str]]:
    """The files of a stored message, with links that work for an hour."""
    letters = message.body.get("letters") or []
    return [
        {"title": entry["title"], "url": f"/letters/{_sign(message, number)}.pdf", "type": PDF_TYPE}
        for number, entry in enumerate(letters)
    ]


def _sign(message: Message, number: int) -> str:
    return signing.dumps([message.pk, number], salt=_SALT)


def signed_letter(token: str) -> Letter:
    """The letter that a link names.

    Raises:
        Expired: there is nothing to show.
    """
    try:
        pk, number = map(int, signing.loads(token, salt=_SALT, max_age=LINK_VALID_S))
    except signing.BadSignature as error:
        raise Expired from error
    message = Message.objects.filter(pk=pk).first()
    found: list[Letter] = letters_of(message) if message else []
    if number >= len(found):
        raise Expired
    return found[number]


def letters_of(message: Message) -> list[Letter]:
    return [Letter.from_json(entry["letter"]) for entry in message.body.get("letters") or []]


def file_name(letter: Letter) -> str:
    """Says nothing about the person or their employer: somebody may see the phone."""
    return f"letter-{letter.language}.pdf"


def as_pdf(letter: Letter) -> bytes:
    """The letter on A4.

    Raises:
        NoFonts: they are not installed.
    """
    page = _page(letter)
    _write(page, letter, letter.title, style="B", size_pt=16)
    for line in letter.head:
        _write(page, letter, line)
    for label, text in letter.facts:
        page.ln(2)
        _write(page, letter, label, style="B")
        _write(page, letter, text)
    page.ln(4)
    for line in letter.close:
        _write(page, letter, line)
    for label in letter.blanks:
        page.ln(5)
        _write(page, letter, label)
        page.line(page.l_margin, page.get_y() + 4, page.w - page.r_margin, page.get_y() + 4)
        page.ln(4)
    return bytes(page.output())


def _write(page: FPDF, letter: Letter, text: str, *, style: str = "", size_pt: float = _SIZE_PT) -> None:
    """One paragraph, on the letter's side of the page, read from the side of its own first letter: a letter in English
    may hold an answer in Arabic.
    """
    page.set_font(size=1)  # fpdf2 forgets which font is on after a paragraph with several scripts; any change reminds it
    page.set_font(style=style, size=size_pt)
    page.set_text_shaping(True, direction=_direction(text) or letter.dir)
    align = "R" if letter.dir == "rtl" else "L"
    page.multi_cell(0, _LINE_MM * size_pt / _SIZE_PT, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _direction(text: str) -> str:
    """`ltr` or `rtl` by the first letter that has a direction; empty when there is none, as in a number."""
    kinds = (unicodedata.bidirectional(c) for c in text)
    return next(("ltr" if kind == "L" else "rtl" for kind in kinds if kind in ("L", "R", "AL")), "")


def _page(letter: Letter) -> FPDF:
    page = FPDF(format="A4")
    page.set_margins(_MARGIN_MM, _MARGIN_MM)
    page.set_auto_page_break(True, margin=_MARGIN_MM)
    page.set_title(letter.title)
    page.set_lang(letter.language)
    page.set_creator("Safar")
    script = languages()[letter.language].scripts[0]
    others = [name for name in _FAMILIES if name != script and re.search(_FAMILIES[name][2], letter.as_text())]
    for name in (script, *others):  # reading a font takes a tenth of a second
        for style, file in _font_files(name).items():
            page.add_font(name, style, file)
    page.add_page()
    page.set_font(script, size=_SIZE_PT)
    page.set_fallback_fonts(others, exact_match=False)
    return page


@cache
def _font_files(script: str) -> dict[str, Path]:
    package, family, _ = _FAMILIES[script]
    files = {style: _FONTS / package / name / f"{family}_{name}.ttf" for style, name in _STYLES.items()}
    missing = [str(path.relative_to(ROOT)) for path in files.values() if not path.exists()]
    if missing:
        raise NoFonts(f"missing: {', '.join(missing)}. Install the fonts with: scripts/setup.sh")
    return files
