"""Learns what people write after an answer: more about it (a follow-up), danger, or something else. Needs no Rasa."""

from __future__ import annotations

from zlib import crc32

from components.examples import Block
from components.linear_text_model import LinearTextModel
from components.normalisation import normalise
from safar.topics import catalogue

DANGER, OTHER = "danger", "other"
# Examples in a language of every topic, of every danger, and of everything said to the assistant itself: after an answer
# most messages are about it, and "not what I asked" comes nowhere else.
_TOPICS, _DANGERS, _CONVERSATION = 15, 60, 60


def learn(blocks: list[Block]) -> LinearTextModel:
    """The model of all follow-ups, from training examples."""
    known = catalogue()
    texts: list[str] = []
    labels: list[str] = []
    for block in blocks:
        if block.intent in known.follow_ups:
            chosen, label = list(block.texts), block.intent
        else:
            label = DANGER if block.intent in known.urgent else OTHER
            most = _CONVERSATION if block.intent in known.conversation else _DANGERS if label == DANGER else _TOPICS
            chosen = sorted(block.texts, key=lambda text: crc32(text.encode()))[:most]  # always the same, of all manners
        texts += [normalise(text) for text in chosen]
        labels += [label] * len(chosen)
    model = LinearTextModel()
    model.fit(texts, labels)
    return model
