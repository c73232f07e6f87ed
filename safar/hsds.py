"""The directory in the Human Services Data Specification 3 of Open Referral, which other directories read and write.

https://docs.openreferral.org/ (schema 3.2). A contact is a service; what HSDS has no field for stands in `attributes` with the
name of our column as label, so that nothing is lost on the way there and back.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import phonenumbers

from safar.directory import COLUMNS, CONFIDENCES, EVERYONE
from safar.errors import ContentError
from safar.hours import days_named
from safar.languages import country_name, language_name
from safar.topics import KINDS

Row = dict[str, str]
Json = dict[str, Any]

_NAMESPACE = uuid.UUID("0c0f2c8e-6a0f-4f0e-8d55-6e9a5f2b7d11")
_TAXONOMY = "safar-kinds"
_CHANNELS = ("sms", "whatsapp", "viber", "telegram")
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_WEEK = re.compile(r"(?:((?:Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?) )?(\d\d:\d\d)-(\d\d:\d\d)")
# What is read back from a field of HSDS's own; every other column travels as an attribute.
_OWN_FIELDS = (
    "name", "name_local", "does", "url", "email", "phones", "text_channels", "languages", "hours", "address", "city",
    "latitude", "longitude",
)  # fmt: skip
_STAFF_ONLY = ("note",)


# --- there ---


def to_hsds(rows: Iterable[Row], *, for_staff: bool = False) -> Json:
    """A page of services with everything in them, as `GET /services?full_service=true` of an HSDS API gives it.

    Args:
        rows: in the columns of data/directory/.
        for_staff: with the notes and with what waits to be verified; otherwise both are left out.
    """
    services = [_service(row, for_staff) for row in rows if for_staff or row["confidence"] != CONFIDENCES[-1]]
    return {
        "total_items": len(services),
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "contents": services,
    }


def _id(row: Row, *parts: object) -> str:
    """A UUID that stays the same from one export to the next."""
    return str(uuid.uuid5(_NAMESPACE, "/".join([row["id"], *map(str, parts)])))


def _listed(row: Row, name: str) -> list[str]:
    return [part for part in row[name].split(";") if part]


def _service(row: Row, for_staff: bool) -> Json:
    service = {
        "id": _id(row, "service"),
        "name": row["name"],
        "alternate_name": row["name_local"],
        "description": row["does"],
        "url": row["url"],
        "email": row["email"],
        "status": "active",
        "eligibility_description": _eligibility(row),
        "assured_date": row["checked_on"] if len(row["checked_on"]) == len("2026-11-22") else "",
    }
    kept = {name: value for name, value in service.items() if value}
    return {
        **kept,
        "organization": {"id": _id(row, "organization"), "name": row["name"], "description": row["does"]},
        "phones": _phones(row),
        "languages": [
            {"id": _id(row, "language", code), "name": language_name(code, "en"), "code": code}
            for code in _listed(row, "languages")
        ],
        "schedules": [_schedule(row)] if row["hours"] else [],
        "service_areas": [
            {"id": _id(row, "area"), "name": country_name(row["country"], "en"), "extent": row["country"], "extent_type": "text"}
        ],
        "service_at_locations": _locations(row),
        "additional_urls": _source(row),
        "attributes": _attributes(row, for_staff),
    }


def _eligibility(row: Row) -> str:
    if EVERYONE in _listed(row, "serves"):
        return ""
    return "Citizens of " + ", ".join(country_name(code, "en") for code in _listed(row, "serves"))


def _phones(row: Row) -> list[Json]:
    voices = [{"id": _id(row, "phone", number), "number": number, "type": "voice"} for number in _listed(row, "phones")]
    texts = []
    for channel in _listed(row, "text_channels"):
        scheme, _, target = channel.partition(":")
        texts.append({"id": _id(row, "phone", channel), "number": target, "type": "text", "description": scheme})
    return [*voices, *texts]


def _schedule(row: Row) -> Json:
    """Our hours as they are, and in HSDS's fields when they are one span of the week."""
    schedule = {"id": _id(row, "schedule"), "description": row["hours"]}
    found = _WEEK.fullmatch("00:00-24:00" if row["hours"] == "24/7" else row["hours"])
    if found is None:
        return schedule
    named, opens, closes = found.groups()
    days = [_DAYS[day] for day in sorted(days_named(named))]
    return {**schedule, "freq": "WEEKLY", "byday": ",".join(days).upper(), "opens_at": opens, "closes_at": closes}


def _locations(row: Row) -> list[Json]:
    if not any(row[name] for name in ("address", "city", "latitude")):
        return []
    location: Json = {"id": _id(row, "location"), "location_type": "physical", "name": row["name"]}
    if row["latitude"] and row["longitude"]:
        location |= {"latitude": float(row["latitude"]), "longitude": float(row["longitude"])}
    if row["address"] or row["city"]:
        # The specification asks for state and postal code; we do not know them.
        address = {"id": _id(row, "address"), "address_1": row["address"], "city": row["city"], "state_province": ""}
        location["addresses"] = [{**address, "postal_code": "", "country": row["country"], "address_type": "physical"}]
    return [{"id": _id(row, "at"), "location": location}]


def _source(row: Row) -> list[Json]:
    if not row["source_url"]:
        return []
    return [{"id": _id(row, "source"), "label": f"Source: {row['source_title']}".rstrip(": "), "url": row["source_url"]}]


