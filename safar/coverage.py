"""What Safar can answer: by language, by topic and by host country, and what it cannot."""

from __future__ import annotations

from typing import Any

from safar import catalogues
from safar.answers import GENERAL, english_answers
from safar.languages import DEFAULT, countries, country_name, languages
from safar.settings import ROOT
from safar.topics import catalogue

# The subjects whose law differs most from country to country; elsewhere the general answer holds.
SUBJECTS = (
    "wages_unpaid",
    "passport_confiscated",
    "change_employer",
    "exit_permit_travel_ban",
    "complaint_employer",
    "health_care",
    "asylum_protection",
    "overstay_amnesty",
)
# The hosts that most people who write to Safar live in or go to.
HOSTS = (
    *("SA", "AE", "QA", "KW", "BH", "OM", "LB", "JO", "MY", "SG", "TH", "KR"),
    *("IT", "ES", "DE", "GB", "US", "MX", "CO", "ZA", "LY"),
)


def by_language() -> dict[str, dict[str, Any]]:
    """For each language: `answers` of `topics`, the `missing` topics, `variants` of countries, `strings` of `strings_of`,
    and training `examples`."""
    english = english_answers()
    topics = list(catalogue().topics)
    variants = [(topic, answer) for topic in topics for country, answer in english[topic].items() if country != GENERAL]
    table = {}
    for code in languages():
        answered = [name for name in topics if catalogues.answer_in(code, name, english[name][GENERAL])]
        table[code] = {
            "answers": len(answered),
            "topics": len(topics),
            "missing": [name for name in topics if name not in answered],
            "variants": sum(catalogues.answer_in(code, topic, answer) is not None for topic, answer in variants),
            "variants_of": len(variants),
            "strings": len(catalogues.strings(code)),
            "strings_of": len(catalogues.interface()),
            "examples": _examples(code),
        }
    return table


def _examples(code: str) -> int:
    files = (ROOT / "data" / "nlu" / code).glob("*.yml")
    return sum(line.startswith("    - ") for path in files for line in path.open(encoding="utf-8"))


def by_country() -> dict[str, list[str]]:
    """For each country with rules of its own: the topics that have an answer for it."""
    english = english_answers()
    return {
        country: sorted(topic for topic, variants in english.items() if country in variants)
        for country in sorted(countries())
        if any(country in variants for variants in english.values())
    }


def without_rule() -> dict[str, list[str]]:
    """For each host: the subjects for which no checked source was found, so that people get the general answer."""
    english = english_answers()
    return {host: [topic for topic in SUBJECTS if host not in english[topic]] for host in HOSTS}


def as_text() -> str:
    """All of it as tables."""
    lines = [f"{'language':10}{'answers':>12}{'by country':>13}{'strings':>13}{'examples':>10}"]
    for code, row in by_language().items():
        lines.append(
            f"{code:10}{row['answers']:>7} / {row['topics']:<3}{row['variants']:>6} / {row['variants_of']:<3}"
            f"{row['strings']:>7} / {row['strings_of']:<4}{row['examples']:>8}"
        )
        if row["missing"] and code != DEFAULT:
            lines.append(f"{'':10}no answer yet: {', '.join(row['missing'])}")
    lines += ["", "Rules of the host countries (■ an answer of its own, · the general answer):"]
    missing = without_rule()
    width = max(len(country_name(host, DEFAULT)) for host in HOSTS) + 2
    lines.append(" " * width + "  ".join(topic for topic in SUBJECTS))
    for host in HOSTS:
        cells = ("·" if topic in missing[host] else "■" for topic in SUBJECTS)
        lines.append(
            f"{country_name(host, DEFAULT):{width}}"
            + "  ".join(f"{cell:^{len(topic)}}" for cell, topic in zip(cells, SUBJECTS, strict=True))
        )
    lines += ["", "All topics with a rule of their own, by country:"]
    lines += [f"  {country}  {', '.join(topics)}" for country, topics in by_country().items()]
    return "\n".join(lines)
