"""Messages as people see them, from the repository's own content."""

import re
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from safar.bundle import Bundle, open_archive, pack, repository_answers, repository_contacts
from safar.cards import CardWriter, local_date
from safar.directory import Contact
from safar.hours import local_hours
from safar.languages import languages
from safar.replies import Composer, as_plain_text
from safar.topics import catalogue


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_archive(pack(repository_answers(), repository_contacts()), "test")


def test_an_answer_begins_with_what_to_do_and_carries_its_sources(bundle: Bundle) -> None:
    (message,) = Composer(bundle, "en", "QA").answer("wages_unpaid")
    assert message["text"].splitlines()[0] == "Write down today how many days you worked and how much you are owed."
    assert "**Good to know**\n• " in message["text"]
    assert "**What to do next**\n1. " in message["text"]
    assert message["sources"]
    assert all(source["url"].startswith("https://") for source in message["sources"])


def test_danger_shows_the_emergency_number_of_the_country_first(bundle: Bundle) -> None:
    message = Composer(bundle, "ar", "QA").danger(["trafficking_hotline"])
    assert message["urgent"]
    assert message["dir"] == "rtl"
    assert message["contacts"][0]["phones"] == [{"label": "999", "href": "tel:999"}]


def test_danger_without_a_country_shows_no_number_of_anywhere(bundle: Bundle) -> None:
    message = Composer(bundle, "en").danger()
    assert message["contacts"] == []
    assert message["buttons"]
    assert not re.search(r"\d", message["text"])


def test_a_line_that_the_country_lacks_is_not_only_named_in_the_answer(bundle: Bundle) -> None:
    """Kuwait has no line against violence in the directory, and the answer says to call one."""
    composer = Composer(bundle, "en", "KW")
    kinds = catalogue().topics["domestic_violence"].contacts
    first, instead = composer.danger_in_full(kinds)
    assert {card["kind"] for card in first["contacts"]} == {"emergency"}
    assert "I know no checked contact of this kind in Kuwait yet: Line against violence" in instead["text"]
    assert instead["urgent"]
    assert [card["kind"] for card in instead["contacts"]] == ["domestic_worker_helpline", "legal_aid"]
    assert len(Composer(bundle, "en", "QA").danger_in_full(kinds)) == 1


def test_a_nepali_in_qatar_gets_the_nepali_mission(bundle: Bundle) -> None:
    composer = Composer(bundle, "ne", "QA", "NP")
    noon = datetime(2026, 11, 22, 9, tzinfo=timezone.utc)
    found = bundle.find_contacts(["labour_complaint", "consulate"], "QA", "NP", at=noon)
    cards = [composer.card(contact) for contact in found]
    assert cards[0]["phones"] == [{"label": "16008", "href": "tel:16008"}]
    assert [card["url"] for card in cards if card["kind"] == "consulate"] == ["https://qa.nepalembassy.gov.np/"]


def test_an_unverified_number_is_never_shown_as_verified(bundle: Bundle) -> None:
    composer = Composer(bundle, "en", "QA")
    for contact in bundle.contacts:
        card = composer.card(contact)
        if card["phones"] and not contact.checked_on and not contact.is_national_emergency:
            assert card["checked_label"] == "This number has not been tested by us yet"


@pytest.mark.parametrize("code", list(languages()))
def test_every_string_can_be_filled_in_every_language(bundle: Bundle, code: str) -> None:
    composer = Composer(bundle, code, "QA", "NP")
    values = dict.fromkeys(re.findall(r"{(\w+)}", " ".join(bundle.strings["en"].values())), "x")
    for key in bundle.strings["en"]:
        assert "{" not in composer.bundle.string(key, code, **values)


@pytest.mark.parametrize("code", list(languages()))
def test_every_contact_has_a_card_in_every_language(bundle: Bundle, code: str) -> None:
    composer = Composer(bundle, code, "QA", "NP")
    for contact in bundle.contacts:
        card = composer.card(contact)
        assert card["name"], contact.id
        assert card["kind_label"] == bundle.strings[code][f"kind_{contact.kind}"]


@pytest.mark.parametrize("code", list(languages()))
def test_the_first_hours_of_each_danger_one_thing_at_a_time(bundle: Bundle, code: str) -> None:
    composer = Composer(bundle, code, "QA", "NP")
    for topic in (topic for topic in catalogue().topics.values() if topic.urgent):
        place, seen = composer.after_answer_buttons(topic.id)[0]["payload"], []
        while place:
            (shown,) = composer.first_hours(topic.id, int(place.rpartition("/")[2].rstrip('"}')))
            assert shown["urgent"]
            seen.append(shown["text"].rpartition("\n\n")[2])
            place = next((button["payload"] for button in shown["buttons"] if "hours:" in button["payload"]), "")
        assert seen == steps_of(bundle, topic.id, code)
    assert composer.first_hours("sexual_violence", 99)[0]["text"].endswith(steps_of(bundle, "sexual_violence", code)[-1])
    assert composer.first_hours("no_such_topic", 0) == []


def steps_of(bundle: Bundle, topic: str, code: str) -> list[str]:
    found = bundle.answer(topic, code, "QA")
    assert found
    return [*found.answer.first, *found.answer.next]


def test_menu_buttons_stay_within_telegrams_callback_of_our_own(bundle: Bundle) -> None:
    titles = [button["title"] for button in Composer(bundle, "ne").menu_buttons()]
    assert len(titles) == len(set(titles)) == 8


