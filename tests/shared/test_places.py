"""Which country and city a position is in, and what cities are called."""

import pytest

from safar.directory import read_directory
from safar.geography import distance_km
from safar.places import cities_by_country, city_name, country_at, find_city, nearest_city, position_of


@pytest.mark.parametrize(
    ("position", "country"),
    [
        ((25.2854, 51.5310), "QA"),  # Doha
        ((26.2235, 50.5876), "BH"),  # Manama, 45 km from Khobar
        ((26.2794, 50.2083), "SA"),  # Khobar
        ((1.4655, 103.7578), "MY"),  # Johor Bahru, across the strait from Singapore
        ((1.4360, 103.7860), "SG"),  # Woodlands
        ((46.2044, 6.1432), "CH"),  # Geneva
        ((46.1934, 6.2342), "FR"),  # Annemasse, in Geneva's suburbs
        ((32.5149, -117.0382), "MX"),  # Tijuana
        ((32.5556, -117.0470), "US"),  # San Ysidro
        ((22.3193, 114.1694), "HK"),
        ((22.5431, 114.0579), "CN"),  # Shenzhen
        ((22.1987, 113.5439), "MO"),
        ((35.8894, -5.3213), "ES"),  # Ceuta
        ((29.6100, -28.0000), None),  # the Atlantic
        ((-29.6100, 28.0000), "LS"),  # Lesotho, a hole in South Africa
        ((27.7172, 85.3240), "NP"),
        ((41.6938, 44.8015), "GE"),
        ((33.7490, -84.3880), "US"),  # Atlanta, Georgia
        ((-4.2634, 15.2429), "CG"),  # Brazzaville
        ((-4.4419, 15.2663), "CD"),  # Kinshasa, across the river
    ],
)
def test_country_of_a_position(position: tuple[float, float], country: str | None) -> None:
    assert country_at(position) == country


def test_every_large_city_lies_in_its_country() -> None:
    """GeoNames' cities and country-coder's borders come from different people: they must agree."""
    large = [city for cities in cities_by_country().values() for city in cities if city.population >= 300_000]
    wrong = [city.name for city in large if country_at(city.position) != city.country]
    assert len(large) > 1_500
    assert wrong == ["East Jerusalem", "Sevastopol", "Simferopol"]  # the two sources name different states


def test_distance_over_the_globe() -> None:
    assert distance_km((25.2854, 51.5310), (24.7136, 46.6753)) == pytest.approx(491, abs=3)  # Doha - Riyadh
    assert distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.2, abs=0.1)
    assert distance_km((10.0, 20.0), (10.0, 20.0)) == 0.0


def test_nearest_city_is_of_the_country() -> None:
    city = nearest_city((1.4655, 103.7578), "MY")
    assert city is not None
    assert city.name == "Johor Bahru"
    assert nearest_city((0.0, 0.0), "XX") is None


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Doha"), ("ar", "الدوحة"), ("ne", "दोहा"), ("hi", "दोहा"), ("es", "Doha"), ("fil", "Doha")],
)
def test_a_city_in_the_script_of_a_language(language: str, name: str) -> None:
    city = find_city("QA", "doha")
    assert city is not None
    assert city_name(city, language) == name


def test_position_falls_back_to_the_largest_city() -> None:
    assert position_of("QA", "Nowhere") == position_of("QA", None) == position_of("QA", "Doha")
    assert position_of("XX", None) is None


def test_every_city_of_the_directory_is_known() -> None:
    cities = {(contact.country, contact.city) for contact in read_directory() if contact.city}
    assert sorted(pair for pair in cities if not find_city(*pair)) == [("RW", "Huye")]
