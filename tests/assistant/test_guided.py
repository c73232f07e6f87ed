"""The safety check, lists, hand-over and privacy: what the actions say and keep."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.handover import ActionTalkToHuman
from actions.lists import ActionChecklist, ActionMyData, ActionWatchedPhone
from actions.safety_check import ActionAffirm, ActionDeny, ActionSafetyCheck
from safar.checklists import checklists
from safar.safety_check import safety_check
from tests.assistant.test_actions import FakeBackend, backend, bundle, run, tracker

__all__ = ["backend", "bundle"]  # fixtures

QUESTIONS = ["confined", "violence", "papers", "debt", "hours", "wages", "reported", "deceived"]


def pressed(intent: str, value: str, slots: "dict[str, Any] | None" = None, entity: str = "step") -> Tracker:
    return tracker(intent, slots, text=f"/{intent}", entities=[{"entity": entity, "value": value}])


async def test_the_check_asks_one_question_after_the_other_and_a_typed_no_counts(backend: FakeBackend) -> None:
    names, said, kept = await run(ActionSafetyCheck(backend), pressed("safety_check", ""))
    assert (names, said[1]["question"]) == (["utter_safety_check", "utter_safety_question"], "confined")
    for number, question in enumerate(QUESTIONS[:-1]):
        assert kept["asked"] == f"safety:{question}"
        names, said, kept = await run(ActionDeny(backend), tracker("deny", kept, text="no"))
        assert (names, said[0]["question"]) == (["utter_safety_question"], QUESTIONS[number + 1])
    names, _, kept = await run(ActionDeny(backend), tracker("deny", kept, text="no"))
    assert names == ["utter_danger_first", "utter_safety_low"]
    assert (kept, backend.cases) == ({"safety": None, "asked": None}, [])


@pytest.mark.parametrize("yes", [["confined"], ["violence"], ["papers", "debt"], ["hours", "deceived"]])
async def test_enough_signs_call_a_counsellor_at_once(backend: FakeBackend, yes: "list[str]") -> None:
    kept: dict[str, Any] = {}
    for question in yes:
        names, _, events = await run(ActionSafetyCheck(backend), pressed("safety_check", f"{question}:yes", kept))
        kept = {**kept, **events}
    assert names == ["utter_danger_first", "utter_safety_high", "utter_danger_case"]
    (case,) = backend.cases
    assert (case["urgent"], case["topic"]) == (True, "forced_labour_trafficking")
    assert case["evidence"] == [f"safety check: {', '.join(sorted(yes))}"]


async def test_one_sign_alone_goes_on_and_help_is_the_same_under_every_end(backend: FakeBackend) -> None:
    names, _, kept = await run(ActionSafetyCheck(backend), pressed("safety_check", "papers:yes"))
    assert names == ["utter_safety_question"]
    names, said, kept = await run(ActionSafetyCheck(backend), pressed("safety_check", "stop", kept))
    assert names == ["utter_danger_first", "utter_safety_stopped"]
    assert said[0]["kinds"][0] == "trafficking_hotline"
    assert kept == {"safety": None, "asked": None}


async def test_an_old_button_of_the_check_still_does_what_it_says(backend: FakeBackend) -> None:
    names, said, kept = await run(ActionSafetyCheck(backend), pressed("safety_check", "deceived:yes"))
    assert (names, said[0]["question"], kept["safety"]) == (["utter_safety_question"], "confined", {"deceived": "yes"})
    names, _, _ = await run(ActionSafetyCheck(backend), pressed("safety_check", "no_such_question:yes"))
    assert names == ["utter_safety_check", "utter_safety_question"]


async def test_yes_and_no_elsewhere_are_only_words(backend: FakeBackend) -> None:
    assert (await run(ActionAffirm(backend), tracker("affirm", text="yes")))[0] == ["utter_affirm"]
    assert (await run(ActionDeny(backend), tracker("deny", text="no", urgent=True)))[0] == [
        "utter_danger_first",
        "utter_danger_case",
        "utter_deny",
    ]


def test_the_questions_are_on_the_indicators_and_few() -> None:
    assert [question.id for question in safety_check().questions] == QUESTIONS
    assert all(question.indicator and question.dimension for question in safety_check().questions)
    assert any("ilo.org" in url for _, url in safety_check().sources)


async def test_a_list_is_ticked_and_the_next_stage_follows_when_one_is_done(backend: FakeBackend) -> None:
    items = [item.id for item in checklists()["departure"].stages[0].items]
    _, said, _ = await run(ActionChecklist(backend), pressed("checklist", "departure"))
    assert (said[0]["list"], said[0]["stage"], said[0]["done"]) == ("departure", "", [])
    for item in items:
        names, said, _ = await run(ActionChecklist(backend), pressed("checklist", f"tick:{item}"))
        assert names == ["utter_list"]
    assert (said[0]["stage"], said[0]["done"]) == ("", items)
    _, said, _ = await run(ActionChecklist(backend), pressed("checklist", f"untick:{items[0]}"))
    assert (said[0]["stage"], said[0]["done"]) == ("departure_deciding", items[1:])
    _, said, _ = await run(ActionChecklist(backend), pressed("checklist", "stage:departure_travel"))
    assert said[0]["stage"] == "departure_travel"


async def test_the_first_hours_come_a_step_at_a_time_also_with_the_console_away(backend: FakeBackend) -> None:
    backend.is_away = True
    for step, place in (("hours:sexual_violence/2", 2), ("hours:sexual_violence", 0), ("hours:sexual_violence/x", 0)):
        names, said, _ = await run(ActionChecklist(backend), pressed("checklist", step))
        assert (names, said[0]["topic"], said[0]["place"]) == (["utter_first_hours"], "sexual_violence", place)


async def test_a_list_is_shown_without_ticks_when_the_console_is_away(backend: FakeBackend) -> None:
    backend.is_away = True
    names, said, _ = await run(ActionChecklist(backend), pressed("checklist", "complaint"))
    assert (names, said[0]["list"], said[0]["can_remind"]) == (["utter_list"], "complaint", False)


async def test_reminders_begin_and_end_by_choice_and_end_with_a_watched_phone(backend: FakeBackend) -> None:
    assert (await run(ActionChecklist(backend), pressed("checklist", "remind:departure")))[0] == ["utter_reminders_on"]
    assert (await run(ActionChecklist(backend), pressed("checklist", "unremind:")))[0] == ["utter_reminders_off"]
    await run(ActionChecklist(backend), pressed("checklist", "remind:departure"))
    assert (await run(ActionWatchedPhone(backend), tracker("watched_phone")))[0] == ["utter_watched_phone"]
    assert backend.reminding is False
    backend.is_away = True
    assert (await run(ActionWatchedPhone(backend), tracker("watched_phone")))[0] == ["utter_watched_phone"]


async def test_what_is_known_is_shown_or_said_to_be_unreachable(backend: FakeBackend) -> None:
    names, said, _ = await run(ActionMyData(backend), tracker("my_data"))
    assert (names, said[0]["known"]) == (["utter_my_data"], {"messages": 3})
    backend.is_away = True
    assert (await run(ActionMyData(backend), tracker("my_data")))[0] == ["utter_my_data_failed"]


async def test_a_wish_opens_the_case_before_the_reason_is_asked(backend: FakeBackend) -> None:
    backend.duty = {"is_on_duty": False, "wait_s": 7200.0}
    names, said, _ = await run(ActionTalkToHuman(backend), tracker("talk_to_human"))
    assert names == ["utter_handoff_opened", "utter_handoff_reason"]
    assert (said[0]["is_on_duty"], said[0]["wait_s"]) == (False, 7200.0)
    names, _, _ = await run(ActionTalkToHuman(backend), pressed("talk_to_human", "work", entity="reason"))
    assert (names, backend.cases[-1]["about"]) == (["utter_handoff_noted"], "work")


async def test_danger_as_the_reason_shows_the_numbers_and_is_urgent(backend: FakeBackend) -> None:
    names, _, _ = await run(ActionTalkToHuman(backend), pressed("talk_to_human", "safety", entity="reason"))
    assert names == ["utter_danger_first", "utter_handoff_noted"]
    assert (backend.cases[0]["urgent"], backend.cases[0]["reason"]) == (True, "danger")


async def test_in_danger_outside_opening_hours_the_person_is_told_to_call(backend: FakeBackend) -> None:
    backend.duty = {"is_on_duty": False, "wait_s": 7200.0}
    names, said, _ = await run(ActionSafetyCheck(backend), pressed("safety_check", "violence:yes"))
    assert (names[-1], said[-1]["wait_s"]) == ("utter_danger_case_closed", 7200.0)
