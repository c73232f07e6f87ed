"""The complaint helper, message by message: what it asks, takes, leaves to others, and keeps."""

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaint import FORM, ValidateComplaintForm
from safar.complaints import QUESTIONS
from tests.assistant.test_actions import FakeBackend, backend, bundle  # noqa: F401


class Talk:
    """Somebody who fills in the form; the slots go from turn to turn as Rasa carries them."""

    def __init__(self, fake: FakeBackend, **slots: Any) -> None:
        self.action = ValidateComplaintForm(fake)  # type: ignore[arg-type]
        self.backend = fake
        self.slots: dict[str, Any] = {"language": "en", "country": "QA", "complaint": None, **slots}
        self.count = 0
        self.said: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    async def turn(self, intent: str, text: str, *, same: bool = False, confidence: float = 0.9, **parse: Any) -> list[str]:
        self.count += not same
        before = {name: self.slots.get(name) for name in ("language", "country", "city")}
        latest = {
            "intent": {"name": intent, "confidence": confidence},
            "text": text,
            "message_id": f"m{self.count}",
            "metadata": {**before, **parse.pop("metadata", {})},
            "urgency": {"urgent": False, "evidence": []},
            **parse,
        }
        self.slots |= parse.pop("slots", {})
        dispatcher = CollectingDispatcher()
        tracker = Tracker("conversation-1", dict(self.slots), latest, [], False, None, {}, "action_listen")
        self.events = list(await self.action.run(dispatcher, tracker, {}))
        self.slots |= {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}
        self.said = dispatcher.messages
        return [message["response"] for message in self.said]

    async def press(self, step: str, part: str = "") -> list[str]:
        entities = [{"entity": "complaint_step", "value": step}, {"entity": "complaint_part", "value": part}]
        return await self.turn("complaint", "/complaint{...}", entities=entities)

    async def say(self, text: str, intent: str = "nlu_fallback", **parse: Any) -> list[str]:
        return await self.turn(intent, text, **parse)

    @property
    def letter(self) -> dict[str, Any]:
        return dict(self.slots["complaint"]["letter"])

    @property
    def is_closed(self) -> bool:
        return {"event": "slot", "timestamp": None, "name": "requested_slot", "value": None} in self.events

    @property
    def gave_way(self) -> bool:
        return any(event["event"] == "action_execution_rejected" and event["name"] == FORM for event in self.events)


@pytest.fixture
def talk(backend: FakeBackend) -> Talk:  # noqa: F811
    return Talk(backend)


async def fill(talk: Talk, **answers: str) -> list[str]:
    """Begin a letter about wages and answer every question, by default by skipping it."""
    names = await talk.press("start", "wages_unpaid")
    while (question := talk.letter["at"]) in QUESTIONS["wages_unpaid"]:
        names = await (talk.say(answers[question]) if question in answers else talk.press("skip", question))
    return names


async def test_one_thing_at_a_time_then_the_summary(talk: Talk) -> None:
    assert await talk.press("start", "wages_unpaid") == ["utter_complaint_begin", "utter_complaint_question"]
    for text in ("cleaner, Doha", "Al Noor LLC", "March 2024", "1,200 riyal", "3", "500", "They stopped paying.", "messages"):
        assert await talk.say(text) == ["utter_complaint_question"]
    assert await talk.say("my wages") == ["utter_complaint_summary"]
    assert list(talk.letter["answers"]) == list(QUESTIONS["wages_unpaid"])
    assert talk.letter["answers"]["employer"] == "Al Noor LLC"


async def test_without_a_country_it_is_asked_first(talk: Talk) -> None:
    talk.slots["country"] = None
    await talk.press("start", "wages_unpaid")
    assert talk.letter["at"] == "country"
    await talk.say("Qatar", places={"country": "QA"}, slots={"country": "QA"})
    assert talk.letter["at"] == "work"


async def test_every_question_can_be_skipped(talk: Talk) -> None:
    assert await fill(talk) == ["utter_complaint_summary"]
    assert set(talk.letter["answers"].values()) == {None}


