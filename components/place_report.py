"""What is taken for a place in a language's training examples, to be read by a person: an everyday word among them would show the
emergency numbers of another country. Runs in the assistant's environment; `safar places` calls it.

Usage: python -m components.place_report LANGUAGE. Prints one JSON list.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from components.examples import EXAMPLES, blocks_in
from components.gazetteer import Gazetteer
from components.place_recogniser import PlaceRecogniser


def report(texts: Iterable[str], language: str, recogniser: PlaceRecogniser) -> list[dict[str, Any]]:
    """Each name found: `name`, `countries`, `city`, how often (`count`), the first text it stands in (`example`).

    Commonest first: a word that misleads stands far above the size of its place.
    """
    found: dict[tuple[str, tuple[str, ...], str], dict[str, Any]] = {}
    for text in texts:
        for name, place in recogniser.named(text, language):
            key = (name, place.countries, place.city)
            row = {"name": name, "countries": list(place.countries), "city": place.city, "count": 0, "example": text}
            found.setdefault(key, row)["count"] += 1
    return sorted(found.values(), key=lambda row: -row["count"])


def main() -> None:
    language = sys.argv[1]
    texts = [text for block in blocks_in((EXAMPLES / language).glob("*.yml")) for text in block.texts]
    print(json.dumps(report(texts, language, PlaceRecogniser(Gazetteer())), ensure_ascii=False))


if __name__ == "__main__":
    main()
