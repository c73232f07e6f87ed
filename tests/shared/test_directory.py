"""Who is shown to whom, and that no contact of another country or nationality ever is."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from safar.directory import COLUMNS, Contact, contact_from_row, find, read_directory, row_from_contact
from safar.errors import ContentError
from safar.topics import KINDS

DIRECTORY = read_directory()
COUNTRIES = sorted({contact.country for contact in DIRECTORY})
AT_HOME_TOO = {"recruitment_authority", "missing_family", "migrant_helpline"}


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
        ({"phones": "", "url": ""}, "at least one way to reach it"),
        ({"name": ""}, "needs a name"),
        ({"names": "xx:Police"}, "names must read like"),
        ({"latitude": "25.29", "longitude": "51.53"}, "precision must be 'exact' or 'city'"),
    ],
)
def test_a_wrong_row_is_refused_by_name(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ContentError, match=f"qa-x.*{sentence}"):
        contact_from_row(row(**changes))


def test_a_consulate_serves_its_own_citizens_only() -> None:
    nepal = contact(id="n", kind="consulate", serves=("NP",))
    anybody = contact(id="a", kind="consulate", serves=("*",))
    kinds = ["consulate"]
    assert find([nepal, anybody], kinds=kinds, country="QA", nationality="NP") == [nepal]
    assert find([nepal, anybody], kinds=kinds, country="QA", nationality="BD") == []
    assert find([nepal, anybody], kinds=kinds, country="QA", nationality=None) == []


def test_low_confidence_is_for_staff() -> None:
    assert find([contact(confidence="low")], kinds=["labour_complaint"], country="QA", nationality=None) == []


def test_an_emergency_number_that_the_library_confirms_needs_no_other_confidence() -> None:
    police = contact(country="LB", kind="emergency", phones=("112",), confidence="low")
    assert find([police], kinds=["emergency"], country="LB", nationality=None) == [police]
    assert (
        find([replace(police, phones=("113",))], kinds=["emergency"], country="LB", nationality=None)[0].id
        == "lb-emergency-library"
    )


def test_order_reachable_then_confidence_then_newest() -> None:
    no_phone = contact(id="a", phones=(), url="https://example.org")
    medium = contact(id="b", confidence="medium", checked_on="2026-01-01")
    old = contact(id="c", checked_on="2020")
    new = contact(id="d", checked_on="2026-05")
    found = find([no_phone, medium, old, new], kinds=["labour_complaint"], country="QA", nationality=None, limit_per_kind=9)
    assert [entry.id for entry in found] == ["d", "c", "b", "a"]


def test_without_a_sourced_emergency_number_the_library_has_one() -> None:
    found = find([], kinds=["emergency"], country="QA", nationality=None)
    assert [entry.phones for entry in found] == [("999",)]


def test_the_national_emergency_number_comes_before_special_lines() -> None:
    deaf = contact(id="a", kind="emergency", phones=("992",), confidence="high", checked_on="2026-11-01")
    police = contact(id="b", kind="emergency", phones=("999",), confidence="medium")
    found = find([deaf, police], kinds=["emergency"], country="QA", nationality=None)
    assert [entry.phones for entry in found] == [("999",), ("992",)]


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


@hypothesis_settings(max_examples=2000, deadline=None)
@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=6, unique=True),
    st.sampled_from(COUNTRIES),
    st.one_of(st.none(), st.sampled_from(COUNTRIES)),
)
def test_nothing_of_another_country_or_nationality_is_ever_shown(kinds: list[str], country: str, nationality: str | None) -> None:
    for entry in find(DIRECTORY, kinds=kinds, country=country, nationality=nationality):
        assert entry.kind in kinds
        assert entry.country == country or (entry.kind in AT_HOME_TOO and entry.country == nationality)
        assert "*" in entry.serves or nationality in entry.serves
        assert entry.confidence != "low" or entry.is_national_emergency


def test_safe_houses_have_no_address() -> None:
    assert [entry.id for entry in DIRECTORY if entry.kind == "shelter" and entry.address] == []


def test_every_contact_names_its_source() -> None:
    assert [entry.id for entry in DIRECTORY if not entry.source_url.startswith("http")] == []
