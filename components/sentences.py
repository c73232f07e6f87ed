"""Cuts a message into the sentences and half-sentences it is made of, in every script that Safar reads."""

from __future__ import annotations

import re

# Full stops of Latin, Arabic (؟ ۔), Devanagari and Bengali (। ॥), Ethiopic (። ፧ ፨) and Burmese (။ ၊) writing, line ends,
# and commas and semicolons of all of them: a comma is the only mark many people type.
_MARKS = re.compile(r"[.!?؟۔।॥።፧፨။\n]+|(?<=\S)[,،;؛၊፣፤](?=\s|\D)")
_LEAST_CHARACTERS = 15  # shorter pieces ("please help", "thank you sir") tell nothing of the topic
_LEAST_WORDS_TO_HALVE = 12
_LEAST_OF_A_CRY = 6  # characters: "he beats me" is short in every language
_WINDOW, _STRIDE = 6, 3  # words


def sentences(text: str, least: int = _LEAST_CHARACTERS) -> list[str]:
    """The parts of a text of at least so many characters; an empty list when there is only one."""
    pieces = [piece.strip() for piece in _MARKS.split(text)]
    pieces = [piece for piece in pieces if len(piece) >= least]
    return pieces if len(pieces) > 1 else []


def parts(text: str) -> list[str]:
    """The sentences of a text; of one long sentence without marks, its two halves."""
    found = sentences(text)
    words = text.split()
    if found or len(words) < _LEAST_WORDS_TO_HALVE:
        return found
    middle = len(words) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])]


def cries(text: str) -> list[str]:
    """The parts in which a cry for help may hide: also very short sentences."""
    return sentences(text, _LEAST_OF_A_CRY)


def windows(text: str) -> list[str]:
    """All runs of six words, beginning at every third: many people type no marks at all."""
    words = text.split()
    if len(words) <= _WINDOW:
        return []
    return [" ".join(words[start : start + _WINDOW]) for start in range(0, len(words) - _STRIDE, _STRIDE)]
