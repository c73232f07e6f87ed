"""A person asks for a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.backend import BackendUnavailable
from actions.base import SafarAction
from components.conversation import understood_from


class ActionTalkToHuman(SafarAction):
    """Open a case for the operators; the gateway keeps the bot quiet once one of them has taken over."""

    def name(self) -> str:
        return "action_talk_to_human"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        danger = self.speaks_of_danger(tracker)
        if danger:
            dispatcher.utter_message(response="utter_danger_first")
        try:
            case = await self.backend.open_case(
                conversation=tracker.sender_id,
                reason="danger" if danger else "wish",
                topic=tracker.get_slot("topic"),
                urgent=danger,
                evidence=understood_from(tracker.latest_message)["evidence"],
            )
        except BackendUnavailable:
            dispatcher.utter_message(response="utter_handoff_unavailable")
            if not danger:
                dispatcher.utter_message(response="utter_danger_first")
            return []
        response = "utter_handoff_opened" if case.is_new else "utter_handoff_already"
        dispatcher.utter_message(response=response, reference=case.reference)
        return []
