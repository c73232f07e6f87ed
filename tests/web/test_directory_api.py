"""GET /api/v1/contacts: who is shown, what is kept, who is refused."""

from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import AsyncClient

from console.urls import api
from safar.directory import read_directory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published", "fresh_rate")]


@pytest.fixture
def fresh_rate() -> None:
    cache.clear()


async def get(query: str, **headers: str) -> Any:
    return await AsyncClient().get(f"/api/v1/contacts?{query}", headers=headers)


async def test_labour_complaints_of_qatar_for_a_nepali_in_nepali() -> None:
    answer = (await get("country=qa&nationality=NP&language=ne&kind=labour_complaint&kind=consulate")).json()
    assert (answer["country"], answer["nationality"], answer["language"]) == ("QA", "NP", "ne")
    assert {contact["kind"] for contact in answer["contacts"]} == {"labour_complaint", "consulate"}
    ministry = next(contact for contact in answer["contacts"] if contact["id"] == "qa-labour_complaint-ministry-hotline")
    assert ministry["phones"] == [{"label": "16008", "href": "tel:16008"}]
    assert ministry["source_url"].startswith("https://www.dohanews.co/")
    embassy = next(contact for contact in answer["contacts"] if contact["kind"] == "consulate")
    assert embassy["url"] == "https://qa.nepalembassy.gov.np/"


async def test_only_what_serves_there_and_nothing_that_waits_to_be_verified() -> None:
    low = {contact.id for contact in read_directory() if contact.confidence == "low" and not contact.is_national_emergency}
    assert low
    for country in ("QA", "LB", "MY"):
        contacts = (await get(f"country={country}&limit=200")).json()["contacts"]
        assert contacts
        assert {contact["country"] for contact in contacts} == {country}
        assert not {contact["id"] for contact in contacts} & low
        assert "consulate" not in {contact["kind"] for contact in contacts}


async def test_pages_add_up_to_the_whole() -> None:
    whole = (await get("country=LB&limit=200")).json()
    pages = [(await get(f"country=LB&limit=5&offset={offset}")).json() for offset in range(0, whole["total"], 5)]
    assert [contact["id"] for page in pages for contact in page["contacts"]] == [contact["id"] for contact in whole["contacts"]]
    assert whole["total"] == len(whole["contacts"]) > 5


async def test_who_has_the_answer_gets_304_and_another_query_has_another_tag() -> None:
    first: HttpResponse = await get("country=QA")
    assert first["Cache-Control"] == "public, max-age=300"
    again = await get("country=QA", if_none_match=f'W/{first["ETag"]}, "x"')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert {contact["open_now"] for contact in first.json()["contacts"]} == {""}  # type: ignore[attr-defined]
    other = await get("country=QA&language=ar", if_none_match=first["ETag"])
    assert other.status_code == 200
    assert other["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("country=XX", "'XX' is not a country"),
        ("country=QA&nationality=nepal", "'nepal' is not a country"),
        ("country=QA&kind=embassy", "'embassy' is not a kind of contact. The kinds are: emergency"),
        ("", "country: Field required"),
        ("country=QA&limit=0", "limit: Input should be greater than or equal to 1"),
        ("country=QA&limit=201", "less than or equal to 200"),
        ("country=QA&offset=-1", "offset"),
    ],
)
async def test_a_wrong_query_is_answered_in_words(query: str, words: str) -> None:
    refused = await get(query)
    assert refused.status_code == 422
    assert words in refused.json()["error"]["message"]


async def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    for _ in range(60):
        assert (await get("country=QA&limit=1")).status_code == 200
    refused = await get("country=QA&limit=1", x_forwarded_for="203.0.113.7")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    # Django's test client has no argument for the caller's address.
    neighbour = AsyncClient()
    scope = neighbour._base_scope
    neighbour._base_scope = lambda **given: {**scope(**given), "client": ["203.0.113.7", 0]}  # type: ignore[method-assign]
    assert (await neighbour.get("/api/v1/contacts?country=QA&limit=1")).status_code == 200


def test_the_openapi_document_describes_it() -> None:
    described = api.get_openapi_schema()["paths"]["/api/v1/contacts"]["get"]
    assert [parameter["name"] for parameter in described["parameters"]] == [
        "country",
        "nationality",
        "kind",
        "language",
        "limit",
        "offset",
    ]
    assert set(described["responses"]) == {200, 304, 422, 429}
