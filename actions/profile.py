"""What a person says about themselves: language, the country they are in, the country they come from."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import SafarAction, topic_of
from safar.languages import languages, names_of_languages

_WORD = re.compile(r"\w+[\w\u0900-\u109f\u1200-\u139f]*")


class ActionUpdateProfile(SafarAction):
    """Confirm the country or nationality just given, and give the contacts that waited for it."""

    def name(self) -> str:
        return "action_update_profile"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        given = self._given(tracker)
        if self.speaks_of_danger(tracker):
            dispatcher.utter_message(response="utter_danger_first")
            await self.raise_alarm(dispatcher, tracker, None)
        if not given:
            dispatcher.utter_message(response="utter_ask_country")
            return []
        both = {"country", "nationality"} <= given
        response = "utter_profile_changed" if both else f"utter_{given.copy().pop()}_changed"
        dispatcher.utter_message(response=response)
        topic = topic_of(tracker.get_slot("topic"))
        if topic and topic.urgent:
            dispatcher.utter_message(response="utter_danger_first", kinds=list(topic.contacts))
        elif topic:
            self.show_contacts(dispatcher, self.profile(tracker), topic)
        return []

    @staticmethod
    def _given(tracker: Tracker) -> set[str]:
        """Which of `country` and `nationality` the last message itself gave, in words or by a button."""
        places = tracker.latest_message.get("places")
        if places is not None:
            return {name for name in ("country", "nationality") if places.get(name)}
        known = tracker.latest_message.get("metadata") or {}
        names = {entity["entity"] for entity in tracker.latest_message.get("entities") or []} & {"country", "nationality"}
        changed = {name for name in names if tracker.get_slot(name) != known.get(name)}
        return changed or names & {"country"}


class ActionChangeLanguage(SafarAction):
    """Switch to the language named, say so when it is not spoken here, ask when none is named."""

    def name(self) -> str:
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if self.speaks_of_danger(tracker):
            dispatcher.utter_message(response="utter_danger_first")
            await self.raise_alarm(dispatcher, tracker, None)
        text = tracker.latest_message.get("text") or ""
        if text.startswith("/"):
            dispatcher.utter_message(response="utter_language_changed" if "language" in text else "utter_ask_language")
            return []
        named = named_languages(text)
        spoken = [code for code in named if code in languages()]
        if spoken:
            dispatcher.utter_message(response="utter_language_changed", language=spoken[0])
            return [SlotSet("language", spoken[0])]
        dispatcher.utter_message(response="utter_language_unsupported" if named else "utter_ask_language")
        return []


def named_languages(text: str) -> list[str]:
    """The ISO 639 codes of the languages that a text names, in its order, in any of Safar's languages."""
    names = names_of_languages()
    words = [word.casefold() for word in _WORD.findall(text)]
    found = [names.get(word) or names.get(f"ال{word}") or names.get(_stem(word)) for word in words]
    return list(dict.fromkeys(code for code in found if code))


def _stem(word: str) -> str:
    """The word without what Nepali writes after a name ("नेपालीमा": in Nepali) and Arabic before it ("بالعربية")."""
    return re.sub(r"(मा|को|बाट|ले)$|^[وبل]+(?=ال)", "", word)
