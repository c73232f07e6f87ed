"""Learns the topics of messages. Needs no Rasa."""

from __future__ import annotations

from components.examples import Block
from components.frames import all_frames
from components.linear_text_model import LinearTextModel
from components.normalisation import normalise
from components.sentences import sentences
from safar.topics import OUT_OF_SCOPE, catalogue

# Greetings, thanks and the like are what others write around their problem.
_FRAMED = {*catalogue().topics, OUT_OF_SCOPE}


def learn(blocks: list[Block]) -> LinearTextModel:
    """The model of all topics, from training examples."""
    model = LinearTextModel()
    model.fit(*lessons(blocks))
    return model


def lessons(blocks: list[Block]) -> tuple[list[str], list[str], list[list[str]]]:
    """What is learned from: texts, their intents, and for each text its lighter examples.

    What a story tells in several sentences is learned from each of them as well; some texts also with other words around them.
    """
    of_languages = all_frames()
    texts: list[str] = []
    intents: list[str] = []
    lighter: list[list[str]] = []
    for block in blocks:
        if block.intent in catalogue().follow_ups:
            continue  # without the answer before it nobody knows what such a message is about
        frames = of_languages.get(block.language) if block.intent in _FRAMED else None
        own = [normalise(text) for text in block.texts]
        framed = [frames.around(text) if frames else None for text in own]
        texts += own
        intents += [block.intent] * len(own)
        lighter += [[*sentences(text), *([around] if around else [])] for text, around in zip(own, framed, strict=True)]
    return texts, intents, lighter
