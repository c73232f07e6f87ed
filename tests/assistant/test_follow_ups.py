"""Messages that only make sense after an answer, two problems in one message, and "not what I asked"."""

from typing import Any

import pytest

from actions.answer import ActionAnswer, ActionFollowUp, ActionOfferTopics
from actions.feedback import ActionFeedbackBad, ActionFeedbackGood
from actions.safety_check import ActionAffirm
from components.follow_ups import follow_ups
from components.place_recogniser import Gazetteer, PlaceRecogniser
from safar.topics import catalogue
from tests.assistant.test_actions import FakeBackend, backend, bundle, run, tracker

__all__ = ["backend", "bundle"]  # fixtures

AFTER_WAGES = {"topic": "wages_unpaid", "answered_for": "QA", "country": "QA", "nationality": "NP"}

# What people type after an answer, a line a language.
FAMILY = ["and for my wife?", "وزوجتي؟", "अनि मेरी श्रीमतीलाई?", "¿y para mi esposa?", "et pour ma femme ?", "और मेरी पत्नी के लिए?"]
FAMILY += ["dan untuk istri saya?", "اور میری بیوی کے لیے؟", "at para sa asawa ko?", "আর আমার স্ত্রীর জন্য?", "ለባለቤቴስ?"]
FAMILY += ["ကျွန်တော့်ဇနီးအတွက်ရော?"]


@pytest.mark.parametrize("text", FAMILY)
def test_one_of_the_family_is_known_in_every_language(text: str) -> None:
    assert follow_ups().kind(text) == "family"


@pytest.mark.parametrize("text", ["my wife is sick", "their number?", "no papers", "", "?" * 9, "x" * 99])
def test_a_message_that_says_more_is_left_to_the_classifier(text: str) -> None:
    assert follow_ups().kind(text) is None


@pytest.mark.parametrize(
    "text",
    ["and in Kuwait?", "Kuwait?", "what about Malaysia", "وفي الكويت؟", "طيب والكويت؟", "अनि कुवेतमा?", "kalau di Kuwait?"]
    + ["أنا في ماليزيا", "انا بماليزيا", "أنا في الكويت الحين", "ကျွန်တော် မလေးရှားမှာ အလုပ်လုပ်တယ်", "im in malaysia now"]
    + [
        "I work in Dubai",
        "vivo en España",
        "je travaille au Liban",
        "je suis en Malaisie",
        "میں ملائیشیا میں ہوں",
        "main dubai mein hoon",
    ]
    + ["मैं कतर में काम करता हूँ", "main qatar me hu", "আমি মালয়েশিয়ায় আছি", "ami qatar e achi", "म मलेसियामा छु", "ma qatar ma chu"]
    + ["aku kerja di Hong Kong", "nagtatrabaho ako sa Dubai", "እኔ ሳውዲ ውስጥ ነኝ", "ቤሩት ነው የምሰራው"],
)
def test_only_a_place_is_left_when_its_words_are_taken_away(text: str) -> None:
    beside = PlaceRecogniser(Gazetteer()).beside(text)
    assert follow_ups().kind(text, beside) == "place"


def test_a_place_and_something_else_is_no_follow_up() -> None:
    recogniser = PlaceRecogniser(Gazetteer())
    assert follow_ups().kind("Kuwait embassy", recogniser.beside("Kuwait embassy")) is None
    assert recogniser.beside("and my boss?") is None
    assert follow_ups().kind("my wife is in Kuwait", recogniser.beside("my wife is in Kuwait")) is None
    assert follow_ups().kind("i work") is None


