"""Rasa custom actions: slots in, one lookup, one reply, events out. No text: the reply generator writes it."""

from actions.answer import ActionAnswer, ActionExplainSimpler, ActionOfferTopics
from actions.handover import ActionTalkToHuman
from actions.profile import ActionChangeLanguage, ActionUpdateProfile

__all__ = [
    "ActionAnswer",
    "ActionChangeLanguage",
    "ActionExplainSimpler",
    "ActionOfferTopics",
    "ActionTalkToHuman",
    "ActionUpdateProfile",
]
