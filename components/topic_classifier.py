"""Recognises the topic of a message: the Rasa component around the linear text model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.linear_text_model import LinearTextModel
from components.normalisation import normalise
from components.sentences import sentences

RANKING_LENGTH = "ranking_length"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """One model for all languages; sets the intent and a ranking with calibrated confidences."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Length of the ranking handed on with each message."""
        return {RANKING_LENGTH: 10}

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> TopicClassifier:
        return cls(config, model_storage, resource, LinearTextModel())

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearTextModel) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        texts = [normalise(message.get(TEXT)) for message in examples]
        # What a story tells in several sentences is learned from each of them as well.
        self._model.fit(texts, [message.get(INTENT) for message in examples], [sentences(text) for text in texts])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        text = normalise(message.get(TEXT) or "")
        if not text or not self._model.labels:
            message.set(INTENT, {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            return
        chances = self._model.probabilities(text)
        best = chances.argsort()[::-1][: self._config[RANKING_LENGTH]]
        ranking = [{INTENT_NAME_KEY: self._model.labels[i], PREDICTED_CONFIDENCE_KEY: float(chances[i])} for i in best]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearTextModel.load(Path(folder)))
