"""The actions with a backend of the tests' own: what is said, in which order, and what is kept."""

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer, ActionExplainSimpler, ActionOfferTopics
from actions.backend import BackendUnavailable, Case
from actions.base import SafarAction
from actions.handover import ActionTalkToHuman
from actions.profile import ActionChangeLanguage, ActionUpdateProfile, named_languages
from safar.bundle import Bundle, open_archive, pack, repository_answers, repository_contacts


class FakeBackend:
    """Holds a real bundle; cases are counted, or refused."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.cases: list[dict[str, Any]] = []
        self.is_away = False
        self.duty: dict[str, Any] = {}
        self.done: list[str] = []
        self.reminding = False
        self.verdicts: list[tuple[str, bool]] = []
        self.letters_deleted = 0

    def _refuse_when_away(self) -> None:
        if self.is_away:
            raise BackendUnavailable("away")

    async def open_case(self, **case: Any) -> Case:
        self._refuse_when_away()
        self.cases.append(case)
        return Case("S00001", is_new=len(self.cases) == 1, **self.duty)

    async def lists(self, conversation: str, tick: str = "", untick: str = "", remind: "str | None" = None) -> dict[str, Any]:
        self._refuse_when_away()
        self.done = [*(item for item in self.done if item != untick), *([tick] if tick else [])]
        self.reminding = self.reminding if remind is None else bool(remind)
        return {"done": self.done, "reminding": self.reminding, "can_remind": True}

    async def known(self, conversation: str) -> dict[str, Any]:
        self._refuse_when_away()
        return {"messages": 3}

    async def delete_letters(self, conversation: str) -> None:
        self._refuse_when_away()
        self.letters_deleted += 1

    async def count_feedback(self, topic: str, language: str, helped: bool) -> None:
        self._refuse_when_away()
        self.verdicts.append((topic, helped))


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_archive(pack(repository_answers(), repository_contacts()), "test")


@pytest.fixture
def backend(bundle: Bundle) -> FakeBackend:
    return FakeBackend(bundle)


def tracker(
    intent: str, slots: "dict[str, Any] | None" = None, *, urgent: bool = False, text: str = "x", **parse: Any
) -> Tracker:
    latest = {
        "intent": {"name": intent, "confidence": 0.9},
        "text": text,
        "urgency": {"urgent": urgent, "evidence": ["“x”"]},
        **parse,
    }
    return Tracker("conversation-1", {"language": "en", **(slots or {})}, latest, [], False, None, {}, "action_listen")


async def run(action: SafarAction, tracker: Tracker) -> "tuple[list[str], list[dict[str, Any]], dict[str, Any]]":
    """The names of the responses, all that was said, and the slots set."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    said = dispatcher.messages
    return [message["response"] for message in said], said, {event["name"]: event["value"] for event in events}


async def test_a_calm_topic_answer_then_contacts(backend: FakeBackend) -> None:
    names, said, slots = await run(ActionAnswer(backend), tracker("wages_unpaid", {"country": "QA", "nationality": "NP"}))
    assert names == ["utter_answer", "utter_contact_cards", "utter_next_steps"]
    assert (said[0]["with_steps"], said[0]["with_buttons"]) == (False, False)
    assert "qa-labour_complaint" in said[1]["contact_ids"][0]
    assert any("consulate" in name for name in said[1]["contact_ids"])
    assert slots == {"topic": "wages_unpaid", "answered_for": "QA", "asked": None, "misses": 0, "others": []}
    assert backend.cases == []


async def test_without_a_country_the_answer_comes_before_the_question(backend: FakeBackend) -> None:
    names, _, _ = await run(ActionAnswer(backend), tracker("wages_unpaid"))
    assert names == ["utter_answer", "utter_ask_country"]


async def test_an_embassy_needs_the_nationality(backend: FakeBackend) -> None:
    names, _, _ = await run(ActionAnswer(backend), tracker("find_consulate", {"country": "QA"}))
    assert names == ["utter_answer", "utter_ask_nationality"]
    names, _, _ = await run(ActionAnswer(backend), tracker("find_consulate", {"country": "QA", "nationality": "PH"}))
    assert names == ["utter_answer", "utter_contact_cards", "utter_next_steps"]


async def test_an_urgent_topic_numbers_first_and_a_case(backend: FakeBackend) -> None:
    names, said, _ = await run(ActionAnswer(backend), tracker("forced_labour_trafficking", {"country": "QA"}))
    assert names == ["utter_danger_first", "utter_answer", "utter_danger_case"]
    assert said[0]["kinds"][0] == "trafficking_hotline"
    assert backend.cases[0]["topic"] == "forced_labour_trafficking"
    assert backend.cases[0]["urgent"] is True


