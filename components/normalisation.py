"""One form for the many ways in which the same words are typed on phones.

Used for understanding only: what a person wrote is stored and shown as they wrote it.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

MAX_CHARACTERS = 2000  # what comes after is not read: a story of 300 words fits

# Arabic: diacritics, tatweel; letters that are typed for one another (Unicode names in the comments).
_ARABIC = str.maketrans(
    {
        "أ": "ا",  # ALEF WITH HAMZA ABOVE
        "إ": "ا",  # ALEF WITH HAMZA BELOW
        "آ": "ا",  # ALEF WITH MADDA ABOVE
        "ٱ": "ا",  # ALEF WASLA
        "ى": "ي",  # ALEF MAKSURA
        "ی": "ي",  # FARSI YEH
        "ک": "ك",  # KEHEH
        "ة": "ه",  # TEH MARBUTA
        "ؤ": "و",  # WAW WITH HAMZA
        "ئ": "ي",  # YEH WITH HAMZA
        "ـ": None,  # TATWEEL
    }
)
_ARABIC_MARKS = str.maketrans(dict.fromkeys([*map(chr, range(0x64B, 0x660)), "\u0670"]))
# Devanagari: nasal and vowel signs that phones and people use for one another.
_INDIC = str.maketrans({"ँ": "ं", "ी": "ि", "ू": "ु", "ऽ": None, "\u093c": None})
# Ethiopic: letters that sound the same in Amharic and are written for one another, in all their orders (Unicode blocks
# of eight); Urdu's HEH GOAL and HEH DOACHASHMEE as typed on an Arabic keyboard.
_SAME_LETTER = str.maketrans(
    {
        **{
            chr(other + order): chr(usual + order)
            for usual, others in ((0x1200, (0x1210, 0x1280)), (0x1230, (0x1220,)), (0x12A0, (0x12D0,)), (0x1338, (0x1340,)))
            for other in others
            for order in range(7)
        },
        "\u06c1": "\u0647",
        "\u06be": "\u0647",
    }
)
_CONTROL = dict.fromkeys([*range(0x20), 0x7F], " ")
_FOLDED = {**_CONTROL, **_ARABIC_MARKS, **_ARABIC, **_INDIC, **_SAME_LETTER}


class _Fold(dict[int, int | str | None]):
    """What each character becomes; for digits of any script found out when first met."""

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        self[code] = str(unicodedata.digit(character)) if character.isdigit() else code
        return self[code]


_FOLD = _Fold(_FOLDED)
# Joiners, direction marks, variation selectors and other characters that cannot be seen, and halves of broken ones.
_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff]")
_LONG_RUN = re.compile(r"(\w)\1{2,}")


def normalise(text: str) -> str:
    """Lower case, one form of each letter, western digits, no invisible characters, single spaces.

    `Heeeelp` becomes `heelp`: a letter is never repeated more than twice. The result of normalising
    twice is that of normalising once.
    """
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(_LONG_RUN.sub(r"\1\1", text.translate(_FOLD)).split())


# Letters that stand for one another when people write their language in Latin letters.
_SAME_SOUND = str.maketrans({"w": "v", "z": "j", "q": "k", "c": "k"})
_NOT_A_LETTER = re.compile(r"[^a-z0-9 ]")
_DOUBLED = re.compile(r"(.)\1+")
_VOWEL_INSIDE = re.compile(r"(?<=[a-z0-9])[aeiou]")


def consonants(text: str) -> str:
    """A normalised text in Latin letters, each word without the vowels after its first letter.

    "साहुले" and "sahule" both become "shl": vowels are what romanised writing agrees least about.
    """
    text = _NOT_A_LETTER.sub("", anyascii(text).lower()).replace("ph", "f").translate(_SAME_SOUND)
    return _VOWEL_INSIDE.sub("", _DOUBLED.sub(r"\1", text))


_SCRIPTS = (
    ("Arab", re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")),
    ("Deva", re.compile(r"[\u0900-\u097f]")),
    ("Beng", re.compile(r"[\u0980-\u09ff]")),
    ("Ethi", re.compile(r"[\u1200-\u139f\u2d80-\u2ddf]")),
    ("Mymr", re.compile(r"[\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]")),
    ("Latn", re.compile(r"[A-Za-z\u00c0-\u024f]")),
)


def main_script(text: str) -> str | None:
    """The ISO 15924 code of the script that most letters of a text belong to, or None when it has no letters."""
    if text.isascii():
        return "Latn" if any(map(str.isalpha, text)) else None
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS}
    script = max(counts, key=lambda name: counts[name])
    return script if counts[script] else None
