"""What only makes sense after an answer: "and in Kuwait?", "their number?", "what papers do I need?", "and for my wife?"."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafarAction, topic_of
from components.follow_ups import FAMILY, NUMBER, PAPERS, PLACE, follow_ups
from safar.topics import Topic


def follow_up(action: SafarAction, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
    """Answer a message that asks for more of the last answer; None when it does not, and nothing was said.

    A message that only names a country tells where the person is, whether or not there was an answer before it.
    A message that raised the alarm is never taken for a follow-up, nor is a button.
    """
    topic = topic_of(tracker.get_slot("topic"))
    text = tracker.latest_message.get("text") or ""
    if text.startswith("/") or action.speaks_of_danger(tracker):
        return None
    known = follow_ups()
    kind = known.kind(text, tracker.latest_message.get("beside_places"))
    if kind == PLACE and (tracker.latest_message.get("places") or {}).get("country"):
        return _elsewhere(action, dispatcher, tracker, topic)
    if topic is None:
        return None
    if kind == NUMBER:
        action.show_contacts(dispatcher, tracker, topic)
        return []
    if kind == PAPERS and topic.group in known.papers:
        return _papers(action, dispatcher, tracker, known.papers[topic.group])
    if kind == FAMILY:
        dispatcher.utter_message(response="utter_offer_topics", topics=list(dict.fromkeys([topic.id, *known.family])))
        return []
    return None


def _elsewhere(action: SafarAction, dispatcher: CollectingDispatcher, tracker: Tracker, topic: Topic | None) -> list[EventType]:
    if topic is None or not topic.urgent:  # else the numbers come before anything
        dispatcher.utter_message(response="utter_country_changed")
    if topic is None:
        return []
    action.answer(dispatcher, tracker, [topic])
    return action.answered(tracker, topic)


def _papers(action: SafarAction, dispatcher: CollectingDispatcher, tracker: Tracker, name: str) -> list[EventType]:
    topic = topic_of(name)
    if topic is None:
        dispatcher.utter_message(response="utter_list", list=name.removeprefix("list_"))
        return []
    action.answer(dispatcher, tracker, [topic])
    return action.answered(tracker, topic)
