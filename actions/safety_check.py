"""The safety check: a few yes-or-no questions, and typed yes and no."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import SafarAction, entity_of, topic_of
from actions.follow_up import follow_up
from safar.safety_check import safety_check

_TOPIC = "forced_labour_trafficking"
_STOP = "stop"
# What `asked` holds while a question of the check is open.
_OPEN = "safety:"


class ActionSafetyCheck(SafarAction):
    """Begin, take an answer and ask the next question, or stop.

    It ends as soon as a counsellor should be called: nobody has to answer more than that takes. Help and numbers are the
    same under every result.
    """

    def name(self) -> str:
        return "action_safety_check"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        question, _, given = entity_of(tracker, "step").partition(":")
        return await self.step(dispatcher, tracker, question, given)

    async def step(self, dispatcher: CollectingDispatcher, tracker: Tracker, question: str, given: str) -> list[EventType]:
        """Go on after an answer; without a question, begin."""
        known = {entry.id for entry in safety_check().questions}
        if question == _STOP:
            return self._end(dispatcher, "utter_safety_stopped")
        answers: dict[str, Any] = dict(tracker.get_slot("safety") or {}) if question else {}
        if question not in known or given not in ("yes", "no"):
            answers = {}
            dispatcher.utter_message(response="utter_safety_check")
        else:
            answers[question] = given
        yes = [name for name, value in answers.items() if value == "yes"]
        if safety_check().is_high(yes):
            events = self._end(dispatcher, "utter_safety_high")
            evidence = [f"safety check: {', '.join(sorted(yes))}"]
            await self.raise_alarm(dispatcher, tracker, topic_of(_TOPIC), evidence)
            return [*events, SlotSet("topic", _TOPIC)]
        following = next((entry.id for entry in safety_check().questions if entry.id not in answers), None)
        if following is None:
            return self._end(dispatcher, "utter_safety_low")
        dispatcher.utter_message(response="utter_safety_question", question=following)
        return [SlotSet("safety", answers), SlotSet("asked", _OPEN + following)]

    @staticmethod
    def _end(dispatcher: CollectingDispatcher, response: str) -> list[EventType]:
        """The same numbers and the same help, whatever was answered; the answers are dropped."""
        topic = topic_of(_TOPIC)
        dispatcher.utter_message(response="utter_danger_first", kinds=list(topic.contacts) if topic else [])
        dispatcher.utter_message(response=response)
        return [SlotSet("safety", None), SlotSet("asked", None)]


class _ActionYesOrNo(SafarAction):
    """A typed yes or no: the answer to an open question, or the words it has elsewhere."""

    given = ""
    response = ""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        followed = follow_up(self, dispatcher, tracker)
        if followed is not None:
            return followed
        await self.danger_first(dispatcher, tracker)
        asked = tracker.get_slot("asked") or ""
        if asked.startswith(_OPEN):
            check = ActionSafetyCheck(self._backend)
            return await check.step(dispatcher, tracker, asked.removeprefix(_OPEN), self.given)
        dispatcher.utter_message(response=self.response)
        return []


class ActionAffirm(_ActionYesOrNo):
    """A typed yes."""

    given, response = "yes", "utter_affirm"

    def name(self) -> str:
        return "action_affirm"


class ActionDeny(_ActionYesOrNo):
    """A typed no."""

    given, response = "no", "utter_deny"

    def name(self) -> str:
        return "action_deny"
