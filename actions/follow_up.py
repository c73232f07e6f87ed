"""What only makes sense after an answer: "and in Kuwait?", "and for my wife?", "their number?", "how long does it take?"."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafarAction, topic_of
from components.follow_ups import FAMILY, PLACE, follow_ups
from safar.topics import Topic, catalogue


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
    if kind == FAMILY:
        dispatcher.utter_message(response="utter_offer_topics", topics=list(dict.fromkeys([topic.id, *known.family])))
        return []
    name = (tracker.latest_message.get("intent") or {}).get("name")
    return _say_more(action, dispatcher, tracker, topic, name) if name in catalogue().follow_ups else None


def _say_more(
    action: SafarAction, dispatcher: CollectingDispatcher, tracker: Tracker, topic: Topic, name: str
) -> list[EventType]:
    """What a follow-up (its intent is `name`) is shown of the topic answered last."""
    for part in catalogue().follow_ups[name]:
        if part == "sentence":
            dispatcher.utter_message(response=f"utter_{name}")
        elif part == "steps":
            dispatcher.utter_message(response="utter_next_steps", topic=topic.id)
        elif part == "sources":
            dispatcher.utter_message(response="utter_sources")
        elif part == "papers" and topic.group in follow_ups().papers:
            return _papers(action, dispatcher, tracker, follow_ups().papers[topic.group])
        else:
            action.show_contacts(dispatcher, tracker, topic)
    return [SlotSet("misses", 0)]


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
