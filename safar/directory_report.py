"""What the directory covers, how old it is and what is wrong with it: `safar directory report`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumber, shortnumberinfo

from safar.directory import CONFIDENCES, EVERYONE, Contact
from safar.phone_numbers import is_dialable, is_short_code
from safar.topics import KINDS

# How the note of an entry names a sourced number that libphonenumber rejects (docs/directory.md).
_REJECTED = re.compile(r"rejected by phonenumbers: ([+\d]+(?:, [+\d]+)*)")
# Kinds without which a country is a gap for somebody in trouble.
NEEDED = (
    "labour_complaint",
    "trafficking_hotline",
    "gender_violence_hotline",
    "migrant_helpline",
    "refugee_asylum",
    "missing_family",
)


def report(contacts: Iterable[Contact], today: date) -> dict[str, Any]:
    """Counts and lists for people and programs; `low` entries count as hidden."""
    listed = list(contacts)
    shown = [contact for contact in listed if contact.confidence != CONFIDENCES[-1]]
    countries = sorted({contact.country for contact in listed})
    return {
        "entries": len(listed),
        "shown": len(shown),
        "hidden": len(listed) - len(shown),
        "countries": len(countries),
        "confidence": {level: sum(contact.confidence == level for contact in listed) for level in CONFIDENCES},
        "age": _age(listed, today),
        "kinds": {kind: _kind([contact for contact in listed if contact.kind == kind], today) for kind in KINDS},
        "by_country": {code: dict(Counter(contact.kind for contact in shown if contact.country == code)) for code in countries},
        "missing": {kind: _missing(shown, kind, countries) for kind in NEEDED},
        "consulates": sorted(_pairs(shown)),
        "numbers": _numbers(listed),
    }


def _age(listed: Sequence[Contact], today: date) -> dict[str, int]:
    """Entries with a number, by whether somebody checked it lately enough."""
    found = Counter(age_of(contact, today) for contact in listed if contact.phones or contact.text_channels)
    return {state: found[state] for state in ("fresh", "due", "never")}


def age_of(contact: Contact, today: date) -> str:
    """`fresh`, `due` or `never` (nobody is on record)."""
    return "never" if not contact.checked_on else "fresh" if contact.is_fresh(today) else "due"


def _kind(listed: Sequence[Contact], today: date) -> dict[str, int]:
    return {
        "entries": len(listed),
        "countries": len({contact.country for contact in listed}),
        "shown": sum(contact.confidence != CONFIDENCES[-1] for contact in listed),
        "with_number": sum(bool(contact.phones) for contact in listed),
        "fresh": sum(contact.is_fresh(today) for contact in listed),
    }


def _missing(shown: Sequence[Contact], kind: str, countries: Sequence[str]) -> list[str]:
    there = {contact.country for contact in shown if contact.kind == kind}
    return [code for code in countries if code not in there]


def _pairs(shown: Sequence[Contact]) -> set[str]:
    """`NP>QA` for each nationality with a consulate in a country."""
    consulates = (contact for contact in shown if contact.kind == "consulate")
    return {f"{home}>{contact.country}" for contact in consulates for home in contact.serves if home != EVERYONE}


def _numbers(listed: Sequence[Contact]) -> dict[str, list[dict[str, str]]]:
    """What cannot be dialled as it stands, and short codes that nobody but the source knows."""
    rejected, unconfirmed = [], []
    for contact in listed:
        found = [number for text in _REJECTED.findall(contact.note) for number in text.split(", ")]
        found += [number for number in contact.phones if not is_dialable(number)]
        rejected += [{"id": contact.id, "number": number} for number in found]
        unconfirmed += [
            {"id": contact.id, "number": number} for number in contact.phones if not _is_confirmed(number, contact.country)
        ]
    return {"rejected": rejected, "short_codes_to_confirm": unconfirmed}


def _is_confirmed(number: str, country: str) -> bool:
    """Whether libphonenumber knows a short code in its country; a full number is checked when it is read."""
    if not is_short_code(number):
        return True
    code = phonenumbers.country_code_for_region(country)
    return shortnumberinfo.is_valid_short_number_for_region(PhoneNumber(country_code=code, national_number=int(number)), country)


def as_text(found: dict[str, Any]) -> str:
    """The report for people."""
    lines = [
        f"{found['entries']} entries in {found['countries']} countries: {found['shown']} shown, "
        f"{found['hidden']} hidden until verified.",
        "Confidence: " + ", ".join(f"{count} {level}" for level, count in found["confidence"].items()) + ".",
        f"Age of numbers: {found['age']['fresh']} checked lately, {found['age']['due']} to be checked again, "
        f"{found['age']['never']} without a date.",
        "",
        f"{'kind':26}{'entries':>9}{'shown':>9}{'countries':>11}{'number':>9}{'fresh':>9}",
    ]
    for kind, row in found["kinds"].items():
        cells = (row["entries"], row["shown"], row["countries"], row["with_number"], row["fresh"])
        lines.append(f"{kind:26}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, (9, 9, 11, 9, 9), strict=True)))
    lines += ["", "Countries of the directory without a shown entry:"]
    for kind, codes in found["missing"].items():
        lines.append(f"  {kind} ({len(codes)}): {' '.join(codes)}")
    lines += ["", f"Nationalities with a shown consulate: {len(found['consulates'])} pairs of country of origin and host."]
    numbers = found["numbers"]
    lines += ["", f"Numbers that do not parse, kept in notes and never shown ({len(numbers['rejected'])}):"]
    lines += [f"  {entry['number']:16} {entry['id']}" for entry in numbers["rejected"]]
    codes = [f"{entry['id'][:2].upper()} {entry['number']}" for entry in numbers["short_codes_to_confirm"]]
    lines += ["", f"Short codes that libphonenumber does not know; a person has to confirm them ({len(codes)}):"]
    lines += [f"  {', '.join(codes[start : start + 12])}" for start in range(0, len(codes), 12)]
    return "\n".join(lines + _centres(found.get("centres", [])))


def _centres(centres: Sequence[dict[str, Any]]) -> list[str]:
    if not centres:
        return []
    lines = ["", f"{'centre':32}{'entries':>9}{'reported':>10}{'due':>7}{'hidden':>8}"]
    for row in centres:
        lines.append(f"{row['name'][:31]:32}{row['entries']:>9}{row['reported']:>10}{row['due']:>7}{row['hidden']:>8}")
    return lines


def world(missions: Iterable[tuple[str, str, set[str]]]) -> dict[str, int]:
    """Who has a mission where: figures of (sender, host, covered countries).

    Returns:
        Numbers of pairs (sender, country) served on the spot, served only from another country, and of senders and hosts.
    """
    on_the_spot, covered = set(), set()
    for sender, host, covers in missions:
        on_the_spot.add((sender, host))
        covered |= {(sender, code) for code in covers if code not in (sender, host)}
    return {
        "pairs_with_a_mission": len(on_the_spot),
        "pairs_covered_from_elsewhere_only": len(covered - on_the_spot),
        "senders": len({sender for sender, _ in on_the_spot}),
        "hosts": len({host for _, host in on_the_spot}),
    }
