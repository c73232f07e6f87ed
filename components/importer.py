"""Gives Rasa the training examples, more than a hundred thousand of them, in seconds.

Rasa's own reader builds a YAML tree in Python and checks it against a schema, and then Rasa copies, joins and hashes every
example time and again: more than a minute here. So all examples of an intent in a language are one message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.examples import examples_in

LANGUAGE = "language"
_TEXTS = "texts"


class Examples(Message):
    """All examples of an intent in one language. Nothing changes them, so that copies are the examples themselves."""

    def __init__(self, texts: Sequence[str], intent: str, language: str = "") -> None:
        super().__init__({TEXT: texts[0], _TEXTS: tuple(texts), INTENT: intent, LANGUAGE: language})
        self._fingerprint = sha256("\0".join([language, intent, *texts]).encode()).hexdigest()

    def fingerprint(self) -> str:
        return self._fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> Examples:
        return self


def texts_of(message: Message) -> tuple[str, ...]:
    """The texts of a message for training: one, or all of `Examples`."""
    return tuple(message.get(_TEXTS) or (message.get(TEXT),))


class ExamplesImporter(RasaFileImporter):
    """Rasa's importer of files, but for the training examples."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002 (of Rasa)
        """The examples of all files, `data/nlu/<language>/<group>.yml`.

        Raises:
            ContentError: for a file that is no list of intents with examples.
        """
        files = [Path(file) for file in self._nlu_files]
        return _training_data(tuple((file, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=1)  # Rasa asks several times in a training
def _training_data(files: tuple[tuple[Path, int], ...]) -> TrainingData:
    """The examples of files, given with the time of their last change; a text twice under an intent counts once."""
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for path, _ in files:
        for intent, texts in examples_in(path):
            found[path.parent.name, intent].update(dict.fromkeys(texts))
    return TrainingData([Examples(list(texts), intent, language) for (language, intent), texts in found.items() if texts])