async def test_a_number_is_asked_again_until_there_is_one(talk: Talk) -> None:
    await fill_to(talk, "wage")
    assert await talk.say("good pay") == ["utter_complaint_question"]
    assert (talk.said[0]["problem"], talk.letter["at"]) == ("complaint_number_needed", "wage")
    await talk.say("१२००")
    assert talk.letter["at"] == "months"


@pytest.mark.parametrize("text", ["a lot", "كثير", "အများကြီး", "dherai", "un poco"])
async def test_a_vague_word_is_no_number_and_no_wish_for_the_menu(talk: Talk, text: str) -> None:
    await fill_to(talk, "wage")
    assert await talk.say(text, "help_menu") == ["utter_complaint_question"]
    assert (talk.said[0]["problem"], talk.letter["at"]) == ("complaint_number_needed", "wage")


@pytest.mark.parametrize("text", ["I don't know", "مش عارف", "မသိဘူး", "थाहा छैन", "አላውቅም", "ewan ko po", "Jani na."])
async def test_who_does_not_know_goes_on_to_the_next_question(talk: Talk, text: str) -> None:
    await fill_to(talk, "wage")
    await talk.say(text, "help_menu")
    assert talk.letter["at"] == "months"
    assert talk.letter["answers"]["wage"] is None


async def test_no_means_nothing_was_paid(talk: Talk) -> None:
    await fill_to(talk, "paid")
    await talk.say("no", "deny")
    assert talk.letter["answers"]["paid"] == "0"


async def fill_to(talk: Talk, question: str) -> None:
    await talk.press("start", "wages_unpaid")
    while talk.letter["at"] != question:
        await talk.press("skip", talk.letter["at"])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what is the number of the embassy?", "nlu_fallback"),
        ("الرقم؟", "nlu_fallback"),
        ("number of the embassy", "find_consulate"),
        ("I want to talk to a person", "talk_to_human"),
        ("speak nepali", "change_language"),
        ("/wages_unpaid", "wages_unpaid"),
    ],
)
async def test_a_question_is_left_to_others_and_nothing_is_lost(talk: Talk, text: str, intent: str) -> None:
    await fill_to(talk, "employer")
    before = dict(talk.letter)
    assert await talk.say(text, intent) == []
    assert talk.gave_way
    assert talk.letter["at"] == before["at"] == "employer"


async def test_after_the_answer_the_question_comes_again(talk: Talk) -> None:
    await fill_to(talk, "employer")
    await talk.say("number of the embassy", "find_consulate")
    names = await talk.turn("find_consulate", "number of the embassy", same=True)
    assert names == ["utter_complaint_question"]
    assert talk.said[0]["lead"] == "utter_complaint_go_on"


async def test_after_forget_me_the_form_says_nothing_more(talk: Talk) -> None:
    await fill_to(talk, "employer")
    await talk.say("delete my messages", "delete_my_data")
    assert await talk.turn("delete_my_data", "delete my messages", same=True) == []
    assert talk.is_closed


@pytest.mark.parametrize("intent", ["safety_check", "checklist", "watched_phone", "help_menu"])
async def test_another_guided_path_closes_the_form_and_keeps_the_letter(talk: Talk, intent: str) -> None:
    await fill_to(talk, "since")
    await talk.say(f"/{intent}", intent)
    assert talk.gave_way
    assert await talk.turn(intent, f"/{intent}", same=True) == []
    assert talk.is_closed
    assert talk.letter["at"] == "since"


async def test_what_looks_like_a_topic_is_still_the_answer(talk: Talk) -> None:
    await fill_to(talk, "events")
    await talk.say("The boss took my passport and did not pay me", "passport_confiscated")
    assert talk.letter["answers"]["events"] == "The boss took my passport and did not pay me"


DANGER = {"urgency": {"urgent": True, "evidence": ["“beats me”"]}}
CHANCE = {"urgency": {"urgent": True, "evidence": ["emergency_danger 29%"]}}


