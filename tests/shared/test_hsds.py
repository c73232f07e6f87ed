"""HSDS 3 there and back, and what another directory writes."""

import json
from typing import Any

import pytest

from safar.directory import COLUMNS, contact_from_row, read_directory
from safar.errors import ContentError
from safar.hsds import rows_from_hsds, to_hsds
from safar.settings import ROOT

EMBASSY = dict.fromkeys(COLUMNS, "") | {
    "id": "qa-consulate-x",
    "country": "QA",
    "serves": "NP;BD",
    "kind": "consulate",
    "name": "Embassy",
    "name_local": "दूतावास",
    "phones": "+97444667788;999",
    "text_channels": "whatsapp:+97455001122;sms:92727",
    "email": "x@example.org",
    "url": "https://example.org",
    "address": "Street 1",
    "city": "Doha",
    "latitude": "25.29",
    "longitude": "51.53",
    "precision": "city",
    "timezone": "Asia/Qatar",
    "hours": "Mo-Fr 08:00-17:00",
    "languages": "ne;en",
    "free": "yes",
    "does": "Helps its own citizens abroad in trouble.",
    "note": "only for staff",
    "source_url": "https://example.org/source",
    "source_title": "Page",
    "checked_on": "2026-11-22",
    "confidence": "high",
}


def rows() -> list[dict[str, str]]:
    import csv

    paths = sorted((ROOT / "data" / "directory").glob("*.csv"))
    return [row for path in paths for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]


def test_the_whole_directory_goes_there_and_comes_back_as_it_was() -> None:
    known = rows()
    back = rows_from_hsds(json.loads(json.dumps(to_hsds(known, for_staff=True))))
    assert len(back) == len(known) > 700
    assert [contact_from_row(dict.fromkeys(COLUMNS, "") | row) for row in back] == [contact_from_row(row) for row in known]
    assert {contact.id for contact in read_directory()} == {row["id"] for row in back}


def test_what_is_for_staff_does_not_leave_the_house() -> None:
    low = {**EMBASSY, "id": "qa-low", "confidence": "low"}
    page = to_hsds([EMBASSY, low])
    assert page["total_items"] == 1
    assert "only for staff" not in json.dumps(page)
    assert "only for staff" in json.dumps(to_hsds([EMBASSY], for_staff=True))


def test_the_fields_of_hsds_hold_what_others_look_for() -> None:
    service = to_hsds([EMBASSY])["contents"][0]
    assert (service["name"], service["status"], service["assured_date"]) == ("Embassy", "active", "2026-11-22")
    assert service["eligibility_description"] == "Citizens of Nepal, Bangladesh"
    assert [(phone["number"], phone["type"]) for phone in service["phones"]] == [
        ("+97444667788", "voice"),
        ("999", "voice"),
        ("+97455001122", "text"),
        ("92727", "text"),
    ]
    schedule = service["schedules"][0]
    assert (schedule["byday"], schedule["opens_at"], schedule["closes_at"]) == ("MO,TU,WE,TH,FR", "08:00", "17:00")
    location = service["service_at_locations"][0]["location"]
    assert (location["location_type"], location["latitude"], location["longitude"]) == ("physical", 25.29, 51.53)
    assert location["addresses"][0]["country"] == "QA"
    assert [entry["code"] for entry in service["languages"]] == ["ne", "en"]


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ("Su-Th 08:00-15:00", "MO,TU,WE,TH,SU"),
        ("Sa-We 08:00-15:00", "MO,TU,WE,SA,SU"),
        ("Fr 08:00-15:00", "FR"),
        ("08:00-15:00", "MO,TU,WE,TH,FR,SA,SU"),
    ],
)
def test_a_week_is_written_over_sunday(hours: str, days: str) -> None:
    schedule = to_hsds([{**EMBASSY, "hours": hours}])["contents"][0]["schedules"][0]
    assert schedule["byday"] == days


def required(schema_of: dict[str, list[str]], value: Any, name: str = "service") -> list[str]:
    """Required fields of HSDS 3.2 that an exported object does not have."""
    missing = [f"{name}.{field}" for field in schema_of.get(name, ["id"]) if field not in value]
    for key, part in value.items():
        for entry in part if isinstance(part, list) else [part]:
            if isinstance(entry, dict):
                missing += required(schema_of, entry, key)
    return missing


def test_every_object_has_what_the_specification_requires() -> None:
    needed = {
        "service": ["id", "name", "status"],
        "organization": ["id", "name", "description"],
        "phones": ["id", "number"],
        "location": ["id", "location_type"],
        "addresses": ["id", "address_1", "city", "state_province", "postal_code", "country", "address_type"],
        "additional_urls": ["id", "url"],
        "taxonomy_term": ["id", "code", "name", "description"],
    }
    page = to_hsds(rows())
    assert [gap for service in page["contents"] for gap in required(needed, service)] == []
    identifiers = [service["id"] for service in page["contents"]]
    assert len(set(identifiers)) == len(identifiers)


def test_a_service_of_another_directory_brings_what_it_says() -> None:
    foreign = {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Advice",
        "status": "active",
        "description": "Their words, which nobody has translated.",
        "phones": [{"id": "1", "number": '"+974 4466 7788"'}, {"id": "2", "number": "44667789", "type": "fax"}],
        "schedules": [{"id": "3", "byday": "SU,MO", "opens_at": "10:00:00", "closes_at": "18:00:00"}],
        "service_at_locations": [
            {
                "id": "4",
                "location": {
                    "id": "5",
                    "location_type": "physical",
                    "latitude": 25.3,
                    "longitude": 51.5,
                    "addresses": [{"city": "Doha", "country": "QA"}],
                },
            }
        ],
        "attributes": [{"id": "6", "taxonomy_term": {"code": "legal_aid", "name": "Legal aid"}}],
    }
    row = rows_from_hsds([foreign])[0]
    assert row["id"] == "qa-hsds-ac148810-d857-441c-9679-408f346de14b"
    assert (row["country"], row["kind"], row["city"], row["phones"]) == ("QA", "legal_aid", "Doha", "+97444667788")
    assert (row["latitude"], row["longitude"], row["precision"]) == ("25.3", "51.5", "exact")
    assert row["hours"] == "Su,Mo 10:00-18:00"
    assert row["does"] == ""


@pytest.mark.parametrize("document", [{}, [], [1], "x", {"contents": [{"id": "1"}]}, {"contents": "x"}, None])
def test_what_is_not_hsds_is_refused_in_words(document: Any) -> None:
    if document == []:
        assert rows_from_hsds(document) == []
        return
    with pytest.raises(ContentError, match="This is not HSDS"):
        rows_from_hsds(document)