async def test_danger_in_a_calm_topic_adds_help_and_takes_nothing_away(backend: FakeBackend) -> None:
    names, _, _ = await run(ActionAnswer(backend), tracker("wages_unpaid", {"country": "QA"}, urgent=True))
    assert names == ["utter_danger_first", "utter_answer", "utter_contact_cards", "utter_next_steps", "utter_danger_case"]


async def test_when_no_case_can_be_opened_the_person_is_told(backend: FakeBackend) -> None:
    backend.is_away = True
    names, _, _ = await run(ActionAnswer(backend), tracker("emergency_danger", {"country": "QA"}))
    assert names == ["utter_danger_first", "utter_answer", "utter_danger_case_failed"]


async def test_unsure_offers_likely_topics(backend: FakeBackend) -> None:
    ranking = [
        {"name": "wages_unpaid", "confidence": 0.3},
        {"name": "greet", "confidence": 0.2},
        {"name": "legal_aid", "confidence": 0.1},
    ]
    names, said, slots = await run(ActionOfferTopics(backend), tracker("nlu_fallback", intent_ranking=ranking))
    assert names == ["utter_offer_topics"]
    assert (said[0]["topics"], said[0]["with_person"]) == (["wages_unpaid", "legal_aid"], False)
    assert slots == {"misses": 1}
    _, said, slots = await run(ActionOfferTopics(backend), tracker("nlu_fallback", {"misses": 1}, intent_ranking=ranking))
    assert (said[0]["with_person"], slots) == (True, {"misses": 2})


async def test_noise_is_asked_nothing(backend: FakeBackend) -> None:
    ranking = [{"name": "forced_labour_trafficking", "confidence": 0.11}, {"name": "complaint_official", "confidence": 0.09}]
    names, _, _ = await run(ActionOfferTopics(backend), tracker("nlu_fallback", intent_ranking=ranking))
    assert names == ["utter_not_understood"]


async def test_say_it_simpler(backend: FakeBackend) -> None:
    assert (await run(ActionExplainSimpler(backend), tracker("explain_simpler")))[0] == ["utter_nothing_to_simplify"]
    names, said, _ = await run(ActionExplainSimpler(backend), tracker("explain_simpler", {"topic": "wages_unpaid"}))
    assert (names, said[0]["topic"]) == (["utter_answer_briefly"], "wages_unpaid")


@pytest.mark.parametrize(("misses", "name"), [(None, "utter_not_understood"), (1, "utter_not_understood_again")])
async def test_lost_twice_offers_a_person(backend: FakeBackend, misses: "int | None", name: str) -> None:
    names, _, slots = await run(ActionOfferTopics(backend), tracker("nlu_fallback", {"misses": misses}, intent_ranking=[]))
    assert names == [name]
    assert slots == {"misses": (misses or 0) + 1}


async def test_unsure_and_in_danger_numbers_first(backend: FakeBackend) -> None:
    names, _, _ = await run(ActionOfferTopics(backend), tracker("nlu_fallback", urgent=True, intent_ranking=[]))
    assert names == ["utter_danger_first", "utter_not_understood", "utter_danger_case"]
    assert len(backend.cases) == 1


async def test_a_person_who_asks_for_a_person(backend: FakeBackend) -> None:
    names, said, _ = await run(ActionTalkToHuman(backend), tracker("talk_to_human"))
    assert (names, said[0]["reference"]) == (["utter_handoff_opened", "utter_handoff_reason"], "S00001")
    names, _, _ = await run(ActionTalkToHuman(backend), tracker("talk_to_human"))
    assert names == ["utter_handoff_already"]
    backend.is_away = True
    names, _, _ = await run(ActionTalkToHuman(backend), tracker("talk_to_human"))
    assert names == ["utter_handoff_unavailable", "utter_danger_first"]


async def test_a_country_given_late_brings_the_contacts_that_waited(backend: FakeBackend) -> None:
    given = tracker("change_country", {"country": "ZA", "topic": "wages_unpaid"}, places={"country": "ZA"})
    names, _, _ = await run(ActionUpdateProfile(backend), given)
    assert names == ["utter_country_changed", "utter_contact_cards"]


async def test_a_city_is_confirmed_and_a_shared_position_too(backend: FakeBackend) -> None:
    slots = {"country": "QA", "city": "Doha"}
    named = tracker("change_country", slots, places={"country": "QA", "city": "Doha"})
    assert (await run(ActionUpdateProfile(backend), named))[0] == ["utter_city_changed"]
    entities = [{"entity": name, "value": value} for name, value in {"source": "position", **slots}.items()]
    shared = tracker("change_country", slots, entities=entities, metadata={"carried": ["source", "country", "city"]})
    assert (await run(ActionUpdateProfile(backend), shared))[0] == ["utter_position_noted"]


