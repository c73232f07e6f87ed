"""Reads the training examples of a language: files as Rasa knows them, `data/nlu/<language>/<group>.yml`, in seconds.

Examples of Safar are a text and an intent, so that nothing else in these files is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from safar.errors import ContentError
from safar.settings import ROOT

EXAMPLES = ROOT / "data" / "nlu"
_ANNOTATION = re.compile(r"\][({]")  # [Doha](city)
_FastSafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def texts_of(language: str, folder: Path = EXAMPLES) -> list[str]:
    """The texts of all examples of a language.

    Raises:
        ContentError: see `examples_in`.
    """
    return [text for path in sorted((folder / language).glob("*.yml")) for _, texts in examples_in(path) for text in texts]


def examples_in(path: Path) -> list[tuple[str, list[str]]]:
    """The blocks of a file: an intent and the texts of its examples.

    Raises:
        ContentError: it cannot be read; with the file, the intent and what is wrong.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_FastSafeLoader)  # noqa: S506 (a safe loader)
        return [(block["intent"].strip(), list(_texts_of(block))) for block in content["nlu"]]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{path} cannot be read as YAML: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContentError(f"{path} must hold a list `nlu` of blocks with `intent` and `examples`: {error!r}") from error


def _texts_of(block: dict[str, Any]) -> Iterator[str]:
    for line in block["examples"].splitlines():
        text = line[2:].strip()
        if line.strip() and not line.startswith("- "):
            raise ValueError(f"under {block['intent']} a line does not begin with a dash: {line[:60]}")
        if _ANNOTATION.search(line):
            raise ValueError(f"under {block['intent']} an entity is marked, which nothing here reads: {line[:60]}")
        if text:
            yield text
