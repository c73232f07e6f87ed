"""Learns what people write after an answer: more about it (a follow-up), danger, or something else. Needs no Rasa."""

from __future__ import annotations

from zlib import crc32

from components.examples import Block
from components.linear_text_model import LinearTextModel
from components.normalisation import normalise
from safar.topics import catalogue

DANGER, OTHER = "danger", "other"
# Examples of every other intent in a language, and of every danger: after an answer most messages are about it.
_OTHERS, _DANGERS = 15, 60


def learn(blocks: list[Block]) -> LinearTextModel:
    """The model of all follow-ups, from training examples."""
    known = catalogue()
    texts: list[str] = []
    labels: list[str] = []
    for block in blocks:
        if block.intent in known.follow_ups:
            chosen, label = list(block.texts), block.intent
        else:
            label, most = (DANGER, _DANGERS) if block.intent in known.urgent else (OTHER, _OTHERS)
            chosen = sorted(block.texts, key=lambda text: crc32(text.encode()))[:most]  # always the same, of all manners
        texts += [normalise(text) for text in chosen]
        labels += [label] * len(chosen)
    model = LinearTextModel()
    model.fit(texts, labels)
    return model
