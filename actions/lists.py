"""Lists to tick, reminders, and what is kept about a person."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.backend import BackendUnavailable
from actions.base import SafarAction, entity_of
from safar.checklists import checklists

logger = logging.getLogger(__name__)

_CHANGES = ("tick", "untick", "remind", "unremind")


class ActionChecklist(SafarAction):
    """Show a stage of a list, tick or untick an item, begin or end reminders.

    A button carries `<list>`, `stage:<stage>`, `tick:<item>`, `untick:<item>`, `remind:<list>`, `unremind:`, or
    `hours:<urgent topic>/<place>` for its first hours, a step at a time.
    """

    def name(self) -> str:
        return "action_checklist"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        verb, _, rest = entity_of(tracker, "step").partition(":")
        if verb == "hours":
            topic, _, place = rest.partition("/")
            dispatcher.utter_message(response="utter_first_hours", topic=topic, place=int(place) if place.isdecimal() else 0)
            return []
        verb, rest = (verb, rest) if rest or verb in _CHANGES else ("", verb)
        change = {"remind": ""} if verb == "unremind" else {verb: rest} if verb in _CHANGES else {}
        try:
            kept = await self.backend.lists(conversation=tracker.sender_id, **change)
        except BackendUnavailable as error:
            logger.error("lists.unavailable conversation=%s error=%s", tracker.sender_id, error)
            kept = {}
        if verb in ("remind", "unremind"):
            dispatcher.utter_message(response="utter_reminders_on" if kept.get("reminding") else "utter_reminders_off")
            return []
        self._show(dispatcher, verb, rest, kept)
        return []

    @staticmethod
    def _show(dispatcher: CollectingDispatcher, verb: str, rest: str, kept: dict[str, Any]) -> None:
        name = rest.partition("_")[0]
        name = name if name in checklists() else next(iter(checklists()))
        stage = _stage_of(name, verb, rest, kept.get("done") or [])
        dispatcher.utter_message(
            response="utter_list",
            list=name,
            stage=stage,
            done=kept.get("done") or [],
            can_remind=bool(kept.get("can_remind")),
            reminding=bool(kept.get("reminding")),
        )


def _stage_of(name: str, verb: str, rest: str, done: list[str]) -> str:
    """The stage to show: the one asked for, the one of the item while something is left in it, else the next."""
    if verb == "stage":
        return rest
    for stage in checklists()[name].stages:
        if any(item.id == rest for item in stage.items):
            return stage.id if verb == "untick" or any(item.id not in done for item in stage.items) else ""
    return ""


class ActionMyData(SafarAction):
    """What is kept about a person."""

    def name(self) -> str:
        return "action_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        try:
            known = await self.backend.known(conversation=tracker.sender_id)
        except BackendUnavailable as error:
            logger.error("known.unavailable conversation=%s error=%s", tracker.sender_id, error)
            dispatcher.utter_message(response="utter_my_data_failed")
            return []
        dispatcher.utter_message(response="utter_my_data", known=known)
        return []


class ActionWatchedPhone(SafarAction):
    """How to clear traces from a phone that somebody may look at; reminders, which would show up on it, end."""

    def name(self) -> str:
        return "action_watched_phone"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        try:
            await self.backend.lists(conversation=tracker.sender_id, remind="")
        except BackendUnavailable as error:
            logger.error("lists.unavailable conversation=%s error=%s", tracker.sender_id, error)
        dispatcher.utter_message(response="utter_watched_phone")
        return []
