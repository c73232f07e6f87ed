"""What a person says about an answer: that it helped, or that it was not what they had asked."""

from __future__ import annotations

import logging

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.backend import BackendUnavailable
from actions.base import SafarAction, topic_of

logger = logging.getLogger(__name__)


class _ActionFeedback(SafarAction):
    """Counts one verdict an answer. `others` holds the next topics of the ranking until a verdict was given."""

    async def count(self, tracker: Tracker, *, helped: bool) -> None:
        topic = topic_of(tracker.get_slot("topic"))
        if topic is None or tracker.get_slot("others") is None:
            return
        try:
            await self.backend.count_feedback(topic=topic.id, language=self.profile(tracker).language, helped=helped)
        except BackendUnavailable as error:
            logger.warning("feedback.not_counted error=%s", error)


class ActionFeedbackGood(_ActionFeedback):
    """Count it and say thanks."""

    def name(self) -> str:
        return "action_feedback_good"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        await self.danger_first(dispatcher, tracker)
        await self.count(tracker, helped=True)
        dispatcher.utter_message(response="utter_feedback_good")
        return [SlotSet("others", None)]


class ActionFeedbackBad(_ActionFeedback):
    """Not what was asked: the next topics of the ranking, and when these are not it either, a person."""

    def name(self) -> str:
        return "action_feedback_bad"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        await self.danger_first(dispatcher, tracker)
        await self.count(tracker, helped=False)
        others = tracker.get_slot("others")
        if topic_of(tracker.get_slot("topic")) is None:
            dispatcher.utter_message(response="utter_feedback_bad")
        elif others:
            dispatcher.utter_message(response="utter_other_topics", topics=others)
        else:
            dispatcher.utter_message(response="utter_not_understood_again")
        return [SlotSet("others", None)]
