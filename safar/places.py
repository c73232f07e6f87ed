"""Cities, and which country a position is in: data/places/cities.csv and borders.json (sources and licences: README there).

Nothing here asks anybody: a position never leaves this process.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from safar.geography import Position, distance_km
from safar.languages import languages
from safar.settings import ROOT

PLACES = ROOT / "data" / "places"
# The first character of a script's block and the one after its last.
_SCRIPTS = {
    "Arab": ("\u0600", "\u0780"),
    "Deva": ("\u0900", "\u0980"),
    "Beng": ("\u0980", "\u0a00"),
    "Mymr": ("\u1000", "\u10a0"),
    "Ethi": ("\u1200", "\u13a0"),
}


@dataclass(frozen=True)
class City:
    """A city of GeoNames.

    Attributes:
        name: in Latin letters; with `country` it names the city everywhere in Safar.
        position: of its middle.
        names: other spellings, in the scripts of Safar's languages, the most usual of a script first.
    """

    __slots__ = ("country", "name", "names", "population", "position", "timezone")

    country: str
    name: str
    position: Position
    population: int
    timezone: str
    names: tuple[str, ...]


@lru_cache(maxsize=1)
def cities_by_country(path: Path = PLACES / "cities.csv") -> dict[str, list[City]]:
    """All cities by ISO 3166 country, the largest of a country first."""
    table: dict[str, list[City]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            position = (float(row["latitude"]), float(row["longitude"]))
            names = tuple(row["names"].split(";")) if row["names"] else ()
            city = City(row["country"], row["name"], position, int(row["population"]), row["timezone"], names)
            table.setdefault(city.country, []).append(city)
    return table


def find_city(country: str | None, name: str | None) -> City | None:
    """The city of this name in a country, the largest when there are several; in any case, with or without accents."""
    known, wanted = cities_by_country().get(country or "", []), fold(name or "")
    for is_it in (
        lambda city: city.name == name,
        lambda city: fold(city.name) == wanted,
        lambda city: wanted in map(fold, city.names),
    ):
        found = next(filter(is_it, known), None)
        if found:
            return found
    return None


def fold(name: str) -> str:
    """A name in lower case and without accents."""
    plain = unicodedata.normalize("NFD", name.casefold().strip())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def position_of(country: str | None, city: str | None) -> Position | None:
    """The middle of a city; without one, that of the country's largest city; None for a country without cities."""
    found = find_city(country, city) if city else None
    if found:
        return found.position
    largest = largest_city(country or "")
    return largest.position if largest else None


def largest_city(country: str) -> City | None:
    """The city with most people in a country; None for a country without cities."""
    return next(iter(cities_by_country().get(country, [])), None)


def city_name(city: City, language: str) -> str:
    """The city's name in the script that a language is usually written in, else in Latin letters."""
    first, after = _SCRIPTS.get(languages()[language].scripts[0], ("\uffff", "\uffff"))
    return next((name for name in city.names if first <= name[0] < after), city.name)


def nearest_city(position: Position, country: str) -> City | None:
    """The nearest city of a country; None when it has none in the list."""
    known = cities_by_country().get(country, [])
    return min(known, key=lambda city: distance_km(position, city.position), default=None)


def timezone_of(country: str, position: Position | None) -> str:
    """The time zone of a place in a country, to about a degree; without a position that of its largest city, else empty."""
    if position is None:
        largest = largest_city(country)
        return largest.timezone if largest else ""
    return _timezone_near(country, (round(position[0]), round(position[1])))


@lru_cache(maxsize=4096)
def _timezone_near(country: str, position: Position) -> str:
    nearest = nearest_city(position, country)
    return nearest.timezone if nearest else ""


@dataclass(frozen=True)
class _Polygon:
    """A part of a country: its first ring is the outline, the others are holes. Numbers are longitude, latitude in turn."""

    country: str
    west: float
    south: float
    east: float
    north: float
    rings: tuple[array[float], ...]


@lru_cache(maxsize=1)
def _borders(path: Path = PLACES / "borders.json") -> list[_Polygon]:
    polygons = []
    for country, parts in json.loads(path.read_text(encoding="utf-8")).items():
        for rings in parts:
            longitudes, latitudes = rings[0][0::2], rings[0][1::2]
            box = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
            polygons.append(_Polygon(country, *box, tuple(array("d", ring) for ring in rings)))
    return polygons


def country_at(position: Position) -> str | None:
    """The ISO 3166 country that a position is in, its coastal waters included; None on the high seas."""
    latitude, longitude = position
    for polygon in _borders():
        if not (polygon.west <= longitude <= polygon.east and polygon.south <= latitude <= polygon.north):
            continue
        outline, *holes = polygon.rings
        if _is_inside(outline, position) and not any(_is_inside(hole, position) for hole in holes):
            return polygon.country
    return None


def _is_inside(ring: array[float], position: Position) -> bool:
    """Whether a line from the position to the east crosses the ring an odd number of times."""
    latitude, longitude = position
    inside = False
    before_x, before_y = ring[-2], ring[-1]
    for index in range(0, len(ring), 2):
        x, y = ring[index], ring[index + 1]
        if (y > latitude) != (before_y > latitude):
            crossing = x + (latitude - y) / (before_y - y) * (before_x - x)
            inside ^= longitude < crossing
        before_x, before_y = x, y
    return inside