async def test_danger_told_as_an_answer_brings_help_first_and_is_kept(talk: Talk) -> None:
    await fill_to(talk, "events")
    assert await talk.say("he beats me", **DANGER) == ["utter_danger_first", "utter_danger_case", "utter_complaint_question"]
    assert talk.letter["answers"]["events"] == "he beats me"
    assert talk.backend.cases[0]["urgent"]


async def test_danger_instead_of_an_answer_is_answered_first_and_the_form_waits(talk: Talk) -> None:
    await fill_to(talk, "employer")
    assert await talk.say("he beats me", "violence_at_work", **DANGER) == []
    assert talk.gave_way
    assert await talk.turn("violence_at_work", "he beats me", same=True, **DANGER) == ["utter_complaint_paused"]
    assert talk.is_closed
    assert "employer" not in talk.letter["answers"]


async def test_a_job_that_is_taken_for_a_danger_is_no_alarm_either(talk: Talk) -> None:
    await talk.press("start", "wages_unpaid")
    urgent = {"urgency": {"urgent": True, "evidence": ["sexual_violence 71%"]}, "confidence": 0.71}
    assert await talk.say("hotel, cleaning", "sexual_violence", **urgent) == ["utter_complaint_question"]
    assert talk.letter["answers"]["work"] == "hotel, cleaning"
    assert talk.backend.cases == []


async def test_the_name_of_a_company_is_no_alarm(talk: Talk) -> None:
    await fill_to(talk, "employer")
    assert await talk.say("Al Noor LLC", **CHANCE) == ["utter_complaint_question"]
    assert talk.said[0]["calm"] is True
    assert talk.backend.cases == []
    await fill_to_again(talk, "wage")
    assert await talk.say("500", "kidnapped_extorted", **CHANCE) == ["utter_complaint_question"]
    assert talk.letter["at"] == "months"


async def fill_to_again(talk: Talk, question: str) -> None:
    while talk.letter["at"] != question:
        await talk.press("skip", talk.letter["at"])


async def test_two_messages_at_once_both_belong_to_the_first_question(talk: Talk) -> None:
    await talk.press("start", "wages_unpaid")
    await talk.say("I am a cleaner")
    asked_at = talk.letter["asked_at"]
    await talk.say("in Lusail", metadata={"sent_at": asked_at - 0.2})
    assert talk.letter["answers"] == {"work": "I am a cleaner\nin Lusail"}
    assert talk.letter["at"] == "employer"
    await talk.say("Al Noor", metadata={"sent_at": talk.letter["asked_at"] + 5})
    assert talk.letter["answers"]["employer"] == "Al Noor"


async def test_a_button_of_an_old_question_skips_nothing(talk: Talk) -> None:
    await fill_to(talk, "since")
    await talk.say("2024")
    assert await talk.press("skip", "since") == ["utter_complaint_question"]
    assert (talk.letter["at"], talk.letter["answers"]["since"]) == ("wage", "2024")


@pytest.mark.parametrize("step", ["resume", "letter", "send", "send_yes", "send_no", "change", "delete", "skip", "later"])
async def test_a_button_of_a_letter_that_is_gone(talk: Talk, step: str) -> None:
    assert await talk.press(step, "wage") == ["utter_complaint_none"]
    assert talk.is_closed
    assert talk.backend.cases == []


async def test_later_and_on_another_day_go_on(talk: Talk) -> None:
    await fill_to(talk, "wage")
    assert await talk.press("later") == ["utter_complaint_paused"]
    assert talk.is_closed
    assert await talk.press("resume") == ["utter_complaint_question"]
    assert talk.letter["at"] == "wage"


async def test_beginning_twice_asks_before_anything_is_lost(talk: Talk) -> None:
    await fill_to(talk, "wage")
    assert await talk.press("start", "work_injury") == ["utter_complaint_begun_already"]
    assert talk.letter["topic"] == "wages_unpaid"
    await talk.press("again", "work_injury")
    assert (talk.letter["topic"], talk.letter["answers"]) == ("work_injury", {})