async def test_a_position_on_the_high_seas_does_not_confirm_the_place_known_before(backend: FakeBackend) -> None:
    slots = {"country": "QA", "city": "Doha"}
    entities = [{"entity": name, "value": value} for name, value in {"source": "position", **slots}.items()]
    nowhere = tracker("change_country", slots, entities=entities, metadata={"carried": ["source"]})
    assert (await run(ActionUpdateProfile(backend), nowhere))[0] == ["utter_position_unknown"]


async def test_an_ambiguous_country_is_asked_about(backend: FakeBackend) -> None:
    unsure = tracker("change_country", {}, places={"which": ["GE", "US"]})
    names, said, _ = await run(ActionUpdateProfile(backend), unsure)
    assert (names, said[0]["countries"]) == (["utter_ask_which"], ["GE", "US"])


async def test_no_contact_is_shown_twice_in_one_turn(backend: FakeBackend) -> None:
    """Danger shows the emergency numbers first; a topic that names them too does not bring them again below."""
    slots = {"language": "ar", "country": "QA"}
    names, said, _ = await run(ActionAnswer(backend), tracker("passport_confiscated", slots, urgent=True))
    assert names == ["utter_danger_first", "utter_answer", "utter_contact_cards", "utter_next_steps", "utter_danger_case"]
    assert [name for name in said[2]["contact_ids"] if "emergency" in name] == []
    late = tracker("change_country", {**slots, "topic": "kidnapped_extorted"}, urgent=True, places={"country": "QA"})
    names, _, _ = await run(ActionUpdateProfile(backend), late)
    assert names == ["utter_danger_first", "utter_danger_case", "utter_country_changed"]


async def test_a_missing_kind_is_named_and_the_nearest_kinds_shown(backend: FakeBackend) -> None:
    names, said, _ = await run(ActionAnswer(backend), tracker("rights_without_papers", {"country": "OM"}))
    assert names == ["utter_answer", "utter_contact_cards", "utter_next_steps"]
    assert said[1]["missing"] == ["legal_aid", "resource_centre"]
    assert said[1]["contact_ids"]


async def test_a_country_with_a_rule_of_its_own_brings_the_answer_again(backend: FakeBackend) -> None:
    given = tracker("change_country", {"country": "QA", "topic": "wages_unpaid"}, places={"country": "QA"})
    names, _, slots = await run(ActionUpdateProfile(backend), given)
    assert names == ["utter_country_changed", "utter_answer", "utter_contact_cards", "utter_next_steps"]
    assert slots["answered_for"] == "QA"


async def test_both_countries_at_once_and_none_at_all(backend: FakeBackend) -> None:
    both = tracker("change_country", {"country": "QA", "nationality": "NP"}, places={"country": "QA", "nationality": "NP"})
    assert (await run(ActionUpdateProfile(backend), both))[0] == ["utter_profile_changed"]
    assert (await run(ActionUpdateProfile(backend), tracker("change_country", places={})))[0] == ["utter_ask_country"]


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        ("speak nepali please", "utter_language_changed", "ne"),
        ("नेपालीमा बोल्नुस्", "utter_language_changed", "ne"),
        ("احكي عربي", "utter_language_changed", "ar"),
        ("تكلم بالعربية", "utter_language_changed", "ar"),
        ("احكي معي بالانجليزي", "utter_language_changed", "en"),
        ("အင်္ဂလိပ်လိုပြောပေးပါ", "utter_language_changed", "en"),
        ("ထိုင်းလို ပြောလို့ရလား", "utter_language_unsupported", None),
        ("ဘာသာစကားပြောင်းချင်တယ်", "utter_ask_language", None),
        ("do you speak swahili", "utter_language_unsupported", None),
        ("another language", "utter_ask_language", None),
    ],
)
async def test_change_of_language(backend: FakeBackend, text: str, name: str, language: "str | None") -> None:
    names, _, slots = await run(ActionChangeLanguage(backend), tracker("change_language", text=text))
    assert names == [name]
    assert slots.get("language") == language


async def test_a_language_button_changes_it_and_the_command_without_one_asks(backend: FakeBackend) -> None:
    """The channel adds the language known before to every button."""
    text = '/change_language{"language": "ar"}'
    for carried, name in ((["language"], "utter_language_changed"), ([], "utter_ask_language")):
        given = tracker("change_language", text=text, metadata={"language": "ar", "carried": carried})
        assert (await run(ActionChangeLanguage(backend), given))[0] == [name]


def test_languages_are_named_in_any_language() -> None:
    assert named_languages("english or नेपाली") == ["en", "ne"]
