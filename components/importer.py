"""Reads the training examples, more than a hundred thousand of them, in seconds.

Rasa's own reader builds a YAML tree in Python, checks it against a schema and takes the hash of each example over and over
while it copies and joins: more than a minute here. Examples of Safar are a text and an intent, so that none of it is needed.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.normalisation import normalise

LANGUAGE = "language"
_ANNOTATION = re.compile(r"\][({]")  # [Doha](city)
_FastSafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenExamples(RasaException):
    """A file of training examples that cannot be read; says which one, where, and what is wrong."""


class Example(Message):
    """A text, its intent and language, which nothing changes: copies are the example itself, and equal ones are found cheaply."""

    def __init__(self, text: str, intent: str, language: str = "") -> None:
        super().__init__({TEXT: text, INTENT: intent, LANGUAGE: language})
        self._fingerprint = f"{intent}\0{text}"

    def fingerprint(self) -> str:
        return self._fingerprint

    def __hash__(self) -> int:
        return hash(self._fingerprint)

    def __eq__(self, other: object) -> bool:
        return self is other or isinstance(other, Message) and other.fingerprint() == self._fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        return self


class ExamplesImporter(RasaFileImporter):
    """Rasa's importer of files, but for the training examples."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002 (of Rasa)
        """The examples of all files, `data/nlu/<language>/<group>.yml`.

        Raises:
            BrokenExamples: for a file that is no list of intents with examples.
        """
        files = [Path(file) for file in self._nlu_files]
        return _training_data(tuple((file, file.stat().st_mtime_ns) for file in files))


@cache  # topics and languages are learned from the same examples
def normalised(text: str) -> str:
    """`normalise`, for examples only: whatever is asked is kept until the training ends."""
    return normalise(text)


@lru_cache(maxsize=1)  # Rasa asks several times in a training, and joins copies
def _training_data(files: tuple[tuple[Path, int], ...]) -> TrainingData:
    """The examples of files, given with the time of their last change."""
    return TrainingData([Example(text, intent, file.parent.name) for file, _ in files for intent, text in examples_in(file)])


def examples_in(path: Path) -> tuple[tuple[str, str], ...]:
    """Intent and text of each example in one of Rasa's files.

    Raises:
        BrokenExamples: with the file, the intent and what is wrong.
    """
    return _examples_in(path, path.stat().st_mtime_ns)


@cache  # the language recogniser asks once more
def _examples_in(path: Path, changed_ns: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG001 (what is cached is of that time)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_FastSafeLoader)  # noqa: S506 (a safe loader)
        return tuple(pair for block in content["nlu"] for pair in _examples_of(block))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BrokenExamples(f"{path} cannot be read as YAML: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BrokenExamples(f"{path} must hold a list `nlu` of blocks with `intent` and `examples`: {error!r}") from error


def _examples_of(block: dict[str, Any]) -> list[tuple[str, str]]:
    intent, lines = block["intent"].strip(), [line for line in block["examples"].splitlines() if line.strip()]
    for line in lines:
        if not line.startswith("- "):
            raise ValueError(f"under {intent} a line does not begin with a dash: {line[:60]}")
        if _ANNOTATION.search(line):
            raise ValueError(f"under {intent} an entity is marked, which nothing here reads: {line[:60]}")
    return [(intent, line[2:].strip()) for line in lines if line[2:].strip()]
