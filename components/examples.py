"""Reads the training examples, more than a hundred thousand of them, in seconds. Needs no Rasa.

Their files are as Rasa knows them, `data/nlu/<language>/<group>.yml`; texts and intents are read, which is all that they hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from safar.errors import ContentError
from safar.languages import languages
from safar.settings import ROOT

EXAMPLES = ROOT / "data" / "nlu"
_ANNOTATION = re.compile(r"\][({]")  # [Doha](city)
_FastSafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Block(NamedTuple):
    """All examples of an intent in a language; the language is empty where a file does not say it."""

    language: str
    intent: str
    texts: tuple[str, ...]


def all_blocks() -> list[Block]:
    """The examples of all languages.

    Raises:
        ContentError: see `blocks_in`.
    """
    return blocks_in(path for code in languages() for path in (EXAMPLES / code).glob("*.yml"))


def blocks_in(files: Iterable[Path]) -> list[Block]:
    """The examples of files, in order of language (a file's folder) and intent. A text counts once in each.

    Raises:
        ContentError: for a file that cannot be read or is no list of intents with examples; with the intent and what is wrong.
    """
    return list(_blocks_in(tuple((file, file.stat().st_mtime_ns) for file in sorted(files))))


@lru_cache(maxsize=1)  # a training asks several times
def _blocks_in(files: tuple[tuple[Path, int], ...]) -> tuple[Block, ...]:
    """The examples of files, given with the time of their last change."""
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for path, _ in files:
        for intent, text in _examples_in(path):
            found[path.parent.name, intent][text] = None
    return tuple(Block(language, intent, tuple(texts)) for (language, intent), texts in sorted(found.items()))


def _examples_in(path: Path) -> list[tuple[str, str]]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_FastSafeLoader)  # noqa: S506 (a safe loader)
        return [(block["intent"].strip(), text) for block in content["nlu"] for text in _texts_of(block)]
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
