"""The directory of contacts: hotlines, consulates, complaint offices, centres (data/directory/<country>.csv)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from safar.errors import ContentError
from safar.hours import parse_hours
from safar.languages import languages
from safar.phone_numbers import emergency_numbers, is_dialable, is_emergency_number
from safar.settings import ROOT
from safar.topics import KINDS

_HEADER = (
    "id,country,serves,covers,kind,name,name_local,names,phones,text_channels,email,url,address,city,latitude,longitude,"
    "precision,timezone,hours,languages,free,does,note,source_url,source_title,checked_on,confidence"
)
COLUMNS = _HEADER.split(",")
EVERYONE = "*"
CONFIDENCES = ("high", "medium", "low")
PRECISIONS = ("", "exact", "city")
LIBRARY_SOURCE = "libphonenumber short-number metadata"
# Days after which a number counts as not checked; emergency numbers change less often (docs/directory.md).
SPECIAL_FRESH_DAYS = {"emergency": 365}
_FRESH_DAYS_OTHERS = 180
# Of these kinds a person abroad is also served by their own country.
AT_HOME_TOO = frozenset({"recruitment_authority", "missing_family", "migrant_helpline"})
# These serve the citizens named in `serves` and nobody else.
FOR_CITIZENS = frozenset({"consulate", "labour_attache"})
# What the emergency lines send, in the order in which somebody in danger is shown them.
EMERGENCY_SERVICES: dict[str, frozenset[str]] = {
    "Sends police, ambulance or firefighters in an emergency.": frozenset({"police", "ambulance", "fire"}),
    "Sends the police in an emergency.": frozenset({"police"}),
    "Sends an ambulance or firefighters in an emergency.": frozenset({"ambulance", "fire"}),
    "Sends an ambulance in an emergency.": frozenset({"ambulance"}),
    "Sends firefighters and rescuers in an emergency.": frozenset({"fire"}),
}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True)
class Contact:
    """One way to reach help. Lists are tuples; an unknown text is empty.

    Attributes:
        country: ISO 3166 country where it serves.
        serves: ISO 3166 countries whose citizens it serves, or `("*",)`.
        covers: ISO 3166 countries whose people it serves as well although it is not in them, such as an embassy next door.
        names: its name by language of Safar, where it has one.
        phones: E.164 numbers and short codes.
        text_channels: `sms:...`, `whatsapp:+...`, `viber:+...`.
        precision: `exact` when the coordinates are its door, `city` when only its city; empty without coordinates.
        hours: in the syntax of OpenStreetMap's opening_hours.
        does: what it does for a migrant, one English sentence; `does_in` holds its translations by language.
        note: for staff only, never shown.
        checked_on: `YYYY`, `YYYY-MM` or `YYYY-MM-DD` of the last time somebody vouched for it; empty when nobody is on record.
        confidence: `high`, `medium` or `low`; `low` is shown to staff only.
    """

    id: str
    country: str
    serves: tuple[str, ...]
    kind: str
    name: str
    name_local: str = ""
    phones: tuple[str, ...] = ()
    text_channels: tuple[str, ...] = ()
    email: str = ""
    url: str = ""
    address: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    timezone: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()
    free: str = "unknown"
    does: str = ""
    note: str = ""
    source_url: str = ""
    source_title: str = ""
    checked_on: str = ""
    confidence: str = "medium"
    covers: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict, hash=False)
    precision: str = ""
    does_in: dict[str, str] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """For the bundle: without the note, which is for staff."""
        values = {name: getattr(self, name) for name in (*COLUMNS, "does_in") if name != "note"}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @staticmethod
    def from_json(value: dict[str, Any]) -> Contact:
        fields: dict[str, Any] = {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
        return Contact(**fields)

    @property
    def is_national_emergency(self) -> bool:
        """Whether libphonenumber confirms each of its numbers as a national emergency number."""
        return bool(self.phones) and all(is_emergency_number(phone, self.country) for phone in self.phones)

    @property
    def sends(self) -> frozenset[str]:
        """Which of `police`, `ambulance` and `fire` an emergency line sends; empty for other lines."""
        return EMERGENCY_SERVICES.get(self.does, frozenset()) if self.kind == "emergency" else frozenset()

    def is_fresh(self, today: date) -> bool:
        """Whether `checked_on` is recent enough for its kind; an incomplete date counts from its earliest day."""
        if not self.checked_on:
            return False
        return today - _earliest_day(self.checked_on) <= timedelta(days=fresh_days(self.kind))


def fresh_days(kind: str) -> int:
    """Days after its check during which a number of this kind counts as checked."""
    return SPECIAL_FRESH_DAYS.get(kind, _FRESH_DAYS_OTHERS)


def _earliest_day(checked_on: str) -> date:
    """The first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    Raises:
        ValueError: there is no such day.
    """
    year, month, day = (checked_on + "-01-01").split("-")[:3]
    return date(int(year), int(month), int(day))


def _is_day(checked_on: str) -> bool:
    """Whether it is written as a date, and of a day that the calendar has: what is fresh is asked before anybody gets numbers."""
    if not _DATE.fullmatch(checked_on):
        return False
    try:
        _earliest_day(checked_on)
    except ValueError:
        return False
    return True


def contact_from_row(row: dict[str, str]) -> Contact:
    """One row of a directory file, checked.

    Raises:
        ContentError: with the id and what is wrong.
    """
    wrong = _wrong_value(row) or _wrong_way(row)
    if wrong:
        raise ContentError(f"Contact '{row.get('id')}': {wrong}")
    texts: dict[str, Any] = {name: row[name] for name in COLUMNS if name not in _PARSED}
    return Contact(
        **texts,
        serves=_listed(row, "serves"),
        covers=_listed(row, "covers"),
        phones=_listed(row, "phones"),
        text_channels=_listed(row, "text_channels"),
        languages=_listed(row, "languages"),
        names=_names(row),
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
    )


def _listed(row: dict[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row[name].split(";") if part.strip())


def _names(row: dict[str, str]) -> dict[str, str]:
    pairs = (part.partition(":") for part in _listed(row, "names"))
    return {code.strip(): name.strip() for code, _, name in pairs}


def _wrong_value(row: dict[str, str]) -> str:
    """What is wrong with a single value of a row, or an empty string."""
    if row["kind"] not in KINDS:
        return f"'{row['kind']}' is not a kind of contact."
    if row["confidence"] not in CONFIDENCES:
        return f"confidence must be one of {', '.join(CONFIDENCES)}."
    if row["checked_on"] and not _is_day(row["checked_on"]):
        return "checked_on must be YYYY, YYYY-MM or YYYY-MM-DD."
    if bad := [code for code, name in _names(row).items() if code not in languages() or not name]:
        return f"names must read like 'ne:...;ar:...' with languages of Safar, not '{bad[0]}'."
    try:
        if row["hours"]:
            parse_hours(row["hours"])
    except ContentError as error:
        return str(error)
    return ""


def _wrong_way(row: dict[str, str]) -> str:
    """What is wrong with the ways to reach a contact and its place, or an empty string."""
    for phone in _listed(row, "phones"):
        if not is_dialable(phone):
            return f"'{phone}' is neither a valid number in E.164 nor a short code."
    if row["precision"] not in PRECISIONS or bool(row["precision"]) != bool(row["latitude"] and row["longitude"]):
        return "precision must be 'exact' or 'city' beside coordinates, and empty without them."
    ways = [row[name] for name in ("phones", "text_channels", "email", "url", "address")]
    if not row["name"] or not (any(ways) or row["precision"] == "exact"):
        return "needs a name and at least one way to reach it."
    return ""


_PARSED = ("serves", "covers", "names", "phones", "text_channels", "languages", "latitude", "longitude")


def row_from_contact(contact: Contact) -> dict[str, str]:
    """A contact as a row of a directory file: the opposite of `contact_from_row`."""
    row = {}
    for name in COLUMNS:
        value = getattr(contact, name)
        if isinstance(value, dict):
            value = tuple(f"{code}:{text}" for code, text in value.items())
        row[name] = ";".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return row


def read_directory(folder: Path = ROOT / "data" / "directory") -> list[Contact]:
    """All contacts of the repository's files.

    Raises:
        ContentError: a file's header is off, a row is wrong, or an id stands twice.
    """
    contacts: dict[str, Contact] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != COLUMNS:
                raise ContentError(f"{path}: the header must be {','.join(COLUMNS)}")
            for row in reader:
                contact = contact_from_row(row)
                if contact.id in contacts:
                    raise ContentError(f"{path}: the id '{contact.id}' stands twice.")
                if contact.country != path.stem:
                    raise ContentError(f"{path}: '{contact.id}' is of {contact.country}.")
                contacts[contact.id] = contact
    return list(contacts.values())


def library_emergency(country: str) -> Contact | None:
    """The national emergency numbers as libphonenumber knows them, or None.

    It does not know what each is for; a single one is taken to be for everything.
    """
    numbers = emergency_numbers(country)
    if not numbers:
        return None
    return Contact(
        id=f"{country.lower()}-emergency-library",
        country=country,
        serves=(EVERYONE,),
        kind="emergency",
        name="",
        phones=numbers,
        source_title=LIBRARY_SOURCE,
        confidence="high",
    )


def with_library_numbers(contacts: list[Contact], country: str) -> list[Contact]:
    """Emergency contacts of a country, and last the numbers that only libphonenumber has.

    Those are left out when numbers that it confirms send both police and ambulance: they would only push others off the screen.
    """
    library = library_emergency(country)
    sent = frozenset[str]().union(*(contact.sends for contact in contacts if contact.is_national_emergency))
    if library is None or sent >= {"police", "ambulance"}:
        return contacts
    known = {phone for contact in contacts for phone in contact.phones}
    others = tuple(phone for phone in library.phones if phone not in known)
    return [*contacts, replace(library, phones=others)] if others else contacts
