"""What the actions share: the person's profile, danger first, contacts of a topic, a case."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.backend import Backend, BackendUnavailable, backend
from components.conversation import Profile, profile_from, understood_from
from safar.directory import FOR_CITIZENS
from safar.lookup import Seeker
from safar.places import position_of
from safar.replies import DANGER_KINDS
from safar.topics import Topic, catalogue

logger = logging.getLogger(__name__)


class SafarAction(Action, ABC):
    """An action with a backend; tests pass one of their own."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in domain.yml. Abstract, so that rasa-sdk does not register this class itself."""

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend = backend

    @property
    def backend(self) -> Backend:
        return self._backend or backend()

    @staticmethod
    def profile(tracker: Tracker) -> Profile:
        return profile_from(tracker.slots)

    @staticmethod
    def speaks_of_danger(tracker: Tracker) -> bool:
        """Whether the last message raised the alarm, whatever its topic."""
        return bool((tracker.latest_message.get("urgency") or {}).get("urgent"))

    async def danger_first(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """When the last message raised the alarm: the numbers, and a case."""
        if self.speaks_of_danger(tracker):
            dispatcher.utter_message(response="utter_danger_first")
            await self.raise_alarm(dispatcher, tracker, None)

    async def raise_alarm(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, topic: Topic | None, evidence: list[str] | None = None
    ) -> None:
        """Open an urgent case and say so; when it cannot be opened, or nobody is there, the person is told to call.

        Args:
            evidence: why; what the last message showed when not given.
        """
        try:
            case = await self.backend.open_case(
                conversation=tracker.sender_id,
                reason="danger",
                topic=topic.id if topic else None,
                urgent=True,
                evidence=understood_from(tracker.latest_message)["evidence"] if evidence is None else evidence,
            )
        except BackendUnavailable as error:
            logger.error("case.not_opened conversation=%s error=%s", tracker.sender_id, error)
            dispatcher.utter_message(response="utter_danger_case_failed")
            return
        if case.is_on_duty is False:
            dispatcher.utter_message(response="utter_danger_case_closed", wait_s=case.wait_s)
        else:
            dispatcher.utter_message(response="utter_danger_case")

    @staticmethod
    def ask_country(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Ask where the person is, or which of two countries a name means, or say that a position told nothing."""
        which = (tracker.latest_message.get("places") or {}).get("which")
        if which:
            dispatcher.utter_message(response="utter_ask_which", countries=which)
        else:
            dispatcher.utter_message(response="utter_position_unknown" if is_from_position(tracker) else "utter_ask_country")

    def answer(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        topics: Sequence[Topic],
        *,
        danger: bool = False,
        numbers_shown: bool = False,
    ) -> None:
        """Answer one topic, or two with their contacts merged: danger first, the answer, who can help, what to do next.

        Args:
            danger: the message speaks of danger, whatever its topic.
            numbers_shown: the numbers for danger stand above already.
        """
        urgent = any(topic.urgent for topic in topics)
        if (danger or urgent) and not numbers_shown:
            dispatcher.utter_message(response="utter_danger_first", kinds=_kinds(topics) if urgent else [])
        found = None if urgent else self._find(tracker, topics, after_danger=danger)
        cards = bool(found and found.contact_ids)
        splits = cards and len(topics) == 1 and topics[0].id in self.backend.bundle.answers
        for topic in topics:
            with_buttons = not cards and topic is topics[-1]
            dispatcher.utter_message(response="utter_answer", topic=topic.id, with_steps=not splits, with_buttons=with_buttons)
        if found:
            self._say_found(dispatcher, tracker, found, after=topics[0].id if cards and not splits else None)
        if splits:
            dispatcher.utter_message(response="utter_next_steps", topic=topics[0].id)

    @staticmethod
    def answered(tracker: Tracker, topic: Topic) -> list[EventType]:
        """What to remember after an answer: the topic and the country it was for."""
        return [
            SlotSet("topic", topic.id),
            SlotSet("answered_for", tracker.get_slot("country")),
            SlotSet("asked", None),
            SlotSet("misses", 0),
        ]

    def show_contacts(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, topic: Topic, *, after_danger: bool = False
    ) -> None:
        """The contacts of a topic for where the person is; when they depend on what is not known, the question for it.

        Args:
            after_danger: the emergency numbers, or the question for the country, stand above already.
        """
        self._say_found(dispatcher, tracker, self._find(tracker, [topic], after_danger=after_danger), after=topic.id)

    def _say_found(self, dispatcher: CollectingDispatcher, tracker: Tracker, found: _Found, *, after: str | None) -> None:
        """The cards, or that there is nobody, with the buttons of the topic `after`; or the question."""
        if found.question == "country":
            self.ask_country(dispatcher, tracker)
        elif found.question == "nationality":
            dispatcher.utter_message(response="utter_ask_nationality")
        elif found.contact_ids:
            dispatcher.utter_message(
                response="utter_contact_cards", contact_ids=found.contact_ids, missing=found.missing, after=after
            )
        elif found.is_wanted:
            dispatcher.utter_message(response="utter_no_contacts", after=after)

    def _find(self, tracker: Tracker, topics: Sequence[Topic], *, after_danger: bool) -> _Found:
        profile = self.profile(tracker)
        kinds = [kind for kind in _kinds(topics) if not (after_danger and kind in DANGER_KINDS)]
        if profile.country is None:
            return _Found(question="" if after_danger else "country")
        if kinds and kinds[0] in FOR_CITIZENS and profile.likely_nationality is None:
            return _Found(question="nationality")
        lookup = self.backend.bundle.lookup
        place = position_of(profile.country, profile.city) if profile.city else None
        seeker = Seeker(profile.country, profile.likely_nationality, profile.language, place)
        if seeker.nationality is None:
            kinds = [kind for kind in kinds if kind not in FOR_CITIZENS]
        found = lookup.find(kinds, seeker)
        known = {contact.kind for contact in found}
        contacts = found or (lookup.nearest_kinds(kinds, seeker) if kinds else [])
        return _Found(
            contact_ids=[contact.id for contact in contacts],
            missing=list(takewhile(lambda kind: kind not in known, kinds)),
            is_wanted=bool(kinds),
        )


@dataclass(frozen=True)
class _Found:
    """What a look-up came to.

    Attributes:
        question: `country` or `nationality`, which must be known first; else empty.
        missing: the kinds before the first that was found.
        is_wanted: whether any contact was looked for.
    """

    question: str = ""
    contact_ids: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_wanted: bool = False


def _kinds(topics: Sequence[Topic]) -> list[str]:
    """The kinds of contact of the topics, each once."""
    return list(dict.fromkeys(kind for topic in topics for kind in topic.contacts))


def topic_of(name: Any) -> Topic | None:
    """The topic of this name, or None when it is none (a greeting, for example)."""
    return catalogue().topics.get(name)


def is_from_position(tracker: Tracker) -> bool:
    """Whether the last message was a shared position (the gateway says so in the payload)."""
    return entity_of(tracker, "source") == "position"


def carried_by(tracker: Tracker) -> set[str]:
    """The names of what the pressed button itself carried; the channel adds to it what is known of the person."""
    return set((tracker.latest_message.get("metadata") or {}).get("carried") or ())


def entity_of(tracker: Tracker, name: str) -> str:
    """What a pressed button carries under this name; empty when it carries nothing."""
    found = [entity["value"] for entity in tracker.latest_message.get("entities") or [] if entity["entity"] == name]
    return str(found[-1]) if found else ""
