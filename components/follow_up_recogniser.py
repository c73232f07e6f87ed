"""Recognises what is only understood after an answer: "how long does it take?", "they do not pick up", "I signed already"."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import follow_up_model
from components.follow_up_model import DANGER
from components.learned_component import LearnedComponent
from components.normalisation import normalise
from components.topic_classifier import SECOND_TOPIC
from components.urgency_detector import URGENCY
from safar.topics import catalogue

ANSWERED = "answered"  # in the metadata: whether a topic was answered before in this conversation
UNSURE, SURE, CALM, AHEAD = "unsure", "sure", "calm", "ahead"
_THRESHOLD = 0.8  # of the FallbackClassifier in config.yml: below it the classifier is unsure


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FollowUpRecogniser(LearnedComponent, IntentClassifier):
    """Makes a follow-up the intent of a message after an answer (`metadata.answered`); it leaves all other messages alone.

    Comes last: the surer the classifier is of something else, the more it takes to make a message a follow-up.
    Torn from its answer many a calm follow-up sounds like danger ("my bag is packed, what now"): where this model, which has
    learned both, hears next to none, the alarm is weaker, no part of the message cries and no sure phrase was found, it is taken
    back.
    """

    lessons: ClassVar[ModuleType] = follow_up_model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Least chance that a message is a follow-up, where the classifier is unsure and where it is wholly sure of something
        else. An alarm is taken back below a chance of danger, and when the follow-up is so much likelier than the
        alarm's score (docs/decisions/0045-after-an-answer.md).
        """
        return {UNSURE: 0.3, SURE: 0.9, CALM: 0.1, AHEAD: 0.3}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            metadata = message.get("metadata")
            if isinstance(metadata, dict) and metadata.get(ANSWERED):
                self._recognise(message)
        return messages

    def _recognise(self, message: Message) -> None:
        text = normalise(message.get(TEXT) or "")
        if not text or not self._model.labels:
            return
        chances = dict(zip(self._model.labels, map(float, self._model.probabilities([text])[0]), strict=True))
        of_kinds = {name: chances[name] for name in catalogue().follow_ups if name in chances}
        chance = sum(of_kinds.values())
        if chance < self._needed(message.get(INTENT) or {}):
            return
        urgency = message.get(URGENCY) or {}
        if urgency.get("urgent"):
            doubted = chances[DANGER] < self._config[CALM] and chance - urgency["score"] >= self._config[AHEAD]
            if not doubted or urgency["sure"] or self._has_cry(message):
                return
            message.set(URGENCY, {**urgency, "urgent": False, "evidence": []}, add_to_output=True)
        kind = max(of_kinds, key=of_kinds.__getitem__)
        message.set(INTENT, {INTENT_NAME_KEY: kind, PREDICTED_CONFIDENCE_KEY: chance}, add_to_output=True)

    def _needed(self, first: dict[str, Any]) -> float:
        """The chance that a message needs to be a follow-up: the more, the surer the classifier is of something else."""
        if first.get(INTENT_NAME_KEY) in (None, DEFAULT_NLU_FALLBACK_INTENT_NAME):
            return float(self._config[UNSURE])
        sureness = max(0.0, first[PREDICTED_CONFIDENCE_KEY] - _THRESHOLD) / (1 - _THRESHOLD)
        return float(self._config[UNSURE] + (self._config[SURE] - self._config[UNSURE]) * sureness)

    @staticmethod
    def _has_cry(message: Message) -> bool:
        """Whether danger was heard in a part of the message."""
        return ((message.get(SECOND_TOPIC) or {}).get(INTENT_NAME_KEY)) in catalogue().urgent
