"""Learns which language a few words are in. Needs no Rasa."""

from __future__ import annotations

from collections import Counter
from zlib import crc32

from components.examples import Block
from components.linear_text_model import LinearTextModel
from components.normalisation import main_script, normalise
from safar.languages import languages
from safar.topics import catalogue

# Of an example: all its words tell no more (docs/decisions/0042-training-in-a-minute.md).
_WORDS_READ, _FIRST_WORDS = 16, 8


def new_model() -> LinearTextModel:
    """A model that knows nothing yet, with the settings that serve languages best."""
    return LinearTextModel(characters=(1, 4), pairs=False, bits=16, penalty=0.2, consonant_weight=0.0)


def learn(blocks: list[Block]) -> LinearTextModel:
    """The model of all languages, from training examples."""
    scripts = Counter(script for entry in languages().values() for script in entry.scripts)
    pieces: Counter[tuple[str, str]] = Counter()
    for block in blocks:
        if block.intent in catalogue().follow_ups:
            continue  # as many more of the same words would only take longer
        beginnings = (normalise(" ".join(text.split()[:_WORDS_READ])) for text in block.texts)
        # A script of one language alone tells the language without a model.
        unclear = (text for text in beginnings if scripts[main_script(text) or ""] > 1)
        pieces.update((block.language, piece) for text in unclear for piece in _pieces(text.split()))
    model = new_model()
    # "sir" begins a thousand examples of English and a hundred of Hindi: it is not to weigh a thousand times as much as others.
    model.fit([piece for _, piece in pieces], [code for code, _ in pieces], weights=[times**0.5 for times in pieces.values()])
    return model


def _pieces(words: list[str]) -> list[str]:
    """What a message may begin with or be: the first words of every second example, its first one or two, and one or two more.

    People begin with "sir", and they write "salary" and nothing else. Of an example they are always the same.
    """
    number = crc32(" ".join(words).encode())
    spans = [(0, 1), (0, 2), *((number % max(len(words) - length + 1, 1), length) for length in (1, 2))]
    spans += [(0, _FIRST_WORDS)] if number % 2 else []
    return list(dict.fromkeys(" ".join(words[start : start + length]) for start, length in spans))