async def test_each_line_can_be_changed(talk: Talk) -> None:
    await fill(talk, wage="1200", employer="Wrong")
    await talk.press("change", "employer")
    assert talk.letter["at"] == "employer"
    assert await talk.say("Right") == ["utter_complaint_summary"]
    assert talk.letter["answers"]["employer"] == "Right"


async def test_deleting_leaves_nothing(talk: Talk) -> None:
    await fill(talk, wage="1200")
    assert await talk.press("delete") == ["utter_complaint_deleted"]
    assert talk.slots["complaint"] is None
    assert talk.backend.letters_deleted == 1


async def test_what_cannot_be_deleted_now_stays_and_can_be_deleted_later(talk: Talk) -> None:
    await fill(talk, wage="1200")
    talk.backend.is_away = True
    assert await talk.press("delete") == ["utter_my_data_failed"]
    assert talk.letter["answers"]["wage"] == "1200"
    talk.backend.is_away = False
    assert await talk.press("delete") == ["utter_complaint_deleted"]


async def test_nothing_is_sent_without_a_yes_to_the_question(talk: Talk) -> None:
    await fill(talk, wage="1200")
    await talk.press("letter")
    assert await talk.press("send_yes") == ["utter_complaint_consent"]
    assert await talk.press("send_no") == ["utter_complaint_not_sent"]
    assert talk.backend.cases == []
    await talk.press("send")
    assert await talk.say("yes", "affirm") == ["utter_complaint_sent"]
    assert [(case["reason"], case["topic"]) for case in talk.backend.cases] == [("complaint", "wages_unpaid")]


async def test_an_old_button_never_sends_a_letter_that_was_deleted_or_corrected(talk: Talk) -> None:
    """What goes is the newest letter made, and that may be one that the person has taken back."""
    await fill(talk, wage="1200")
    await talk.press("letter")
    await talk.press("change", "wage")
    for step in ("send", "send_no", "send"):
        assert await talk.press(step) == ["utter_complaint_question"]
    await talk.say("1500")
    for step in ("send", "send_yes", "send_no"):
        assert await talk.press(step) == ["utter_complaint_summary"]
    await talk.press("letter")
    await talk.press("delete")
    await talk.press("start", "wages_unpaid")
    assert await talk.press("send") == ["utter_complaint_question"]
    assert await talk.press("send_yes") == ["utter_complaint_question"]
    assert talk.backend.cases == []


async def test_when_it_cannot_be_sent_the_person_is_told(talk: Talk) -> None:
    await fill(talk)
    await talk.press("letter")
    talk.backend.is_away = True
    await talk.press("send")
    assert await talk.press("send_yes") == ["utter_handoff_unavailable", "utter_danger_first"]


async def test_a_name_in_english_does_not_change_language_or_country(talk: Talk) -> None:
    talk.slots |= {"language": "ar"}
    await fill_to(talk, "employer")
    await talk.say("Dubai Cleaning Services", slots={"language": "en", "country": "AE", "city": "Dubai"})
    assert (talk.slots["language"], talk.slots["country"], talk.slots["city"]) == ("ar", "QA", None)
    assert talk.said[0]["language"] == "ar"


async def test_a_story_in_another_language_does(talk: Talk) -> None:
    await fill_to(talk, "events")
    await talk.say("मैले तीन महिनादेखि तलब पाएको छैन", slots={"language": "ne"})
    assert (talk.slots["language"], talk.said[0]["language"]) == ("ne", "ne")


async def test_a_sum_asks_only_what_it_needs_and_takes_pay_from_the_letter(talk: Talk) -> None:
    await fill_to(talk, "months")
    talk.slots["complaint"]["letter"]["answers"]["wage"] = "1200"
    await talk.press("start", "sum_wages")
    assert talk.slots["complaint"]["sum"]["at"] == "months"
    await talk.say("3")
    assert await talk.say("0") == ["utter_sum_result"]
    assert talk.is_closed
    await talk.press("resume")
    assert talk.letter["at"] == "months"
