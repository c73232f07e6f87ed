"""The directory's files: what a row must hold, and when a number counts as checked."""

from dataclasses import replace
from datetime import date

import pytest

from safar.directory import COLUMNS, Contact, contact_from_row, read_directory, row_from_contact
from safar.errors import ContentError

DIRECTORY = read_directory()


def contact(**changes: object) -> Contact:
    base = Contact(
        id="qa-x", country="QA", serves=("*",), kind="labour_complaint", name="Office", phones=("16008",), confidence="high"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def row(**changes: str) -> dict[str, str]:
    base = dict.fromkeys(COLUMNS, "")
    return {**base, "id": "qa-x", "country": "QA", "serves": "*", "kind": "emergency", "name": "Police", "phones": "999"} | {
        "confidence": "high",
        "free": "yes",
        **changes,
    }


def test_a_row_becomes_a_contact() -> None:
    read = contact_from_row(row(phones="999; +97440280660", languages="ne;en", names="ne:प्रहरी;ar:الشرطة", covers="BH;OM"))
    assert read.phones == ("999", "+97440280660")
    assert read.languages == ("ne", "en")
    assert read.names == {"ne": "प्रहरी", "ar": "الشرطة"}
    assert read.covers == ("BH", "OM")


def test_every_contact_can_be_written_as_it_was_read() -> None:
    assert [contact_from_row(row_from_contact(entry)) for entry in DIRECTORY] == DIRECTORY


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phones": "12345678"}, "'12345678' is neither a valid number"),
        ({"kind": "hotline"}, "'hotline' is not a kind of contact"),
        ({"confidence": "sure"}, "confidence must be one of"),
        ({"checked_on": "last week"}, "checked_on must be"),
        ({"checked_on": "2026-02-30"}, "checked_on must be"),
        ({"checked_on": "2026-13"}, "checked_on must be"),
        ({"checked_on": "0000"}, "checked_on must be"),
        ({"checked_on": "٢٠٢٦-١١-٢٢"}, "checked_on must be"),
        ({"phones": "", "url": ""}, "at least one way to reach it"),
        ({"name": ""}, "needs a name"),
        ({"hours": "weekdays"}, "Opening hours must read like"),
        ({"names": "xx:Police"}, "names must read like"),
        ({"latitude": "25.29", "longitude": "51.53"}, "precision must be 'exact' or 'city'"),
    ],
)
def test_a_wrong_row_is_refused_by_name(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ContentError, match=f"qa-x.*{sentence}"):
        contact_from_row(row(**changes))


@pytest.mark.parametrize(
    ("kind", "checked_on", "fresh"),
    [
        ("emergency", "2025-12-01", True),
        ("emergency", "2025-11-01", False),
        ("consulate", "2026-06-01", True),
        ("consulate", "2026-05", False),
        ("consulate", "", False),
    ],
)
def test_a_number_goes_stale_by_its_kind(kind: str, checked_on: str, fresh: bool) -> None:
    assert contact(kind=kind, checked_on=checked_on).is_fresh(date(2026, 11, 22)) is fresh


def test_safe_houses_have_no_address() -> None:
    assert [entry.id for entry in DIRECTORY if entry.kind == "shelter" and entry.address] == []


def test_every_contact_names_its_source() -> None:
    assert [entry.id for entry in DIRECTORY if not entry.source_url.startswith("http")] == []