def _attributes(row: Row, for_staff: bool) -> list[Json]:
    columns = [name for name in COLUMNS if name not in _OWN_FIELDS and (for_staff or name not in _STAFF_ONLY)]
    attributes = []
    for name in columns:
        if not row[name]:
            continue
        attribute: Json = {"id": _id(row, "attribute", name), "link_id": _id(row, "service"), "link_entity": "service"}
        attribute |= {"label": name, "value": row[name]}
        if name == "kind":
            term = {"id": str(uuid.uuid5(_NAMESPACE, row["kind"])), "code": row["kind"], "name": row["kind"].replace("_", " ")}
            attribute["taxonomy_term"] = {**term, "description": "", "taxonomy": _TAXONOMY}
        attributes.append(attribute)
    return attributes


# --- and back ---


def rows_from_hsds(document: Any) -> list[Row]:
    """Services of ours or of another directory as rows; what another directory does not say stays out of the row.

    Args:
        document: a page of services, a list of them, or one service.

    Raises:
        ContentError: it is none of these.
    """
    services = document.get("contents", [document]) if isinstance(document, dict) else document
    if not isinstance(services, list) or not all(isinstance(entry, dict) and entry.get("name") for entry in services):
        raise ContentError(
            "This is not HSDS: a page with 'contents', a list of services, or one service with a name is expected."
        )
    return [_row(service) for service in services]


def _row(service: Json) -> Row:
    known = {str(entry.get("label")): str(entry.get("value", "")) for entry in _objects(service, "attributes")}
    location: Json = next(
        (at["location"] for at in _objects(service, "service_at_locations") if isinstance(at.get("location"), dict)), {}
    )
    address = next(iter(_objects(location, "addresses")), {})
    row = {name: value for name, value in known.items() if name in COLUMNS}
    country = row.get("country") or str(address.get("country") or "") or _area(service)
    row |= {
        "country": country,
        "kind": row.get("kind") or _kind(service),
        "name": str(service["name"]),
        "name_local": str(service.get("alternate_name") or ""),
        "does": str(service.get("description") or "") if known.get("kind") else "",
        "url": str(service.get("url") or ""),
        "email": str(service.get("email") or ""),
        "checked_on": row.get("checked_on") or str(service.get("assured_date") or ""),
        "languages": ";".join(str(entry["code"]) for entry in _objects(service, "languages") if entry.get("code")),
        "hours": _hours(service),
        "address": str(address.get("address_1") or ""),
        "city": str(address.get("city") or ""),
        **{name: "" if location.get(name) is None else str(location[name]) for name in ("latitude", "longitude")},
        **_numbers(service, location, country),
    }
    if row["latitude"] and row["longitude"] and not row.get("precision"):
        row["precision"] = "exact"  # HSDS knows only the place itself
    return {"id": row.get("id") or f"{country.lower()}-hsds-{service.get('id', '')}", **row}


def _objects(holder: Json, name: str) -> Iterator[Json]:
    value = holder.get(name)
    yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _area(service: Json) -> str:
    extents = (str(area.get("extent") or "") for area in _objects(service, "service_areas"))
    return next((extent for extent in extents if re.fullmatch(r"[A-Z]{2}", extent)), "")


def _kind(service: Json) -> str:
    terms = (entry.get("taxonomy_term") or {} for entry in _objects(service, "attributes"))
    return next((str(term.get("code")) for term in terms if isinstance(term, dict) and term.get("code") in KINDS), "")


def _hours(service: Json) -> str:
    """Our own words when they are there; otherwise days and times of the first weekly schedule."""
    for entry in _objects(service, "schedules"):
        text = str(entry.get("description") or "")
        if text == "24/7" or re.search(r"\d\d:\d\d-\d\d:\d\d", text):
            return text
        days = [day.strip().capitalize() for day in str(entry.get("byday") or "").split(",")]
        opens, closes = str(entry.get("opens_at") or "")[:5], str(entry.get("closes_at") or "")[:5]
        if opens and closes and set(days) <= set(_DAYS):
            return f"{','.join(days)} {opens}-{closes}"
    return ""


def _numbers(service: Json, location: Json, country: str) -> Row:
    """Voice and text numbers of the service; of its place, then its organisation, when it has none of its own."""
    organization = service.get("organization") if isinstance(service.get("organization"), dict) else {}
    for holder in (service, location, organization or {}):
        listed = [entry for entry in _objects(holder, "phones") if entry.get("number")]
        if listed:
            break
    else:
        return {"phones": "", "text_channels": ""}
    phones, texts = [], []
    for entry in listed:
        number, scheme = _e164(str(entry["number"]), country), str(entry.get("description") or "").lower()
        if entry.get("type") == "text":
            texts.append(f"{scheme if scheme in _CHANNELS else 'sms'}:{number}")
        elif entry.get("type") not in ("fax", "pager"):
            phones.append(number)
    return {"phones": ";".join(phones), "text_channels": ";".join(texts)}


def _e164(text: str, country: str) -> str:
    """`"+44 1234 234567"` as +441234234567; a short code or what cannot be read stays as it is."""
    bare = text.strip().strip('"')
    if re.fullmatch(r"\d{2,6}|[A-Za-z_]\w*", bare):
        return bare
    try:
        parsed = phonenumbers.parse(bare, country or None)
    except phonenumbers.NumberParseException:
        return bare
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
