"""Answers: their English source in data/answers/ and their translations in locales/.

An answer says first the one thing to do now, then what to know, then what to do next. Every sentence
is a message of its own, so that a changed English sentence marks just its own translations stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from safar.errors import ContentError
from safar.settings import ROOT
from safar.topics import catalogue

GENERAL = "*"  # the country of an answer that holds everywhere
_LISTS = ("first", "know", "next")


@dataclass(frozen=True)
class Answer:
    """One answer in one language for one country (or everywhere).

    Attributes:
        first: what to do now; one line, up to three when the topic is urgent.
        know: at most five points.
        next: one to three steps, in order.
        sources: pairs of title and address.
        checked_on: ISO date on which a person compared the answer with its sources.
        source_version: `version` of the English answer that a translation was made from; empty on English.
        reviewed: a native speaker has read this text and said so in the console.
    """

    title: str
    first: tuple[str, ...]
    know: tuple[str, ...]
    next: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    checked_on: str
    source_version: str = ""
    reviewed: bool = False

    @property
    def version(self) -> str:
        """First 12 hexadecimal digits of the SHA-256 of what people read; it changes with any of it."""
        text = json.dumps([self.title, self.first, self.know, self.next], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "version": self.version}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Answer:
        fields = {**value, **{name: tuple(value[name]) for name in _LISTS}}
        fields["sources"] = tuple((title, url) for title, url in value["sources"])
        fields.pop("version", None)
        return Answer(**fields)


@lru_cache(maxsize=1)
def english_answers(folder: Path = ROOT / "data" / "answers") -> dict[str, dict[str, Answer]]:
    """The English answers: topic, then ISO 3166 country or `*`, to answer.

    Raises:
        ContentError: an answer lacks a part, or belongs to no topic.
    """
    result: dict[str, dict[str, Answer]] = {}
    topics = catalogue().topics
    for path in sorted(folder.glob("*.yml")):
        for topic, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if topic not in topics or topics[topic].group != path.stem:
                raise ContentError(f"{path}: '{topic}' is not a topic of this group in data/topics.yml.")
            general = _read(entry, f"{path}: {topic}")
            result[topic] = {GENERAL: general}
            for country, changed in (entry.get("countries") or {}).items():
                result[topic][country] = _read({**entry, **changed}, f"{path}: {topic} for {country}")
    return result


def _read(entry: Mapping[str, Any], where: str) -> Answer:
    for part in ("title", "first", "next", "sources", "checked_on"):
        if not entry.get(part):
            raise ContentError(f"{where}: '{part}' is missing.")
    return Answer(
        title=entry["title"],
        first=tuple(entry["first"]),
        know=tuple(entry.get("know") or ()),
        next=tuple(entry["next"]),
        sources=tuple((source["title"], source["url"]) for source in entry["sources"]),
        checked_on=str(entry["checked_on"]),
    )


def translated(answer: Answer, translate: Callable[[str], str | None]) -> Answer | None:
    """The answer in another language, or None when any of its sentences has no translation.

    Args:
        translate: gives the translation of one English sentence, or None.
    """
    title = translate(answer.title)
    lists: dict[str, Any] = {name: tuple(translate(line) for line in getattr(answer, name)) for name in _LISTS}
    if title is None or any(line is None for lines in lists.values() for line in lines):
        return None
    return replace(answer, title=title, source_version=answer.version, **lists)