@pytest.mark.parametrize("intent", ["nlu_fallback", "irregular_journey_risks"])
async def test_and_in_kuwait_repeats_the_answer_for_kuwait(backend: FakeBackend, intent: str) -> None:
    slots = {**AFTER_WAGES, "country": "KW"}
    message = tracker(intent, slots, text="and in Kuwait?", places={"country": "KW"}, beside_places="and in", intent_ranking=[])
    action = ActionOfferTopics(backend) if intent == "nlu_fallback" else ActionAnswer(backend)
    names, said, kept = await run(action, message)
    assert names == ["utter_country_changed", "utter_answer", "utter_contact_cards", "utter_next_steps"]
    assert (said[1]["topic"], kept["answered_for"]) == ("wages_unpaid", "KW")
    assert all(name.startswith(("kw-", "np-")) for name in said[2]["contact_ids"])


async def test_only_a_country_before_any_answer_is_noted(backend: FakeBackend) -> None:
    """The classifier takes "أنا في ماليزيا" for nothing it knows."""
    given = {"text": "أنا في ماليزيا", "places": {"country": "MY"}, "beside_places": "انا في", "intent_ranking": []}
    names, _, kept = await run(ActionOfferTopics(backend), tracker("nlu_fallback", {"country": "MY"}, **given))
    assert (names, kept) == (["utter_country_changed"], {})


async def test_a_place_after_a_word_that_was_taken_for_yes(backend: FakeBackend) -> None:
    slots = {**AFTER_WAGES, "country": "KW"}
    message = tracker("affirm", slots, text="طيب والكويت؟", places={"country": "KW"}, beside_places="طيب")
    assert (await run(ActionAffirm(backend), message))[0][1] == "utter_answer"


@pytest.mark.parametrize("name", list(catalogue().follow_ups))
async def test_each_follow_up_says_more_of_the_last_answer(backend: FakeBackend, name: str) -> None:
    names, said, kept = await run(ActionFollowUp(backend), tracker(name, AFTER_WAGES))
    parts = {"sentence": [f"utter_{name}"], "contacts": ["utter_contact_cards"], "steps": ["utter_next_steps"]}
    parts |= {"sources": ["utter_sources"], "papers": ["utter_list"]}
    assert names == [part for shown in catalogue().follow_ups[name] for part in parts[shown]]
    assert "topic" not in kept
    for shown in said:
        assert shown.get("list", "complaint") == "complaint"
        assert shown.get("contact_ids", ["qa-labour_complaint"])[0].startswith("qa-labour_complaint")


async def test_what_papers_leads_to_what_the_last_answer_needs(backend: FakeBackend) -> None:
    before = {**AFTER_WAGES, "topic": "check_contract"}
    names, said, kept = await run(ActionFollowUp(backend), tracker("follow_up_papers", before))
    assert (names[0], said[0]["topic"], kept["topic"]) == ("utter_answer", "visa_documents", "visa_documents")
    at_school = {**AFTER_WAGES, "topic": "find_resource_centre"}
    assert (await run(ActionFollowUp(backend), tracker("follow_up_papers", at_school)))[0] == ["utter_contact_cards"]


async def test_a_follow_up_whose_answer_is_forgotten_leads_to_the_menu(backend: FakeBackend) -> None:
    assert (await run(ActionFollowUp(backend), tracker("follow_up_time", {"country": "QA"})))[0] == ["utter_menu"]


async def test_unsure_after_an_answer_a_person_is_offered_at_once(backend: FakeBackend) -> None:
    unsure = tracker("nlu_fallback", AFTER_WAGES, intent_ranking=[{"name": "legal_aid", "confidence": 0.4}])
    names, said, _ = await run(ActionOfferTopics(backend), unsure)
    assert (names, said[0]["topics"], said[0]["with_person"]) == (["utter_offer_topics"], ["legal_aid"], True)


async def test_for_my_wife_asks_which_is_meant_and_guesses_nothing(backend: FakeBackend) -> None:
    names, said, _ = await run(ActionAnswer(backend), tracker("women_migrants", AFTER_WAGES, text="and for my wife?"))
    assert names == ["utter_offer_topics"]
    assert said[0]["topics"] == ["wages_unpaid", "dependants_status", "family_reunification"]


