"""Gettext catalogues under locales/: extracted, updated and read with Babel.

Three domains: `answers` (data/answers/*.yml, the topic as context), `interface` (responses in domain.yml, data/interface.yml,
the lists and the safety check, the key as context) and `directory` (the sentence in data/directory/*.csv that says what a
contact does).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timezone
from functools import cache, lru_cache
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from safar import checklists, safety_check
from safar.answers import Answer, english_answers, translated
from safar.errors import ContentError
from safar.languages import DEFAULT, languages
from safar.settings import ROOT

DOMAINS = ("answers", "interface", "directory")
LOCALES = ROOT / "locales"
DIRECTORY = ROOT / "data" / "directory"
DOES = "does"  # context of the directory's sentences


@lru_cache(maxsize=1)
def interface(root: Path = ROOT) -> dict[str, str]:
    """The English interface strings by key: domain.yml, data/interface.yml, data/checklists.yml, data/safety_check.yml."""
    responses = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["responses"]
    strings = yaml.safe_load((root / "data" / "interface.yml").read_text(encoding="utf-8"))
    said = {key: variants[0]["text"] for key, variants in responses.items()}
    return {**said, **strings, **checklists.strings(), **safety_check.strings()}


def _messages(domain: str) -> Iterator[tuple[str, str]]:
    """Every (context, English text) of a domain, in the order of the files; the same pair may come twice."""
    if domain == "interface":
        yield from interface().items()
    elif domain == "answers":
        for topic, variants in english_answers().items():
            for answer in variants.values():
                for line in (answer.title, *answer.first, *answer.know, *answer.next):
                    yield topic, line
    else:
        for path in sorted(DIRECTORY.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    if row["does"]:
                        yield DOES, row["does"]


def pairs(domain: str) -> list[tuple[str, str]]:
    """Every (context, English text) of a domain once, in the order of the files."""
    return list(dict.fromkeys(_messages(domain)))


def template(domain: str) -> Catalog:
    """The catalogue template of a domain, made anew from the English sources."""
    result = Catalog(project="Safar", domain=domain, charset="utf-8", msgid_bugs_address="", copyright_holder="Safar")
    result.creation_date = datetime(2026, 1, 1, tzinfo=timezone.utc)  # fixed, so that the file changes with its content alone
    for context, text in _messages(domain):
        result.add(text, context=context)
    return result


def catalogue_path(language: str, domain: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(language: str, domain: str) -> Catalog:
    """The catalogue of a language; empty when there is no file yet.

    Raises:
        ContentError: the file's Language header is of another language.
    """
    path = catalogue_path(language, domain)
    if not path.exists():
        return Catalog(locale=language, domain=domain)
    result = _read(path, domain)
    if str(result.locale) != language:
        raise ContentError(f"{path}: its Language header is '{result.locale}', its folder says '{language}'.")
    return result


def _read(path: Path, domain: str) -> Catalog:
    if not path.exists():
        return Catalog(domain=domain)
    with path.open("rb") as file:
        return read_po(file, domain=domain)


def write_catalogue(result: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, result, width=110, omit_header=False, sort_output=False, ignore_obsolete=True, include_lineno=False)


def update() -> dict[str, int]:
    """Bring every template and catalogue in step with the English sources.

    Returns:
        `language/domain` to the number of messages that have no translation or a fuzzy one.
    """
    open_messages = {}
    for domain in DOMAINS:
        source = template(domain)
        write_catalogue(source, LOCALES / f"{domain}.pot")
        for language in languages():
            if language == DEFAULT:
                continue
            catalogue = read_catalogue(language, domain)
            catalogue.update(source, no_fuzzy_matching=False)
            write_catalogue(catalogue, catalogue_path(language, domain))
            open_messages[f"{language}/{domain}"] = sum(1 for m in catalogue if m.id and (m.fuzzy or not m.string))
    return open_messages


def out_of_step() -> list[str]:
    """Names of templates and catalogues that do not hold exactly the messages of the English sources."""
    late = []
    for domain in DOMAINS:
        wanted = {(m.context, m.id) for m in template(domain) if m.id}
        paths = [(LOCALES / f"{domain}.pot", None)] + [
            (catalogue_path(code, domain), code) for code in languages() if code != DEFAULT
        ]
        for path, code in paths:
            held = read_catalogue(code, domain) if code else _read(path, domain)
            if {(m.context, m.id) for m in held if m.id} != wanted:
                late.append(str(path.relative_to(ROOT)))
    return late


@cache
def translations(language: str, domain: str) -> dict[tuple[str, str], str]:
    """(context, English text) to translation; messages without one, or with a fuzzy one, are left out."""
    if language == DEFAULT:
        return {pair: pair[1] for pair in _messages(domain)}
    catalogue = read_catalogue(language, domain)
    return {(m.context or "", str(m.id)): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}


def answer_in(language: str, topic: str, answer: Answer) -> Answer | None:
    """An English answer in another language, or None when a sentence has no translation."""
    if language == DEFAULT:
        return answer
    known = translations(language, "answers")
    return translated(answer, lambda text: known.get((topic, text)))


def strings(language: str) -> dict[str, str]:
    """The interface strings of a language by key; keys without a translation are left out."""
    known = translations(language, "interface")
    return {key: known[key, text] for key, text in interface().items() if (key, text) in known}
