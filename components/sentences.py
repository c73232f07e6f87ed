"""Cuts a message into the sentences and half-sentences it is made of, in every script that Safar reads."""

from __future__ import annotations

import re

# Full stops of Latin, Arabic (؟ ۔), Devanagari and Bengali (। ॥), Ethiopic (። ፧ ፨) and Burmese (။ ၊) writing, line ends,
# and commas and semicolons of all of them: a comma is the only mark many people type.
_MARKS = re.compile(r"[.!?؟۔।॥።፧፨။\n]+|(?<=\S)[,،;؛၊፣፤](?=\s|\D)")
_LEAST_CHARACTERS = 15  # shorter pieces ("please help", "thank you sir") tell nothing of the topic
_LEAST_WORDS_TO_HALVE = 12


def sentences(text: str) -> list[str]:
    """The parts of a text that are long enough to speak of something; an empty list when there is only one."""
    pieces = [piece.strip() for piece in _MARKS.split(text)]
    pieces = [piece for piece in pieces if len(piece) >= _LEAST_CHARACTERS]
    return pieces if len(pieces) > 1 else []


def parts(text: str) -> list[str]:
    """The sentences of a text; of one long sentence without marks, its two halves."""
    found = sentences(text)
    words = text.split()
    if found or len(words) < _LEAST_WORDS_TO_HALVE:
        return found
    middle = len(words) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])]
