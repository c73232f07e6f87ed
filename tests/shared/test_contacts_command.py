"""`safar contacts`: by country, city or position, as text and as JSON."""

import json

import pytest

from safar import commands
from safar.__main__ import main
from safar.bundle import Bundle, open_archive, pack, repository_answers, repository_contacts


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_archive(pack(repository_answers(), repository_contacts()), "test")


@pytest.fixture(autouse=True)
def repository(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository's contacts, whatever another test has published."""
    monkeypatch.setattr(commands, "_bundle", lambda: bundle)


def cards(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["contacts", "--json", *arguments]) == 0
    return list(json.loads(capsys.readouterr().out))


def test_a_position_gives_country_and_distance(capsys: pytest.CaptureFixture[str]) -> None:
    found = cards(capsys, "--position", "25.684,51.505", "--nationality", "NP", "--kind", "consulate")
    assert [card["id"] for card in found] == ["qa-consulate-nepal-embassy"]
    assert found[0]["distance"] == "About 40 km from you"


def test_the_nearest_city_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    for city in ("Chicago", "Washington"):
        found = cards(capsys, "--country", "us", "--city", city.lower(), "--nationality", "CN", "--kind", "consulate")
        assert found[0]["city"] == city


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give --country (ISO 3166, such as QA) or --position."),
        (["--country", "XX"], "Give --country"),
        (["--country", "QA", "--city", "Atlantis"], "No city 'Atlantis' is known in QA."),
        (["--position", "here"], "--position must read like 25.29,51.53, not 'here'."),
        (["--position", "29.61,-28.0"], "is in no country; give --country."),
    ],
)
def test_what_is_not_known_is_said(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    assert main(["contacts", *arguments]) == 1
    assert sentence in capsys.readouterr().err
