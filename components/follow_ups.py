"""Short messages that only make sense after an answer (data/follow_ups.yml), told by their words alone.

Plain text matching, and only when nothing else is said: a message that says anything more is left to the classifier.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from components.normalisation import normalise
from safar.errors import ContentError
from safar.settings import ROOT
from safar.topics import catalogue

FAMILY, PLACE = "family", "place"
_LONGEST = 60  # characters
_SPACE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class FollowUps:
    """The words, one pattern a kind over all languages, and where a kind leads.

    Attributes:
        members: words for one of the family.
        small: words that ask for nothing; `beside_place`: these and those around the name of a place.
        unknown: whole messages like "I don't know"; `vague`: like "a lot".
        papers: group of the last topic to the topic or list that tells which papers are needed.
        family: the topics offered beside the last one.
    """

    members: re.Pattern[str]
    small: re.Pattern[str]
    beside_place: re.Pattern[str]
    unknown: frozenset[str]
    vague: frozenset[str]
    papers: dict[str, str]
    family: tuple[str, ...]

    def is_unknown(self, text: str) -> bool:
        """Whether a message says no more than that somebody does not know."""
        return _plain(text) in self.unknown

    def is_vague(self, text: str) -> bool:
        """Whether a message is a word or two that only mean something as an answer: "a lot", "maybe"."""
        return _plain(text) in self.vague

    def kind(self, text: str, beside_place: str | None = None) -> str | None:
        """What a message asks of the answer before it, or None when it says more than that.

        Args:
            beside_place: the words of the message that name no place, when it names one.
        """
        plain = _plain(text)
        if not 0 < len(plain) <= _LONGEST:
            return None
        if beside_place is not None:
            return PLACE if not _left(self.beside_place, _plain(beside_place)) else None
        rest, count = self.members.subn(" ", plain)
        return FAMILY if count and not _left(self.small, rest) else None


def _left(words: re.Pattern[str], text: str) -> str:
    return _SPACE.sub("", words.sub(" ", text))


def _plain(text: str) -> str:
    """One form of each letter, without punctuation."""
    kept = (" " if unicodedata.category(char)[0] in "PSZ" else char for char in normalise(text))
    return " ".join("".join(kept).split())


def _pattern(words: set[str]) -> re.Pattern[str]:
    """The words, longest first. Where a script writes spaces, only whole words count; Burmese has none."""
    ordered = sorted(words, key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in ordered if not _is_unspaced(word))
    unspaced = "|".join(re.escape(word) for word in ordered if _is_unspaced(word))
    return re.compile(rf"(?<!\S)(?:{spaced})(?!\S)|{unspaced}")


def _is_unspaced(word: str) -> bool:
    return "\u1000" <= word[0] <= "\u109f"


@lru_cache(maxsize=1)
def follow_ups(path: Path = ROOT / "data" / "follow_ups.yml") -> FollowUps:
    """Read the words.

    Raises:
        ContentError: a topic is named that does not exist.
    """
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = [*raw["topics"]["papers"].values(), *raw["topics"]["family"]]
    unknown = [name for name in named if name not in catalogue().topics and not name.startswith("list_")]
    if unknown:
        raise ContentError(f"{path}: there is no topic {', '.join(unknown)}.")
    tables = raw["words"].values()
    kinds = ("family", "small", "beside_place")
    members, small, beside_place = ({_plain(word) for table in tables for word in table[kind]} for kind in kinds)
    whole = {kind: frozenset(_plain(text) for table in tables for text in table[kind]) for kind in ("unknown", "vague")}
    return FollowUps(
        _pattern(members),
        _pattern(small),
        _pattern(small | beside_place),
        whole["unknown"],
        whole["vague"],
        raw["topics"]["papers"],
        tuple(raw["topics"]["family"]),
    )
