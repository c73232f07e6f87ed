"""What the actions share: the person's profile, danger first, contacts of a topic, a case."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from itertools import takewhile
from typing import Any

from rasa_sdk import Action, Tracker
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

    async def raise_alarm(self, dispatcher: CollectingDispatcher, tracker: Tracker, topic: Topic | None) -> None:
        """Open an urgent case and say so; when it cannot be opened the person is told to call."""
        understood = understood_from(tracker.latest_message)
        try:
            await self.backend.open_case(
                conversation=tracker.sender_id,
                reason="danger",
                topic=topic.id if topic else None,
                urgent=True,
                evidence=understood["evidence"],
            )
        except BackendUnavailable as error:
            logger.error("case.not_opened conversation=%s error=%s", tracker.sender_id, error)
            dispatcher.utter_message(response="utter_danger_case_failed")
            return
        dispatcher.utter_message(response="utter_danger_case")

    @staticmethod
    def ask_country(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Ask where the person is, or which of two countries a name means, or say that a position told nothing."""
        which = (tracker.latest_message.get("places") or {}).get("which")
        if which:
            dispatcher.utter_message(response="utter_ask_which", countries=which)
        else:
            dispatcher.utter_message(response="utter_position_unknown" if is_from_position(tracker) else "utter_ask_country")

    def show_contacts(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, topic: Topic, *, after_danger: bool = False
    ) -> None:
        """The contacts of a topic for where the person is; when they depend on what is not known, the question for it.

        Args:
            after_danger: the emergency numbers, or the question for the country, stand above already.
        """
        profile = self.profile(tracker)
        kinds = [kind for kind in topic.contacts if not (after_danger and kind in DANGER_KINDS)]
        if profile.country is None:
            if not after_danger:
                self.ask_country(dispatcher, tracker)
            return
        if kinds and kinds[0] in FOR_CITIZENS and profile.likely_nationality is None:
            dispatcher.utter_message(response="utter_ask_nationality")
            return
        self._show_found(dispatcher, profile, kinds)

    def _show_found(self, dispatcher: CollectingDispatcher, profile: Profile, kinds: list[str]) -> None:
        lookup = self.backend.bundle.lookup
        place = position_of(profile.country, profile.city) if profile.city else None
        seeker = Seeker(profile.country, profile.likely_nationality, profile.language, place)
        if seeker.nationality is None:
            kinds = [kind for kind in kinds if kind not in FOR_CITIZENS]
        found = lookup.find(kinds, seeker)
        known = {contact.kind for contact in found}
        missing = list(takewhile(lambda kind: kind not in known, kinds))
        contacts = found or (lookup.nearest_kinds(kinds, seeker) if kinds else [])
        if contacts:
            ids = [contact.id for contact in contacts]
            dispatcher.utter_message(response="utter_contact_cards", contact_ids=ids, missing=missing)
        elif kinds:
            dispatcher.utter_message(response="utter_no_contacts")


def topic_of(name: Any) -> Topic | None:
    """The topic of this name, or None when it is none (a greeting, for example)."""
    return catalogue().topics.get(name)


def is_from_position(tracker: Tracker) -> bool:
    """Whether the last message was a shared position (the gateway says so in the payload)."""
    entities = tracker.latest_message.get("entities") or []
    return any(entity["entity"] == "source" and entity["value"] == "position" for entity in entities)
