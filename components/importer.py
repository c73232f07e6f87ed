"""Gives Rasa the training examples.

Rasa's own reader builds a YAML tree in Python and checks it against a schema, and then Rasa copies, joins and hashes every
example time and again: more than a minute here. So all examples of an intent in a language are one message.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.examples import Block, blocks_in


class Examples(Message):
    """A block of examples, which nothing changes: copies are itself. Components of Rasa see its first text alone."""

    def __init__(self, block: Block) -> None:
        super().__init__({TEXT: block.texts[0], INTENT: block.intent})
        self.block = block
        self._fingerprint = sha256("\0".join([block.language, block.intent, *block.texts]).encode()).hexdigest()

    def fingerprint(self) -> str:
        return self._fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> Examples:
        return self


def blocks_of(training_data: TrainingData) -> list[Block]:
    """What there is to learn from, in order of language and intent; also of messages that another importer has read."""
    messages = [message for message in training_data.intent_examples if message.get(TEXT)]
    return sorted(
        message.block if isinstance(message, Examples) else Block("", message.get(INTENT), (message.get(TEXT),))
        for message in messages
    )


class ExamplesImporter(RasaFileImporter):
    """Rasa's importer of files, but for the training examples."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002 (of Rasa)
        """The examples of all files, `data/nlu/<language>/<group>.yml`.

        Raises:
            ContentError: see `blocks_in`.
        """
        return _training_data(tuple(blocks_in(Path(file) for file in self._nlu_files)))


@lru_cache(maxsize=1)  # Rasa asks several times in a training
def _training_data(blocks: tuple[Block, ...]) -> TrainingData:
    return TrainingData([Examples(block) for block in blocks])
