"""Who is shown to whom and in which order, and that no contact of another country or nationality ever is."""

import random
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from safar.directory import EMERGENCY_SERVICES, Contact, library_emergency, read_directory
from safar.languages import countries, languages
from safar.lookup import Lookup, Seeker, can_be_reached_from_abroad, relation
from safar.phone_numbers import emergency_numbers, out_of_service
from safar.places import cities_by_country
from safar.topics import KINDS

DIRECTORY = read_directory()
LOOKUP = Lookup(DIRECTORY)
COUNTRIES = sorted({contact.country for contact in DIRECTORY})
AT_HOME_TOO = {"recruitment_authority", "missing_family", "migrant_helpline"}
MISSIONS = {"consulate", "labour_attache"}
SUNDAY_NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
DOHA, AL_KHOR = (25.285, 51.531), (25.684, 51.505)


def contact(**changes: object) -> Contact:
    base = Contact(
        id="qa-x", country="QA", serves=("*",), kind="labour_complaint", name="Office", phones=("16008",), confidence="high"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def find(contacts: list[Contact], kinds: list[str], seeker: Seeker, *, limit_per_kind: int = 9) -> list[Contact]:
    return Lookup(contacts).find(kinds, seeker, limit_per_kind=limit_per_kind, at=SUNDAY_NOON)


def ids(contacts: list[Contact]) -> list[str]:
    return [entry.id for entry in contacts]


IN_QATAR = Seeker("QA")


def test_a_consulate_serves_its_own_citizens_only() -> None:
    nepal = contact(id="n", kind="consulate", serves=("NP",))
    anybody = contact(id="a", kind="consulate", serves=("*",))
    assert find([nepal, anybody], ["consulate"], Seeker("QA", "NP")) == [nepal]
    assert find([nepal, anybody], ["consulate"], Seeker("QA", "BD")) == []
    assert find([nepal, anybody], ["consulate"], IN_QATAR) == []


def test_low_confidence_is_for_staff() -> None:
    assert find([contact(confidence="low")], ["labour_complaint"], IN_QATAR) == []


def test_an_emergency_number_that_the_library_confirms_needs_no_other_confidence() -> None:
    police = contact(country="LB", kind="emergency", phones=("112",), confidence="low")
    assert find([police], ["emergency"], Seeker("LB"))[0] == police
    assert ids(find([replace(police, phones=("113",))], ["emergency"], Seeker("LB"))) == ["lb-emergency-library"]


def test_the_library_adds_what_is_missing_until_police_and_ambulance_are_known() -> None:
    police = contact(id="police", country="LB", kind="emergency", phones=("112",), does="Sends the police in an emergency.")
    ambulance = contact(
        id="ambulance", country="LB", kind="emergency", phones=("140",), does="Sends an ambulance in an emergency."
    )
    found = find([police], ["emergency"], Seeker("LB"))
    assert ids(found) == ["police", "lb-emergency-library"]
    assert found[1].phones == tuple(number for number in emergency_numbers("LB") if number != "112")
    assert ids(find([police, ambulance], ["emergency"], Seeker("LB"))) == ["police", "ambulance"]


def test_a_number_that_is_left_over_is_not_taken_for_one_for_everything() -> None:
    """In Uruguay the library has 128 as well as 911, and nobody knows what 128 is for."""
    everything = contact(id="911", country="UY", kind="emergency", phones=("911",), does=next(iter(EMERGENCY_SERVICES)))
    police = replace(everything, id="police", does="Sends the police in an emergency.")
    assert ids(find([everything], ["emergency"], Seeker("UY"))) == ["911"]
    assert ids(find([police], ["emergency"], Seeker("UY"))) == ["police", "uy-emergency-library"]


def test_nobody_is_sent_to_a_number_that_is_out_of_service() -> None:
    assert library_emergency("IQ") is None
    shown = {(code, phone) for code in COUNTRIES for entry in LOOKUP.find(["emergency"], Seeker(code)) for phone in entry.phones}
    assert shown
    assert not shown & out_of_service()


def test_without_a_sourced_emergency_number_the_library_has_one() -> None:
    assert [entry.phones for entry in find([], ["emergency"], IN_QATAR)] == [("999",)]


def test_the_national_emergency_number_comes_before_special_lines() -> None:
    deaf = contact(id="a", kind="emergency", phones=("992",), confidence="high", checked_on="2026-11-01")
    police = contact(id="b", kind="emergency", phones=("999",), confidence="medium")
    assert [entry.phones for entry in find([deaf, police], ["emergency"], IN_QATAR)] == [("999",), ("992",)]


def test_in_danger_who_sends_anybody_comes_first_then_police_ambulance_and_fire_brigade() -> None:
    lines = [
        contact(
            id=name, kind="emergency", country="CH", phones=(number,), does=f"Sends {does} in an emergency.", languages=speaks
        )
        for name, number, does, speaks in (
            ("fire", "118", "firefighters and rescuers", ("en",)),
            ("ambulance", "144", "an ambulance", ("en",)),
            ("police", "117", "the police", ()),
            ("all", "112", "police, ambulance or firefighters", ()),
        )
    ]
    assert ids(find(lines, ["emergency"], Seeker("CH", language="en"))) == ["all", "police", "ambulance", "fire"]


def test_what_a_national_emergency_line_sends_is_one_of_four_sentences() -> None:
    """Else it would be shown behind the others."""
    assert [
        entry.id
        for entry in DIRECTORY
        if entry.is_national_emergency and entry.kind == "emergency" and entry.does not in EMERGENCY_SERVICES
    ] == []


def test_an_emergency_number_is_shown_once() -> None:
    police = contact(id="a", kind="emergency", phones=("999",))
    ambulance = contact(id="b", kind="emergency", phones=("999",), confidence="medium")
    assert ids(find([police, ambulance], ["emergency", "emergency"], IN_QATAR)) == ["a"]


def test_order_reachable_then_confidence_then_newest() -> None:
    no_phone = contact(id="a", phones=(), url="https://example.org")
    medium = contact(id="b", confidence="medium", checked_on="2026-11-01")
    old = contact(id="c", checked_on="2020")
    new = contact(id="d", checked_on="2026-10")
    assert ids(find([no_phone, medium, old, new], ["labour_complaint"], IN_QATAR)) == ["d", "c", "b", "a"]


def test_order_speaks_my_language_then_open_then_near_then_verified() -> None:
    """Doha is three hours ahead of UTC, so it is Sunday 15:00 there."""
    here = {"timezone": "Asia/Qatar", "precision": "city"}
    far = {"latitude": AL_KHOR[0], "longitude": AL_KHOR[1], **here}
    near = {"latitude": DOHA[0], "longitude": DOHA[1], **here}
    rows = [
        contact(id="verified", hours="Mo-Th,Su 07:00-15:30", checked_on="2026-11-01", **far),
        contact(id="near", hours="Mo-Th,Su 07:00-15:30", **near),
        contact(id="closed", hours="Mo-Th,Su 07:00-14:00", checked_on="2026-11-01", **near),
        contact(id="hours-unknown", checked_on="2026-11-01", **near),
        contact(id="nepali", hours="Mo-Th,Su 07:00-14:00", languages=("ne",), **far),
    ]
    found = find(rows, ["labour_complaint"], Seeker("QA", "NP", "ne", DOHA))
    assert ids(found) == ["nepali", "hours-unknown", "near", "verified", "closed"]


def test_the_home_country_helps_only_if_it_can_be_reached_from_abroad() -> None:
    short = contact(id="short", country="NP", kind="recruitment_authority", phones=("1234",))
    free = contact(id="free", country="NP", kind="recruitment_authority", phones=("+911800113090",))
    full = contact(id="full", country="NP", kind="recruitment_authority", phones=("+97715970370",))
    assert not can_be_reached_from_abroad(short)
    assert ids(find([short, free, full], ["recruitment_authority"], Seeker("QA", "NP"))) == ["full"]
    assert len(find([short, full], ["recruitment_authority"], Seeker("NP", "NP"))) == 2


def test_a_country_without_an_embassy_gets_the_one_that_covers_it_and_else_the_nearest() -> None:
    muscat = {"kind": "consulate", "serves": ("NP",), "country": "OM", "latitude": 23.58, "longitude": 58.41}
    riyadh = {**muscat, "country": "SA", "latitude": 24.69, "longitude": 46.72, "covers": ("BH",)}
    embassies = [contact(id="om", **muscat), contact(id="sa", **riyadh)]
    assert ids(find(embassies, ["consulate"], Seeker("BH", "NP"))) == ["sa"]
    assert ids(find(embassies, ["consulate"], Seeker("AE", "NP"))) == ["om"]
    assert ids(find(embassies, ["consulate"], Seeker("NP", "NP"))) == []
    assert relation(embassies[1], "BH", "NP") == "covers"
    assert relation(embassies[0], "AE", "NP") == "abroad"
    assert relation(embassies[0], "OM", "NP") == "here"


def test_nobody_in_lebanon_is_sent_to_israel() -> None:
    tel_aviv = contact(id="il", kind="consulate", serves=("ET",), country="IL", latitude=32.08, longitude=34.78)
    assert find([tel_aviv], ["consulate"], Seeker("LB", "ET")) == []
    assert ids(find([tel_aviv], ["consulate"], Seeker("PS", "ET"))) == ["il"]


def test_every_large_corridor_has_a_consulate_or_an_honest_word() -> None:
    """In the host country, or openly abroad (covering it or nearest), or none; which is which is said on the card."""
    corridors = yaml.safe_load((Path(__file__).parent / "corridors.yml").read_text(encoding="utf-8"))
    pairs = [(origin, host) for host, origins in corridors.items() for origin in origins]
    lookup, counts = Lookup(DIRECTORY), Counter[str]()
    for origin, host in pairs:
        found = lookup.find(["consulate"], Seeker(host, origin))
        assert len({relation(entry, host, origin) for entry in found}) <= 1
        for entry in found:
            check(entry, Seeker(host, origin))
        counts[relation(found[0], host, origin) if found else "none"] += 1
    assert len(pairs) > 200
    assert counts["here"] >= 200
    assert counts["none"] <= 20


def test_an_office_next_door_serves_only_the_countries_it_covers() -> None:
    office = contact(id="kz", country="KZ", kind="refugee_asylum", covers=("UZ",), phones=("+77272584598",))
    assert ids(find([office], ["refugee_asylum"], Seeker("UZ"))) == ["kz"]
    assert find([office], ["refugee_asylum"], Seeker("TJ")) == []


def test_a_missing_kind_gives_way_to_the_nearest_kinds_of_the_country() -> None:
    helpline = contact(id="h", kind="migrant_helpline")
    legal = contact(id="l", kind="legal_aid", country="BH")
    lookup = Lookup([helpline, legal])
    assert ids(lookup.nearest_kinds(["labour_complaint"], IN_QATAR)) == ["h"]
    assert ids(lookup.nearest_kinds(["missing_family"], IN_QATAR)) == ["qa-emergency-library"]


def test_by_night_who_is_known_to_be_open_comes_before_who_may_be_closed() -> None:
    unknown = contact(id="unknown", timezone="Asia/Qatar", checked_on="2026-11-01")
    always = contact(id="always", timezone="Asia/Qatar", hours="24/7")
    midnight = SUNDAY_NOON.replace(hour=21)
    lookup = Lookup([unknown, always])
    assert ids(lookup.find(["labour_complaint"], IN_QATAR, at=SUNDAY_NOON)) == ["unknown", "always"]
    assert ids(lookup.find(["labour_complaint"], IN_QATAR, at=midnight)) == ["always", "unknown"]


@pytest.mark.parametrize("hour", range(24))
def test_the_nearest_office_comes_first_at_any_hour_though_the_next_one_lies_in_another_time_zone(hour: int) -> None:
    offices = [
        contact(id="chicago", country="US", timezone="America/Chicago", latitude=41.9, longitude=-87.6),
        contact(id="washington", country="US", timezone="America/New_York", latitude=38.9, longitude=-77.0),
    ]
    at = datetime(2026, 11, 22, hour, 30, tzinfo=timezone.utc)
    for seeker, first in (
        (Seeker("US", position=(41.5, -87.0)), "chicago"),
        (Seeker("US", position=(39.3, -76.6)), "washington"),
    ):
        assert ids(Lookup(offices).find(["labour_complaint"], seeker, at=at))[0] == first


def check(entry: Contact, seeker: Seeker) -> None:
    """The rule of the directory: who serves whom, where."""
    assert entry.confidence != "low" or entry.is_national_emergency
    assert "*" in entry.serves or seeker.nationality in entry.serves
    if entry.kind in MISSIONS:
        assert seeker.nationality in entry.serves
    if entry.country != seeker.country:
        at_home = entry.kind in AT_HOME_TOO and entry.country == seeker.nationality
        assert at_home or seeker.country in entry.covers or entry.kind in MISSIONS
        assert relation(entry, seeker.country, seeker.nationality) != "here"


def random_seeker(chance: random.Random) -> Seeker:
    country = chance.choice([*COUNTRIES, None])
    nationality = chance.choice([*COUNTRIES, None])
    place = chance.choice([None, *[city.position for city in cities_by_country().get(country or "", [])[:5]]])
    return Seeker(country, nationality, chance.choice([None, *languages()]), place)


def test_no_contact_of_another_country_or_nationality_in_ten_thousand_random_queries() -> None:
    chance, lookup, shown = random.Random(20261122), Lookup(DIRECTORY), 0
    for _ in range(10_000):
        seeker = random_seeker(chance)
        kinds = chance.sample(KINDS, chance.randint(1, 6))
        moment = datetime.fromtimestamp(chance.randint(1_700_000_000, 1_900_000_000), timezone.utc)
        for entry in lookup.find(kinds, seeker, limit_per_kind=chance.randint(1, 9), at=moment):
            assert entry.kind in kinds
            check(entry, seeker)
            shown += 1
        for entry in lookup.nearest_kinds(kinds[:1], seeker):
            assert entry.country == seeker.country
            check(entry, seeker)
    assert shown > 5_000


def test_twenty_thousand_contacts_are_looked_up_in_under_a_millisecond() -> None:
    copies = [replace(entry, id=f"{entry.id}-{number}") for number in range(-(-20_000 // len(DIRECTORY))) for entry in DIRECTORY][
        :20_000
    ]
    lookup, chance = Lookup(copies), random.Random(5)
    kinds = ["labour_complaint", "consulate", "labour_attache", "legal_aid"]
    queries = [random_seeker(chance) for _ in range(300)]
    for seeker in queries:  # once before measuring: libphonenumber and the borders are read when first needed
        lookup.find(kinds, seeker)
    times = []
    for seeker in queries:
        begin = time.perf_counter()
        lookup.find(kinds, seeker)
        times.append(time.perf_counter() - begin)
    assert sorted(times)[len(times) // 2] < 0.001


def test_every_country_of_the_directory_has_a_number_for_who_is_in_danger() -> None:
    lookup = Lookup(DIRECTORY)
    silent = [code for code in COUNTRIES if not any(entry.phones for entry in lookup.find(["emergency"], Seeker(code)))]
    assert silent == ["GN"]  # neither a source nor libphonenumber knows one


@pytest.mark.parametrize("country", sorted(countries()))
def test_police_and_ambulance_come_before_rescue_lines(country: str) -> None:
    """Where libphonenumber knows a national emergency number, the first contact shown in danger is one."""
    found = LOOKUP.find(["emergency"], Seeker(country))
    if library_emergency(country):
        assert found
        assert found[0].is_national_emergency
