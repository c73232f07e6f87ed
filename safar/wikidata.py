"""Embassies and consulates from Wikidata: asked country by country, kept on disk, turned into rows of the directory.

What Wikidata says is a hint, not a fact that somebody vouched for: every row has confidence `low`, which staff alone see.
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import phonenumbers
import requests

from safar.directory import COLUMNS
from safar.errors import SafarError
from safar.languages import countries, country_name
from safar.phone_numbers import is_dialable
from safar.settings import ROOT

ENDPOINT = "https://query.wikidata.org/sparql"
QUERY = ROOT / "data" / "wikidata" / "missions.rq"
# Wikimedia asks every program to say what it is: https://meta.wikimedia.org/wiki/User-Agent_policy
_AGENT = "Safar/1.0 (help service for migrants; directory of missions)"
_TIMEOUT_S = 90  # the service itself gives a query 60
_PAUSE_S = 1.0  # one question at a time, a second between them
_TRIES = 5
_MOST_WAIT_S = 300
_DOES = "Helps its own citizens abroad in trouble."
_POINT = re.compile(r"Point\((-?[\d.]+) (-?[\d.]+)\)")
_ENTITY = re.compile(r"Q\d+")

Row = dict[str, str]


class WikidataAway(SafarError):
    """Wikidata did not answer; what came before is kept, and the next run goes on from there."""


@dataclass
class Mission:
    """One embassy or consulate.

    Attributes:
        entity: Wikidata's name of it, such as `Q104551261`.
        sender: ISO 3166 country whose citizens it serves; `host`: the country it is in.
        covers: other countries it is responsible for.
    """

    entity: str
    sender: str
    host: str
    name: str = ""
    type: str = ""
    covers: set[str] = field(default_factory=set)
    city: str = ""
    address: str = ""
    place: tuple[float, float] | None = None
    phones: set[str] = field(default_factory=set)
    email: str = ""
    website: str = ""


# --- asking ---


def fetch(
    folder: Path,
    codes: Iterable[str],
    *,
    say: Callable[[str], None],
    again: bool = False,
    endpoint: str = ENDPOINT,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Ask for the missions of each country and keep each answer; a country that is kept is not asked again.

    Args:
        folder: where answers are kept, `<country>.json` each.
        say: told how far it is.
        again: ask also for what is kept.

    Returns:
        How many countries were asked.

    Raises:
        WikidataAway: no answer after several tries.
    """
    folder.mkdir(parents=True, exist_ok=True)
    query = QUERY.read_text(encoding="utf-8")
    listed = list(codes)
    asked = 0
    for number, code in enumerate(listed, start=1):
        path = folder / f"{code}.json"
        if path.exists() and not again:
            continue
        if asked:
            wait(_PAUSE_S)
        answer = _ask(endpoint, query.replace("{country}", code), wait)
        # Written whole or not at all: a run that is stopped here asks for this country once more.
        part = path.with_suffix(".part")
        part.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
        asked += 1
        say(f"{number}/{len(listed)} {code} {country_name(code, 'en')}: {len(missions_of(code, answer))} missions")
    return asked


def _ask(endpoint: str, query: str, wait: Callable[[float], None]) -> Any:
    headers = {"User-Agent": _AGENT, "Accept": "application/sparql-results+json"}
    reason = ""
    for attempt in range(_TRIES):
        try:
            answer = requests.post(endpoint, data={"query": query}, headers=headers, timeout=_TIMEOUT_S)
            if answer.ok:
                found = answer.json()
                found["results"]["bindings"]
                return found
            reason = f"HTTP {answer.status_code}"
            pause = answer.headers.get("Retry-After", "")
            seconds = float(pause) if pause.isdigit() else 2.0**attempt * 5
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            # An answer that broke off in the middle is no JSON either.
            reason, seconds = str(error), 2.0**attempt * 5
        if attempt + 1 < _TRIES:
            wait(min(seconds, _MOST_WAIT_S))
    raise WikidataAway(f"Wikidata does not answer ({reason[:200]}). What was fetched is kept; run the same command again later.")


# --- reading ---


def kept_missions(folder: Path) -> Iterator[Mission]:
    """The missions of every kept answer."""
    for path in sorted(folder.glob("*.json")):
        yield from missions_of(path.stem, json.loads(path.read_text(encoding="utf-8")))


