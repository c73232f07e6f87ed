"""Learns which language a few words are in. Needs no Rasa."""

from __future__ import annotations

from collections import Counter
from zlib import crc32

from components.examples import Block
from components.linear_text_model import LinearTextModel
from components.normalisation import main_script, normalise
from safar.languages import languages
from safar.topics import catalogue

_FIRST_WORDS = 8  # of an example: all of them tell no more (docs/decisions/0042-training-in-a-minute.md)


def new_model() -> LinearTextModel:
    """A model that knows nothing yet, with the settings that serve languages best."""
    return LinearTextModel(characters=(1, 4), pairs=False, bits=16, penalty=0.2, consonant_weight=0.0)


def learn(blocks: list[Block]) -> LinearTextModel:
    """The model of all languages, from training examples."""
    scripts = Counter(script for entry in languages().values() for script in entry.scripts)
    texts: list[str] = []
    labels: list[str] = []
    for block in blocks:
        if block.intent in catalogue().follow_ups:
            continue  # as many more of the same words would only take longer
        # A script of one language alone tells the language without a model.
        own = [normalise(text).split() for text in block.texts if scripts[main_script(text) or ""] > 1]
        pieces = [piece for words in own for piece in _pieces(words)]
        texts += pieces
        labels += [block.language] * len(pieces)
    model = new_model()
    model.fit(texts, labels)
    return model


def _pieces(words: list[str]) -> list[str]:
    """What a message may begin with or be: its first words, the first one or two, and one or two more (always the same).

    People begin with "sir", and they write "salary" and nothing else.
    """
    number = crc32(" ".join(words).encode())
    starts = [(0, _FIRST_WORDS), (0, 1), (0, 2), *((number % max(len(words) - length + 1, 1), length) for length in (1, 2))]
    return list(dict.fromkeys(" ".join(words[start : start + length]) for start, length in starts))
