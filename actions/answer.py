"""The answer to a topic, and the choice between topics when the assistant is unsure."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import SafarAction, topic_of
from safar.topics import catalogue

# A topic is offered when the classifier gives it at least this chance; beside noise there is then nothing.
_WORTH_OFFERING = 0.08
_MOST_OFFERED = 3


class ActionAnswer(SafarAction):
    """Danger first, then the answer, then who can help, then the case."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        topic = topic_of((tracker.latest_message.get("intent") or {}).get("name"))
        if topic is None:
            dispatcher.utter_message(response="utter_not_understood")
            return []
        danger = topic.urgent or self.speaks_of_danger(tracker)
        if danger:
            dispatcher.utter_message(response="utter_danger_first", kinds=list(topic.contacts) if topic.urgent else [])
        dispatcher.utter_message(response="utter_answer", topic=topic.id)
        if not topic.urgent:
            self.show_contacts(dispatcher, tracker, topic, after_danger=danger)
        if danger:
            await self.raise_alarm(dispatcher, tracker, topic)
        return [SlotSet("topic", topic.id), SlotSet("misses", 0)]


class ActionExplainSimpler(SafarAction):
    """The answer once more, only what to do now."""

    def name(self) -> str:
        return "action_explain_simpler"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if self.speaks_of_danger(tracker):
            dispatcher.utter_message(response="utter_danger_first")
            await self.raise_alarm(dispatcher, tracker, None)
        topic = topic_of(tracker.get_slot("topic"))
        if topic is None:
            dispatcher.utter_message(response="utter_nothing_to_simplify")
        else:
            dispatcher.utter_message(response="utter_answer_briefly", topic=topic.id)
        return []


class ActionOfferTopics(SafarAction):
    """Unsure: offer the likely topics; with none likely, the menu; lost twice, a person."""

    def name(self) -> str:
        return "action_offer_topics"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        danger = self.speaks_of_danger(tracker)
        if danger:
            dispatcher.utter_message(response="utter_danger_first")
        likely = self._likely_topics(tracker)
        misses = 0 if likely else (tracker.get_slot("misses") or 0) + 1
        if likely:
            dispatcher.utter_message(response="utter_offer_topics", topics=likely)
        elif misses < 2:
            dispatcher.utter_message(response="utter_not_understood")
        else:
            dispatcher.utter_message(response="utter_not_understood_again")
        if danger:
            await self.raise_alarm(dispatcher, tracker, None)
        return [SlotSet("misses", misses)]

    @staticmethod
    def _likely_topics(tracker: Tracker) -> list[str]:
        topics = catalogue().topics
        ranking = tracker.latest_message.get("intent_ranking") or []
        likely = [entry["name"] for entry in ranking if entry["name"] in topics and entry["confidence"] >= _WORTH_OFFERING]
        return likely[:_MOST_OFFERED]
