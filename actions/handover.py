"""A person asks for a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.backend import BackendUnavailable
from actions.base import SafarAction, entity_of
from components.conversation import understood_from
from safar.topics import catalogue

# Who chooses this reason is shown the numbers and comes first in the queue.
_DANGER = "safety"


class ActionTalkToHuman(SafarAction):
    """Open a case for the operators, say when one will answer, then ask for the reason, which can be skipped.

    The case is opened before anything is asked. The bot goes on answering until an operator has taken over.
    """

    def name(self) -> str:
        return "action_talk_to_human"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        reason = entity_of(tracker, "reason")
        about = reason if reason in {group.id for group in catalogue().groups} else ""
        danger = self.speaks_of_danger(tracker) or about == _DANGER
        if danger:
            dispatcher.utter_message(response="utter_danger_first")
        try:
            case = await self.backend.open_case(
                conversation=tracker.sender_id,
                reason="danger" if danger else "wish",
                topic=tracker.get_slot("topic"),
                urgent=danger,
                evidence=understood_from(tracker.latest_message)["evidence"],
                about=about,
            )
        except BackendUnavailable:
            dispatcher.utter_message(response="utter_handoff_unavailable")
            if not danger:
                dispatcher.utter_message(response="utter_danger_first")
            return []
        if about:
            dispatcher.utter_message(response="utter_handoff_noted")
            return [SlotSet("asked", None)]
        response = "utter_handoff_opened" if case.is_new else "utter_handoff_already"
        dispatcher.utter_message(response=response, reference=case.reference, is_on_duty=case.is_on_duty, wait_s=case.wait_s)
        if case.is_new and not danger:
            dispatcher.utter_message(response="utter_handoff_reason")
        return [SlotSet("asked", None)]
