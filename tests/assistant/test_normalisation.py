"""One form for the many ways in which the same words are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.normalisation import MAX_CHARACTERS, consonants, main_script, normalise


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("  HEEEELP   me\n\tplease ", "heelp me please"),
        ("ﬁne", "fine"),
        ("أُرِيدُ الـــمُسَاعَدَة", "اريد المساعده"),
        ("٣ أشهر", "3 اشهر"),
        ("३ महिना", "3 महिना"),
        ("नेपा\u200dली", "नेपालि"),
        ("\u202eabc\u202c", "abc"),
        ("", ""),
        ("\x00\x01", ""),
        ("help\ud83d me", "help me"),
        ("ሐገሬ ዐይኔ ሠላም ፀሐይ", "ሀገሬ አይኔ ሰላም ጸሀይ"),
    ],
)
def test_typed_and_normal(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_a_very_long_text_is_cut() -> None:
    assert len(normalise("ab " * 10_000)) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("hello", "Latn"),
        ("مرحبا ok", "Arab"),
        ("नमस्ते", "Deva"),
        ("ሰላም", "Ethi"),
        ("မင်္ဂလာပါ", "Mymr"),
        ("123 😀", None),
        ("", None),
    ],
)
def test_main_script(text: str, script: "str | None") -> None:
    assert main_script(text) == script


@pytest.mark.parametrize(
    ("text", "read"), [("साहुले", "shl"), ("sahule", "shl"), ("ከፈለ", "kfl"), ("kefele", "kfl"), ("phone", "fn"), ("", "")]
)
def test_consonants(text: str, read: str) -> None:
    assert consonants(normalise(text)) == read