async def test_without_an_answer_before_it_or_with_danger_nothing_is_a_follow_up(backend: FakeBackend) -> None:
    names, _, _ = await run(ActionAnswer(backend), tracker("women_migrants", {"country": "QA"}, text="and for my wife?"))
    assert names[0] == "utter_answer"
    names, _, _ = await run(ActionAnswer(backend), tracker("domestic_violence", AFTER_WAGES, urgent=True, text="and my husband?"))
    assert names[0] == "utter_danger_first"


async def test_two_problems_get_both_answers_and_one_list_of_contacts(backend: FakeBackend) -> None:
    second = {"name": "passport_confiscated", "confidence": 0.4}
    message = tracker("wages_unpaid", {"country": "QA", "nationality": "NP"}, second_topic=second)
    names, said, kept = await run(ActionAnswer(backend), message)
    assert names == ["utter_answer", "utter_answer", "utter_contact_cards"]
    assert [entry["topic"] for entry in said[:2]] == ["wages_unpaid", "passport_confiscated"]
    ids: list[str] = said[2]["contact_ids"]
    assert len(ids) == len(set(ids))
    assert any("emergency" in name for name in ids)  # of the second topic alone
    assert kept["topic"] == "wages_unpaid"


async def test_of_two_problems_the_urgent_one_comes_first(backend: FakeBackend) -> None:
    second = {"name": "violence_at_work", "confidence": 0.3}
    message = tracker("wages_unpaid", {"country": "QA", "nationality": "NP"}, second_topic=second)
    names, said, _ = await run(ActionAnswer(backend), message)
    assert names == ["utter_danger_first", "utter_answer", "utter_answer", "utter_danger_case"]
    assert [entry["topic"] for entry in said[1:3]] == ["violence_at_work", "wages_unpaid"]
    assert {"shelter", "labour_attache"} <= set(said[0]["kinds"])
    assert backend.cases[0]["topic"] == "violence_at_work"


@pytest.mark.parametrize("second", [None, {"name": "greet"}, {"name": "wages_unpaid"}, {}])
async def test_a_second_topic_that_is_none_changes_nothing(backend: FakeBackend, second: Any) -> None:
    names, _, _ = await run(ActionAnswer(backend), tracker("wages_unpaid", {"country": "QA"}, second_topic=second))
    assert names == ["utter_answer", "utter_contact_cards", "utter_next_steps"]


async def test_not_what_i_asked_offers_the_next_topics_then_a_person_and_counts_once(backend: FakeBackend) -> None:
    ranking = [
        {"name": "wages_unpaid", "confidence": 0.7},
        {"name": "legal_aid", "confidence": 0.1},
        {"name": "greet", "confidence": 0.1},
    ]
    _, _, kept = await run(ActionAnswer(backend), tracker("wages_unpaid", {"country": "QA"}, intent_ranking=ranking))
    assert kept["others"] == ["legal_aid"]
    names, said, after = await run(ActionFeedbackBad(backend), tracker("feedback_bad", {**AFTER_WAGES, "others": kept["others"]}))
    assert (names, said[0]["topics"], after) == (["utter_other_topics"], ["legal_aid"], {"others": None})
    names, _, _ = await run(ActionFeedbackBad(backend), tracker("feedback_bad", {**AFTER_WAGES, "others": None}))
    assert names == ["utter_not_understood_again"]
    assert backend.verdicts == [("wages_unpaid", False)]


async def test_feedback_without_an_answer_or_with_the_console_away(backend: FakeBackend) -> None:
    assert (await run(ActionFeedbackBad(backend), tracker("feedback_bad")))[0] == ["utter_feedback_bad"]
    assert (await run(ActionFeedbackGood(backend), tracker("feedback_good", {**AFTER_WAGES, "others": []})))[0] == [
        "utter_feedback_good"
    ]
    assert backend.verdicts == [("wages_unpaid", True)]
    backend.is_away = True
    assert (await run(ActionFeedbackGood(backend), tracker("feedback_good", {**AFTER_WAGES, "others": []})))[0] == [
        "utter_feedback_good"
    ]
