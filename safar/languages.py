"""The languages Safar speaks, and how languages and countries are called in them.

The list is data/languages.yml; names and writing direction come from CLDR through Babel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale
from babel.languages import get_official_languages

from safar.errors import ContentError
from safar.settings import ROOT

DEFAULT = "en"


@dataclass(frozen=True)
class Language:
    """A language that Safar speaks.

    Attributes:
        code: ISO 639 code, as in `data/nlu/<code>/`.
        name: its own name, as its speakers write it.
        dir: `ltr` or `rtl`.
        scripts: ISO 15924 codes of the scripts people write it in, the usual one first.
        fallback: code of the language shown when a text is missing here; English when not stated.
        nationality: ISO 3166 code of the country nearly all its speakers come from, or None. It only
            picks the embassy that is offered when a person has not said where they are from.
    """

    code: str
    name: str
    dir: str
    scripts: tuple[str, ...]
    fallback: str
    nationality: str | None


@lru_cache(maxsize=1)
def languages(path: Path = ROOT / "data" / "languages.yml") -> dict[str, Language]:
    """All languages by code, in the order of the list.

    Raises:
        ContentError: the list has no English, or a fallback that is not in it.
    """
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["languages"]
    if DEFAULT not in listed:
        raise ContentError(f"{path}: '{DEFAULT}' must be in the list; it is the source of every text.")
    result = {}
    for code, entry in listed.items():
        fallback = entry.get("fallback", DEFAULT)
        if fallback not in listed:
            raise ContentError(f"{path}: '{code}' falls back to '{fallback}', which is not in the list.")
        locale = Locale.parse(code)
        result[code] = Language(
            code=code,
            name=_capitalised(locale.get_display_name(code) or code),
            dir=locale.text_direction,
            scripts=tuple(entry["scripts"]),
            fallback=fallback,
            nationality=entry.get("nationality"),
        )
    return result


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def fallbacks(code: str) -> list[str]:
    """The languages to try for a text, best first: the language, its fallback, English."""
    known = languages()
    chain = [code, known[code].fallback] if code in known else []
    return list(dict.fromkeys([*chain, DEFAULT]))


def best_language(wanted: Iterable[str]) -> str:
    """The first of `wanted` (language tags such as `ar-EG`, best first) that Safar speaks, else English."""
    for tag in wanted:
        code = tag.replace("_", "-").split("-")[0].lower()
        if code in languages():
            return code
    return DEFAULT


def host_language(country: str | None) -> str:
    """The language that an office of a country reads: its first official one, or English when Safar does not speak that."""
    official = get_official_languages(country) if country else ()
    return official[0] if official and official[0] in languages() else DEFAULT


def accepted_languages(header: str) -> list[str]:
    """The tags of an HTTP Accept-Language header, best first; anything malformed is passed over."""
    weighted = []
    for part in header[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") or "1"
        try:
            weighted.append((-float(weight), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighted, key=lambda pair: pair[0]) if tag]


def country_name(country: str, language: str) -> str:
    """The CLDR name of an ISO 3166 country in a language; the code itself when CLDR has none."""
    return Locale.parse(language).territories.get(country) or country


def language_name(code: str, language: str) -> str:
    """The CLDR name of a language (ISO 639) in a language; the code itself when CLDR has none."""
    return Locale.parse(language).languages.get(code) or code


@lru_cache(maxsize=1)
def names_of_languages() -> dict[str, str]:
    """Lower-case names of the world's languages, in all languages of Safar and in their own, to ISO 639 code."""
    names: dict[str, str] = {}
    for spoken in languages():
        for code, name in Locale.parse(spoken).languages.items():
            if len(code) <= 3:
                names.setdefault(name.casefold(), code)
    for code in languages():
        names[(Locale.parse(code).get_display_name(code) or code).casefold()] = code
    return names


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The ISO 3166 codes of all countries and territories that CLDR names."""
    return frozenset(code for code in Locale.parse(DEFAULT).territories if len(code) == 2 and code not in _NOT_COUNTRIES)


# Codes that CLDR names but where nobody lives or that are no place: groupings, pseudo locales, unknown.
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