def missions_of(sender: str, answer: Any) -> list[Mission]:
    """The missions in an answer; rows of the same one are merged."""
    found: dict[tuple[str, str], Mission] = {}
    for binding in answer["results"]["bindings"]:
        value = {name: str(cell["value"]) for name, cell in binding.items()}
        entity, host = value["mission"].rsplit("/", 1)[-1], value["host"]
        label = value.get("missionLabel", "")
        mission = found.setdefault((entity, host), Mission(entity, sender, host, "" if _ENTITY.fullmatch(label) else label))
        mission.covers |= {value["covers"]} & countries() if "covers" in value else set()
        mission.phones |= {value["phone"]} if "phone" in value else set()
        mission.place = mission.place or _place(value.get("place", ""))
        mission.type = mission.type or value.get("typeLabel", "")
        mission.city = mission.city or ("" if _ENTITY.fullmatch(value.get("cityLabel", "")) else value.get("cityLabel", ""))
        mission.address = mission.address or value.get("address", "")
        mission.email = mission.email or value.get("email", "").removeprefix("mailto:")
        mission.website = mission.website or value.get("website", "")
    return list(found.values())


def _place(text: str) -> tuple[float, float] | None:
    found = _POINT.fullmatch(text)
    return (float(found[2]), float(found[1])) if found else None


def missions_in_table(path: Path) -> Iterator[Mission]:
    """Missions of a CSV with the columns operator, host, jurisdictions, type, city, address, latitude, longitude, phone,
    email, website, wikidata: as compiled by the project database-of-embassies."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Mission(
                entity=row["wikidata"],
                sender=row["operator"],
                host=row["host"],
                type=row["type"],
                covers=set(row["jurisdictions"].split(";")) & countries(),
                city=row["city"],
                address=row["address"],
                place=(float(row["latitude"]), float(row["longitude"])) if row["latitude"] and row["longitude"] else None,
                phones={part.strip() for part in row["phone"].split(";") if part.strip()},
                email=row["email"],
                website=row["website"],
            )


# --- as rows of the directory ---


def unusable(mission: Mission) -> str:
    """Why a mission cannot be an entry, or an empty string."""
    if not {mission.sender, mission.host} <= countries():
        return "no ISO country"
    if mission.sender == mission.host:
        return "in its own country"
    if not (mission.website or mission.address or mission.email or mission.place or _numbers(mission)[0]):
        return "no way to reach it"
    return ""


def row_of(mission: Mission, *, checked_on: str = "") -> Row:
    """A mission as a row of the directory, for staff only until somebody has called.

    Args:
        checked_on: stays empty for what nobody checked; Wikidata does not say when somebody did.
    """
    numbers, unread = _numbers(mission)
    kind = (mission.type or "mission").capitalize()
    name = mission.name or f"{kind} of {country_name(mission.sender, 'en')}" + (f", {mission.city}" if mission.city else "")
    row = {
        "id": f"{mission.host.lower()}-consulate-{mission.sender.lower()}-{mission.entity.lower()}",
        "country": mission.host,
        "serves": mission.sender,
        "covers": ";".join(sorted(mission.covers - {mission.host, mission.sender})),
        "kind": "consulate",
        "name": name[:200],
        "phones": ";".join(numbers),
        "email": mission.email,
        "url": mission.website if mission.website.startswith(("http://", "https://")) else "",
        "address": " ".join(mission.address.split())[:300],
        "city": mission.city,
        "latitude": str(mission.place[0]) if mission.place else "",
        "longitude": str(mission.place[1]) if mission.place else "",
        "precision": "exact" if mission.place else "",
        "free": "unknown",
        "does": _DOES,
        "note": f"From Wikidata; call before you trust it.{' rejected by phonenumbers: ' + unread if unread else ''}",
        "source_url": f"https://www.wikidata.org/wiki/{mission.entity}",
        "source_title": "Wikidata",
        "checked_on": checked_on,
        "confidence": "low",
    }
    return {**dict.fromkeys(COLUMNS, ""), **row}


def _numbers(mission: Mission) -> tuple[list[str], str]:
    """Its numbers in E.164, and those that cannot be read as they stand."""
    good: list[str] = []
    bad: list[str] = []
    for text in sorted(mission.phones):
        try:
            parsed = phonenumbers.parse(text, mission.host)
            number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        except phonenumbers.NumberParseException:
            number = text
        (good if number.startswith("+") and is_dialable(number) else bad).append(number)
    return good, ", ".join(bad)
