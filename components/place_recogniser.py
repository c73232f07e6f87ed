"""Recognises the country a person is in and the one they come from, by countries, citizens and cities named in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.normalisation import normalise
from safar.languages import countries, languages
from safar.settings import ROOT

COUNTRY, NATIONALITY = "country", "nationality"
_LONGEST_NAME = 4  # words
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u097f\u0980-\u09ff\u1000-\u109f]+[^\W_]*)*|[^\W_]")


@dataclass(frozen=True)
class Place:
    """A named place: `kind` is `name` (of a country), `people` (of a country) or `city`."""

    country: str
    kind: str


@dataclass(frozen=True)
class Mention:
    """A place found in a text, by its words from `start` up to `end`, and the endings stripped from it."""

    place: Place
    start: int
    end: int
    affixes: frozenset[str]


class Gazetteer:
    """All names of countries, citizens and cities, and the words that tell origin from host (data/places/)."""

    def __init__(self, folder: Path = ROOT / "data" / "places") -> None:
        self.places: dict[str, Place] = {}
        self.origin: set[str] = set()
        self.origin_after: set[str] = set()
        self.host: set[str] = set()
        self.host_after: set[str] = set()
        self.mission: set[str] = set()
        self.suffixes: set[str] = set()
        self.prefixes: set[str] = set()
        for code in languages():
            self._add_cldr(code)
        self.not_places: dict[str, set[str]] = {}
        for code in languages():
            path = folder / f"{code}.yml"
            if path.exists():
                content = yaml.safe_load(path.read_text(encoding="utf-8"))
                self._add_file(content)
                self.not_places[code] = {normalise(word) for word in content.get("not_places") or []}

    def _add_cldr(self, code: str) -> None:
        for country, name in Locale.parse(code).territories.items():
            if country in countries():
                self.places.setdefault(normalise(name), Place(country, "name"))

    def _add_file(self, content: dict[str, Any]) -> None:
        for section, kind in (("names", "name"), ("people", "people"), ("cities", "city")):
            for country, names in (content.get(section) or {}).items():
                for name in names:
                    self.places[normalise(name)] = Place(country, kind)
        for section in ("origin", "origin_after", "host", "host_after", "mission", "suffixes", "prefixes"):
            getattr(self, section).update(normalise(word) for word in content.get(section) or [])

    def mentions(self, text: str, language: str | None = None) -> tuple[list[str], list[Mention]]:
        """The words of a normalised text and the places among them; the longest name at each word wins.

        Args:
            language: names that are everyday words in it ("mali" is "wrong" in Filipino) are passed over.
        """
        words = _WORD.findall(text)
        everyday = self.not_places.get(language or "", set())
        found = []
        position = 0
        while position < len(words):
            mention = None if words[position] in everyday else self._mention_at(words, position)
            if mention:
                found.append(mention)
            position = mention.end if mention else position + 1
        return words, found

    def _mention_at(self, words: list[str], start: int) -> Mention | None:
        for length in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
            name = " ".join(words[start : start + length])
            for bare, affixes in self._bare_forms(name):
                place = self.places.get(bare)
                if place:
                    return Mention(place, start, start + length, affixes)
        return None

    def _bare_forms(self, name: str) -> Iterator[tuple[str, frozenset[str]]]:
        """A name as it stands, without an ending, without a beginning."""
        yield name, frozenset()
        for suffix in self.suffixes:
            if name.endswith(suffix) and len(name) > len(suffix) + 2:
                yield name[: -len(suffix)], frozenset({suffix})
        for prefix in self.prefixes:
            if name.startswith(prefix) and len(name) > len(prefix) + 2:
                bare = name[len(prefix) :]
                # Arabic writes "in" onto the article: "balryad" is "b" and "alryad".
                yield bare, frozenset({prefix})
                yield f"ال{bare}", frozenset({prefix})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceRecogniser(GraphComponent, EntityExtractorMixin):
    """Sets the entities `country` and `nationality` (ISO 3166), from which Rasa fills the slots of those names.

    What the message says wins over what the channel knows already (`metadata.country`, `metadata.nationality`).
    """

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> PlaceRecogniser:
        return cls(Gazetteer())

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            metadata = message.get("metadata")
            known = metadata if isinstance(metadata, dict) else {}
            intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            home = known.get(NATIONALITY) or self._usual_nationality(message)
            language = (message.get("language") or {}).get("name")
            found = self.recognise(message.get(TEXT) or "", home, intent, language)
            values = {name: found.get(name) or known.get(name) for name in (COUNTRY, NATIONALITY)}
            entities = [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in values.items() if value]
            message.set("places", found, add_to_output=True)
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(entities), add_to_output=True)
        return messages

    @staticmethod
    def _usual_nationality(message: Message) -> str | None:
        entry = languages().get((message.get("language") or {}).get("name") or "")
        return entry.nationality if entry else None

    def recognise(
        self, text: str, home: str | None = None, intent: str | None = None, language: str | None = None
    ) -> dict[str, str]:
        """The places a message gives for the person: `country` (where they are or go) and `nationality`.

        Args:
            home: the country the person comes from, as far as known: it is not taken for the host country unless the
                message says so, and beside it another country is the host, even in "from Malaysia back to Nepal".
        """
        words, mentions = self._gazetteer.mentions(normalise(text), language)
        named = {mention.place.country for mention in mentions}
        found: dict[str, str] = {}
        unmarked = []
        for mention in mentions:
            role = self._role(words, mention)
            if role == NATIONALITY and home in named and mention.place.country != home:
                role = COUNTRY
            if role:
                found.setdefault(role, mention.place.country)
            else:
                unmarked.append(mention.place.country)
        for country in unmarked:
            if country == home and len(named) > 1:
                found.setdefault(NATIONALITY, country)
            elif country not in (home, found.get(NATIONALITY)) or (intent == "change_country" and len(named) == 1):
                found.setdefault(COUNTRY, country)
        return found

    def _role(self, words: list[str], mention: Mention) -> str | None:
        gazetteer = self._gazetteer
        near = set(words[max(mention.start - 3, 0) : mention.end + 2])
        before = {" ".join(words[max(mention.start - n, 0) : mention.start]) for n in (1, 2)}
        after = {" ".join(words[mention.end : mention.end + n]) for n in (1, 2)}
        from_here = before & gazetteer.origin or (after | mention.affixes) & gazetteer.origin_after
        in_here = (before | mention.affixes) & gazetteer.host or (after | mention.affixes) & gazetteer.host_after
        if mention.place.kind == "people":
            return NATIONALITY
        if near & gazetteer.mission and mention.place.kind == "name":
            # "the embassy of Nepal in Qatar": the one with "in" is the host.
            return COUNTRY if in_here else NATIONALITY
        if from_here:
            return NATIONALITY
        if mention.place.kind == "city" or in_here:
            return COUNTRY
        return None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PlaceRecogniser:
        return cls.create(config, model_storage, resource, execution_context)
