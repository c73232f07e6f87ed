"""Messages as people see them, from the repository's own content."""

import re

import pytest

from safar.bundle import Bundle, open_archive, pack, repository_answers, repository_contacts
from safar.hours import local_hours
from safar.languages import languages
from safar.replies import Composer, as_plain_text, local_date


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


def test_a_nepali_in_qatar_gets_the_nepali_mission(bundle: Bundle) -> None:
    composer = Composer(bundle, "ne", "QA", "NP")
    cards = [composer.card(contact) for contact in bundle.find_contacts(["labour_complaint", "consulate"], "QA", "NP")]
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
    assert local_hours(hours, language) == shown


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [("2026-11-22", "en", "November 22, 2026"), ("2026-11", "en", "November 2026"), ("2021", "ne", "2021")],
)
def test_dates_in_local_words(text: str, language: str, shown: str) -> None:
    assert local_date(text, language) == shown
