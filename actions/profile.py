"""What a person says about themselves: language, the country they are in, the country they come from."""

from __future__ import annotations

import re
from functools import lru_cache

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import SafarAction, carried_by, is_from_position, topic_of
from components.normalisation import normalise
from safar.languages import languages, names_of_languages
from safar.topics import Topic
from safar.words import SIGNS

_PLACES = ("country", "nationality", "city")
_WORD = re.compile(rf"\w+[\w{SIGNS}]*")
_BURMESE = re.compile(r"[\u1000-\u109f]")
_SHORTEST_INSIDE = 4  # characters: a shorter name stands in other words by chance


class ActionUpdateProfile(SafarAction):
    """Confirm the country, city or nationality just given, and give the contacts that waited for it."""

    def name(self) -> str:
        return "action_update_profile"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        given = self._given(tracker)
        topic = topic_of(tracker.get_slot("topic"))
        danger = self.speaks_of_danger(tracker)
        urgent_topic = topic if topic and topic.urgent and given else None
        if danger or urgent_topic:
            kinds = list(urgent_topic.contacts) if urgent_topic else []
            dispatcher.utter_message(response="utter_danger_first", kinds=kinds)
        if danger:
            await self.raise_alarm(dispatcher, tracker, None)
        if not given:
            self.ask_country(dispatcher, tracker)
            return []
        dispatcher.utter_message(response=self._confirmation(tracker, given))
        if topic and self._needs_another_answer(tracker, topic):
            self.answer(dispatcher, tracker, [topic], danger=danger, numbers_shown=danger or topic.urgent)
            return self.answered(tracker, topic)
        if topic and not topic.urgent:
            self.show_contacts(dispatcher, tracker, topic, after_danger=danger)
        return []

    def _needs_another_answer(self, tracker: Tracker, topic: Topic) -> bool:
        """Whether the answer given before was for another country, or this country has a rule of its own."""
        country, before = tracker.get_slot("country"), tracker.get_slot("answered_for")
        if country is None or country == before:
            return False
        return before is not None or country in self.backend.bundle.answers.get(topic.id, {})

    @staticmethod
    def _confirmation(tracker: Tracker, given: set[str]) -> str:
        if {"country", "nationality"} <= given:
            return "utter_profile_changed"
        if "city" in given and tracker.get_slot("city"):
            return "utter_position_noted" if is_from_position(tracker) else "utter_city_changed"
        return "utter_nationality_changed" if given == {"nationality"} else "utter_country_changed"

    @staticmethod
    def _given(tracker: Tracker) -> set[str]:
        """Which of `country`, `nationality` and `city` the last message itself gave, in words or by a button."""
        places = tracker.latest_message.get("places")
        if places is not None:
            return {name for name in _PLACES if places.get(name)}
        return carried_by(tracker) & set(_PLACES)


class ActionChangeLanguage(SafarAction):
    """Switch to the language named, say so when it is not spoken here, ask when none is named."""

    def name(self) -> str:
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        await self.danger_first(dispatcher, tracker)
        text = tracker.latest_message.get("text") or ""
        if text.startswith("/"):
            dispatcher.utter_message(
                response="utter_language_changed" if "language" in carried_by(tracker) else "utter_ask_language"
            )
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
    return list(dict.fromkeys(code for word in _WORD.findall(normalise(text)) if (code := _language_in(word))))


def _language_in(word: str) -> str | None:
    """The language that a word names, also "بالإنجليزي" without its last letter, and Burmese, where more words follow at once."""
    names, stem = _names(), _stem(word)
    forms = (word, f"ال{word}", stem, f"{stem}ه", f"ال{word}ه")
    known = next((names[form] for form in forms if form in names), None)
    if known or not _BURMESE.match(word):
        return known
    inside = [name for name in names if len(name) >= _SHORTEST_INSIDE and name in word]
    return names[max(inside, key=len)] if inside else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {normalise(name): code for name, code in names_of_languages().items()}


def _stem(word: str) -> str:
    """The word without what Nepali writes after a name ("नेपालीमा": in Nepali) and Arabic before it ("بالعربية")."""
    return re.sub(r"(मा|को|बाट|ले)$|^[وبل]+(?=ال)", "", word)
