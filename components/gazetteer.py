"""All names of countries, citizens and cities, and the words that tell origin from host (data/places/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from components.normalisation import normalise
from safar.languages import countries, languages
from safar.places import City, cities_by_country, fold
from safar.settings import ROOT
from safar.words import SIGNS

NAME, PEOPLE, CITY = "name", "people", "city"
_LONGEST_NAME = 4  # words
_WORD = re.compile(rf"[^\W_]+(?:[{SIGNS}]+[^\W_]*)*|[^\W_]")
# A city this many times larger than the next of its name is the one that is meant.
_FAR_LARGER = 10
_SHORTEST_LATIN, _SHORTEST = 4, 3  # letters of a city's name that is looked for
_WORD_LISTS = ("between", "origin", "origin_after", "host", "host_after", "mission", "suffixes")


@dataclass(frozen=True)
class Place:
    """What a name can stand for: `kind` is `name` (of a country), `people` (of a country) or `city`.

    Attributes:
        countries: ISO 3166, the likeliest first; more than one when the name alone does not tell (Georgia, Tripoli).
        city: as `safar.places` names it, or empty.
        is_certain: False for a name that is also an everyday word somewhere: it needs a word such as "in" beside it.
    """

    __slots__ = ("city", "countries", "is_certain", "kind")

    countries: tuple[str, ...]
    kind: str
    city: str
    is_certain: bool


@dataclass(frozen=True)
class Mention:
    """A place found in a text, by its words from `start` up to `end`, and the endings stripped from it."""

    place: Place
    start: int
    end: int
    affixes: frozenset[str]


@dataclass(frozen=True)
class _OfLanguage:
    """Of one language: what it writes onto the beginning of a name; everyday words that are never a place, those that are one
    only with a word such as "in" beside them, and names that mean other countries than elsewhere."""

    prefixes: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    ambiguous: dict[str, Place] = field(default_factory=dict)


class Gazetteer:
    """Names to places. What stands in data/places/<language>.yml was chosen by hand and wins over GeoNames' cities."""

    def __init__(self, folder: Path = ROOT / "data" / "places") -> None:
        self.places: dict[str, Place] = {}
        self.between: set[str] = set()
        self.origin: set[str] = set()
        self.origin_after: set[str] = set()
        self.host: set[str] = set()
        self.host_after: set[str] = set()
        self.mission: set[str] = set()
        self.suffixes: set[str] = set()
        # What holds in one language alone: "b" is "in" in Arabic, and the beginning of the Urdu word for "outside".
        self._of_language: dict[str, _OfLanguage] = {}
        self._told_apart: dict[str, str] = {}
        cities = _cities_by_spelling()
        for code in languages():
            self._add_cldr(code)
        for code in languages():
            path = folder / f"{code}.yml"
            if path.exists():
                self._add_file(code, yaml.safe_load(path.read_text(encoding="utf-8")), cities)
        beginnings = tuple(prefix for own in self._of_language.values() for prefix in own.prefixes)
        self._unknown_language = _OfLanguage(prefixes=beginnings)
        self._endings = tuple(self.suffixes)
        self.markers = self.origin | self.origin_after | self.host | self.host_after
        shared = yaml.safe_load((folder / "shared.yml").read_text(encoding="utf-8"))
        for named, names in shared["ambiguous"].items():
            for name in names:
                self.places[normalise(name)] = Place(tuple(named.split()), NAME, "", True)
        self._add_cities(cities, {normalise(word) for word in shared["not_cities"]})
        names = chain(self.places, *(own.ambiguous for own in self._of_language.values()))
        self._first_words = {name.split()[0] for name in names if " " in name}

    def _add_cldr(self, code: str) -> None:
        for country, name in Locale.parse(code).territories.items():
            if country in countries():
                self.places.setdefault(normalise(name), Place((country,), NAME, "", True))

    def _add_file(self, code: str, content: dict[str, Any], cities: dict[str, list[City]]) -> None:
        for section, kind in (("names", NAME), ("people", PEOPLE), ("cities", CITY)):
            for country, names in (content.get(section) or {}).items():
                for name in names:
                    spelling = normalise(name)
                    same = [city.name for city in cities.get(spelling, ()) if kind == CITY and city.country == country]
                    self.places[spelling] = Place((country,), kind, same[0] if same else "", True)
        for section in _WORD_LISTS:
            getattr(self, section).update(normalise(word) for word in content.get(section) or [])
        self._told_apart |= content.get("told_apart") or {}
        self._of_language[code] = _OfLanguage(
            prefixes=tuple(normalise(word) for word in content.get("prefixes") or []),
            never=frozenset(normalise(word) for word in content.get("not_places") or []),
            doubtful=frozenset(normalise(word) for word in content.get("doubtful") or []),
            ambiguous={
                normalise(name): Place(tuple(named.split()), NAME, "", True)
                for named, names in (content.get("ambiguous") or {}).items()
                for name in names
            },
        )

    def _add_cities(self, cities: dict[str, list[City]], everyday: set[str]) -> None:
        """GeoNames' cities, under every spelling that is neither taken by hand nor an everyday word."""
        shared: dict[tuple[tuple[str, ...], str], Place] = {}
        for name, same in cities.items():
            if name in self.places or name in everyday or not _is_long_enough(name):
                continue
            key = _meant(same)
            self.places[name] = shared.setdefault(key, Place(key[0], CITY, key[1], False))

    def _read(self, text: str) -> str:
        """A text normalised, after what its vowel signs alone tell was spelled out: normalising drops them."""
        for spelling, meant in self._told_apart.items():
            text = text.replace(spelling, meant)
        return normalise(text)

    def mentions(self, text: str, language: str | None = None) -> tuple[list[str], list[Mention]]:
        """The words of a text, normalised, and the places among them; the longest name at each word wins.

        Args:
            language: names that are everyday words in it ("mali" is "wrong" in Filipino) are passed over.
        """
        words = _WORD.findall(self._read(text))
        own = self._of_language.get(language or "", self._unknown_language)
        found = []
        position = 0
        while position < len(words):
            mention = self._mention_at(words, position, own)
            if mention:
                found.append(mention)
            position = mention.end if mention else position + 1
        return words, found

    def _mention_at(self, words: list[str], start: int, own: _OfLanguage) -> Mention | None:
        begins_longer = any(bare in self._first_words for bare, _ in self._bare_forms(words[start], own.prefixes))
        for length in range(min(_LONGEST_NAME, len(words) - start) if begins_longer else 1, 0, -1):
            name = " ".join(words[start : start + length])
            for bare, affixes in () if name in own.never else self._bare_forms(name, own.prefixes):
                place = None if bare in own.never else own.ambiguous.get(bare) or self.places.get(bare)
                if place and bare in own.doubtful:
                    place = replace(place, is_certain=False)
                if place:
                    return Mention(place, start, start + length, affixes)
        return None

    def _bare_forms(self, name: str, prefixes: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
        """A name as it stands, without an ending, without a beginning."""
        yield name, frozenset()
        # One test for all endings at once: most names have none, and this runs for every word of every message.
        for suffix in self.suffixes if name.endswith(self._endings) else ():
            if name.endswith(suffix) and len(name) > len(suffix) + 2:
                yield name[: -len(suffix)], frozenset({suffix})
        for prefix in prefixes if name.startswith(prefixes) else ():
            if name.startswith(prefix) and len(name) > len(prefix) + 2:
                bare = name[len(prefix) :]
                # Arabic writes "in" onto the article: "balryad" is "b" and "alryad".
                yield bare, frozenset({prefix})
                yield f"ال{bare}", frozenset({prefix})


def _cities_by_spelling() -> dict[str, list[City]]:
    """All cities by every normalised spelling, in each country the largest first."""
    by_name: dict[str, list[City]] = {}
    for known in cities_by_country().values():
        for city in known:
            for name in {normalise(spelling) for spelling in (city.name, fold(city.name), *city.names)}:
                by_name.setdefault(name, []).append(city)
    return by_name


def _is_long_enough(name: str) -> bool:
    return len(name) >= (_SHORTEST_LATIN if name[0].isascii() else _SHORTEST)


def _meant(cities: Iterable[City]) -> tuple[tuple[str, ...], str]:
    """The countries a city's name can mean, the one with the largest first, and the name of the city if it is only one."""
    largest: dict[str, City] = {}
    for city in sorted(cities, key=lambda city: -city.population):
        largest.setdefault(city.country, city)
    first, *others = largest.values()
    rivals = [city for city in others if city.population * _FAR_LARGER > first.population]
    return tuple(city.country for city in (first, *rivals)), first.name
