"""The answer to a topic, follow-ups of it, and the choice between topics when the assistant is unsure."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import SafarAction, topic_of
from actions.follow_up import follow_up
from safar.topics import Topic, catalogue

# A topic is offered when the classifier gives it at least this chance, and the likeliest the second: beside noise there is
# then nothing. Of 7 held-out messages whose likeliest topic had less than that, 2 would have been offered the right one.
_WORTH_OFFERING, _WORTH_ASKING = 0.08, 0.12
# "Not what I asked": then the best was wrong, and what came next is worth showing however unlikely it seemed.
_WORTH_A_SECOND_LOOK = 0.0
_MOST_OFFERED = 3


class ActionAnswer(SafarAction):
    """Danger first, then the answer, then who can help, then what to do next, then the case."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        followed = follow_up(self, dispatcher, tracker)
        if followed is not None:
            return followed
        topics = _topics(tracker)
        if not topics:
            dispatcher.utter_message(response="utter_not_understood")
            return []
        danger = self.speaks_of_danger(tracker)
        self.answer(dispatcher, tracker, topics, danger=danger)
        if danger or topics[0].urgent:
            await self.raise_alarm(dispatcher, tracker, topics[0])
        others = _ranked(tracker, _WORTH_A_SECOND_LOOK, {topic.id for topic in topics})
        return [*self.answered(tracker, topics[0]), SlotSet("others", others)]


class ActionFollowUp(SafarAction):
    """More of the last answer; when it is not known any more, the menu."""

    def name(self) -> str:
        return "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        followed = follow_up(self, dispatcher, tracker)
        if followed is not None:
            return followed
        await self.danger_first(dispatcher, tracker)
        dispatcher.utter_message(response="utter_menu")
        return []


class ActionExplainSimpler(SafarAction):
    """The answer once more, only what to do now."""

    def name(self) -> str:
        return "action_explain_simpler"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        await self.danger_first(dispatcher, tracker)
        topic = topic_of(tracker.get_slot("topic"))
        if topic is None:
            dispatcher.utter_message(response="utter_nothing_to_simplify")
        else:
            dispatcher.utter_message(response="utter_answer_briefly", topic=topic.id)
        return []


class ActionOfferTopics(SafarAction):
    """Unsure: offer the likely topics; with none likely, the menu; twice in a row, a person as well."""

    def name(self) -> str:
        return "action_offer_topics"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        followed = follow_up(self, dispatcher, tracker)
        if followed is not None:
            return followed
        danger = self.speaks_of_danger(tracker)
        if danger:
            dispatcher.utter_message(response="utter_danger_first")
        likely = _ranked(tracker, _WORTH_OFFERING) if _ranked(tracker, _WORTH_ASKING) else []
        misses = (tracker.get_slot("misses") or 0) + 1
        if likely:
            with_person = misses > 1 or tracker.get_slot("topic") is not None
            dispatcher.utter_message(response="utter_offer_topics", topics=likely, with_person=with_person)
        elif misses < 2:
            dispatcher.utter_message(response="utter_not_understood")
        else:
            dispatcher.utter_message(response="utter_not_understood_again")
        if danger:
            await self.raise_alarm(dispatcher, tracker, None)
        return [SlotSet("misses", misses)]


def _topics(tracker: Tracker) -> list[Topic]:
    """The topic of the message, and a second one when it speaks of two things; an urgent one first."""
    second: dict[str, Any] = tracker.latest_message.get("second_topic") or {}
    names = [(tracker.latest_message.get("intent") or {}).get("name"), second.get("name")]
    found = [topic for topic in map(topic_of, dict.fromkeys(names)) if topic]
    return sorted(found, key=lambda topic: not topic.urgent)


def _ranked(tracker: Tracker, worth: float, without: set[str] | frozenset[str] = frozenset()) -> list[str]:
    """The likeliest topics of the last message, at most three."""
    topics = catalogue().topics
    ranking = tracker.latest_message.get("intent_ranking") or []
    likely = [entry["name"] for entry in ranking if entry["name"] in topics and entry["confidence"] >= worth]
    return [name for name in likely if name not in without][:_MOST_OFFERED]
