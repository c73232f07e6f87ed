"""Rasa custom actions: slots in, one lookup, one reply, events out. No text: the reply generator writes it."""

from actions.answer import ActionAnswer, ActionExplainSimpler, ActionFollowUp, ActionOfferTopics
from actions.complaint import ValidateComplaintForm
from actions.feedback import ActionFeedbackBad, ActionFeedbackGood
from actions.handover import ActionTalkToHuman
from actions.lists import ActionChecklist, ActionMyData, ActionWatchedPhone
from actions.profile import ActionChangeLanguage, ActionUpdateProfile
from actions.safety_check import ActionAffirm, ActionDeny, ActionSafetyCheck

__all__ = [
    "ActionAffirm",
    "ActionAnswer",
    "ActionChangeLanguage",
    "ActionChecklist",
    "ActionDeny",
    "ActionExplainSimpler",
    "ActionFeedbackBad",
    "ActionFeedbackGood",
    "ActionFollowUp",
    "ActionMyData",
    "ActionOfferTopics",
    "ActionSafetyCheck",
    "ActionTalkToHuman",
    "ActionUpdateProfile",
    "ActionWatchedPhone",
    "ValidateComplaintForm",
]