def test_plain_text_holds_the_numbers(bundle: Bundle) -> None:
    text = as_plain_text(Composer(bundle, "en", "QA").danger())
    assert "☎ \u2068999\u2069" in text


@pytest.mark.parametrize(
    ("hours", "language", "shown"),
    [
        ("24/7", "en", "24/7"),
        ("Mo-Fr 08:00-17:00", "en", "Mon-Fri \u206808:00–17:00\u2069"),
        ("Su-Th 09:00-13:00", "ar", "الأحد-الخميس \u206809:00–13:00\u2069"),
    ],
)
def test_opening_hours_in_local_words(hours: str, language: str, shown: str) -> None:
    assert local_hours(hours, language, holidays="PH", closed="off") == shown


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [("2026-11-22", "en", "November 22, 2026"), ("2026-11", "en", "November 2026"), ("2021", "ne", "2021")],
)
def test_dates_in_local_words(text: str, language: str, shown: str) -> None:
    assert local_date(text, language) == shown


NIGHT = datetime(2026, 11, 22, 20, 30, tzinfo=timezone.utc)
OFFICE = Contact(
    id="qa-office",
    country="QA",
    serves=("*",),
    kind="resource_centre",
    name="Help centre",
    names={"ne": "सहायता केन्द्र"},
    phones=("+97440280660",),
    text_channels=("whatsapp:+97433322875",),
    latitude=25.2,
    longitude=51.5,
    precision="exact",
    timezone="Asia/Qatar",
    hours="Mo-Th,Su 07:00-14:00; PH off",
    free="no",
    checked_on="2026-11-01",
)


def card(bundle: Bundle, contact: Contact, language: str = "en", country: str = "QA", **known: object) -> dict[str, object]:
    return CardWriter(bundle, language, country, "NP", at=NIGHT, **known).card(contact)  # type: ignore[arg-type]


def test_a_card_tells_place_hours_cost_and_when_it_opens(bundle: Bundle) -> None:
    shown = card(bundle, OFFICE, position=(25.684, 51.505))
    assert shown["maps"] == [
        {"label": "Map", "href": "https://www.openstreetmap.org/?mlat=25.2&mlon=51.5#map=17/25.2/51.5"},
        {"label": "Open in my maps app", "href": "geo:25.2,51.5?q=25.2,51.5"},
    ]
    assert shown["hours"] == "Hours: Mon-Thu,Sun \u206807:00–14:00\u2069; Public holidays: closed"
    assert shown["open_now"] == "Closed now. It is \u206811:30\u202fPM\u2069 there. It opens again: \u2068Mon 07:00\u2069."
    assert shown["distance"] == "About 50 km from you"
    assert shown["free"] == "The call costs money"
    assert shown["channels"] == [{"label": "WhatsApp +97433322875", "href": "https://wa.me/97433322875"}]


def test_a_card_has_its_name_in_the_language_of_the_person(bundle: Bundle) -> None:
    assert card(bundle, OFFICE, "ne")["name"] == "सहायता केन्द्र"
    assert card(bundle, OFFICE, "ar")["name"] == "Help centre"
    assert card(bundle, replace(OFFICE, city="Doha"), "ne")["city"] == "दोहा"


def test_an_office_of_another_country_says_so_and_its_short_code_is_no_link(bundle: Bundle) -> None:
    abroad = replace(OFFICE, country="NP", kind="recruitment_authority", phones=("1234", "+97715970370"))
    shown = card(bundle, abroad)
    assert shown["phones"] == [{"label": "+977 1-5970370", "href": "tel:+97715970370"}]
    assert shown["note"] == ("This office is in Nepal, where you come from. · Works only inside Nepal: \u20681234\u2069")
    assert str(shown["hours"]).endswith("(time in Nepal)")


def test_the_middle_of_a_city_and_a_shelter_have_no_map(bundle: Bundle) -> None:
    assert card(bundle, replace(OFFICE, precision="city"))["maps"] == []
    assert card(bundle, replace(OFFICE, kind="shelter"))["maps"] == []
    search = card(bundle, replace(OFFICE, precision="city", address="Street 1", city="Doha"))["maps"]
    assert search == [{"label": "Map", "href": "https://www.openstreetmap.org/search?query=Street%201%2C%20Doha"}]


def test_the_embassy_comes_after_its_warning_in_a_message_of_its_own(bundle: Bundle) -> None:
    composer = Composer(bundle, "en", "QA", "NP")
    centre, embassy = composer.contacts([OFFICE, replace(OFFICE, id="e", kind="consulate", serves=("NP",))])
    assert [entry["id"] for entry in centre["contacts"]] == ["qa-office"]
    assert embassy["text"].startswith("If you are running from your own government, do not contact your embassy first.")
    assert "embassy" not in centre["text"]


def test_an_embassy_of_next_door_is_said_to_be_abroad(bundle: Bundle) -> None:
    riyadh = replace(OFFICE, country="SA", kind="consulate", serves=("NP",), covers=("QA",))
    (message,) = Composer(bundle, "en", "QA", "NP").contacts([riyadh])
    assert "I know no checked embassy or consulate of Nepal in Qatar yet." in message["text"]
    (shown,) = message["contacts"]
    assert "This office is in Saudi Arabia. It also helps people who are in Qatar." in shown["note"]


def test_a_kind_that_is_missing_is_named(bundle: Bundle) -> None:
    (message,) = Composer(bundle, "en", "QA").contacts([OFFICE], ["labour_complaint", "legal_aid"])
    assert message["text"] == (
        "I know no checked contact of this kind in Qatar yet: Labour complaints, Legal aid. These may be able to help:"
    )
