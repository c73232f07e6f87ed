"""Recognises the topic of a message: the Rasa component around the linear text model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import frames, sentences, topic_model
from components.frames import FRAMES
from components.learned_component import LearnedComponent
from components.normalisation import normalise
from components.sentences import cries, parts, windows
from components.text_features import Floats
from safar.topics import OUT_OF_SCOPE, catalogue

RANKING_LENGTH = "ranking_length"
SECOND_TOPIC = "second_topic"
LOUDEST, SENTENCE, WINDOW = "loudest", "sentence", "window"
SECOND_FROM = "second_from"
_SHARE_OF_PART = 0.7  # of a part's own chances, beside those of the whole message
_MOST_PARTS, _MOST_CRIES, _MOST_WINDOWS = 8, 16, 30
_SENTENCES_OF_A_STORY = 3  # and more; of two, both together are the whole message
_LOUD = 0.5  # less is believed of no part, whatever stands beside it
_FEWEST_LETTERS = 3  # of a message about a topic: "ok", "ha" and "no" are answers, "ar" is the name of a language
# Whoever works in a household says so, whatever they ask.
_ASKED_BESIDE = {*catalogue().topics} - {"domestic_worker_rights"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(LearnedComponent, IntentClassifier):
    """One model for all languages; sets the intent, a ranking with calibrated confidences, and `second_topic`.

    People often tell two problems at once. `second_topic` is `{name, confidence}` when one part of the message speaks
    clearly of another topic than the whole, else None. The confidence of the first is then that of the two together.
    `loudest` is for the urgency detector: the sentence, and the run of six words, that speak most of danger. Torn from
    a story many a harmless sentence sounds like danger: there it counts for as much as it does beside the one before or after.
    """

    lessons: ClassVar[ModuleType] = topic_model
    also_made_of: ClassVar[Sequence[Path]] = (Path(frames.__file__), Path(sentences.__file__), *sorted(FRAMES.glob("*.yml")))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Length of the ranking handed on with each message; least chance of a second topic (docs/quality.md)."""
        return {RANKING_LENGTH: 10, SECOND_FROM: 0.65}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        text = normalise(message.get(TEXT) or "")
        if not text or not self._model.labels:
            message.set(INTENT, {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            message.set(SECOND_TOPIC, None, add_to_output=True)
            return
        own, spoken, runs = parts(text)[:_MOST_PARTS], cries(text)[:_MOST_CRIES], windows(text)[:_MOST_WINDOWS]
        every = list(dict.fromkeys([text, *own, *spoken, *runs]))
        of = dict(zip(every, self._model.probabilities(every), strict=True))
        chances = of[text] if sum(map(str.isalpha, text)) >= _FEWEST_LETTERS else self._without_topics(of[text])
        best = chances.argsort()[::-1][: self._config[RANKING_LENGTH]]
        ranking = [{INTENT_NAME_KEY: self._model.labels[i], PREDICTED_CONFIDENCE_KEY: float(chances[i])} for i in best]
        second = self._second_topic(chances, np.array([of[piece] for piece in own]))
        if second:
            # Two topics share the chances of the whole; both are answered, so it is no doubt which of them is meant.
            ranking[0][PREDICTED_CONFIDENCE_KEY] += float(chances[self._model.labels.index(second[INTENT_NAME_KEY])])
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(SECOND_TOPIC, second, add_to_output=True)
        message.set(
            LOUDEST,
            {SENTENCE: self._loudest(spoken, of, in_story=len(spoken) >= _SENTENCES_OF_A_STORY), WINDOW: self._loudest(runs, of)},
        )

    def _loudest(self, pieces: list[str], of: dict[str, Floats], *, in_story: bool = False) -> dict[str, Any] | None:
        """The part of a message that speaks most of danger: `text`, `name` of the urgent topic, `score` of all urgent ones.

        Args:
            of: the chances of the labels, for all pieces.
            in_story: whether each piece counts for no more than together with the one before or after it.
        """
        urgent = self._urgent
        if not pieces or not urgent:
            return None
        scores = np.array([of[piece][urgent].sum() for piece in pieces])
        if in_story and scores.max() >= _LOUD:
            pairs = self._model.probabilities([" ".join(pair) for pair in pairwise(pieces)])[:, urgent].sum(axis=1)
            beside = np.array([0.0, *pairs, 0.0])
            scores = np.minimum(scores, np.maximum(beside[:-1], beside[1:]))
        loudest = pieces[int(scores.argmax())]
        name = self._model.labels[max(urgent, key=lambda number: of[loudest][number])]
        return {"text": loudest, INTENT_NAME_KEY: name, "score": float(scores.max())}

    @cached_property
    def _urgent(self) -> list[int]:
        """The numbers of the labels of danger, once there is a model."""
        urgent = catalogue().urgent
        return [number for number, label in enumerate(self._model.labels) if label in urgent]

    def _without_topics(self, chances: Floats) -> Floats:
        """The chances of what a message of hardly any letters may be: an answer or a greeting, neither a topic nor idle talk."""
        topics = {*catalogue().topics, OUT_OF_SCOPE}
        left = chances * np.array([label not in topics for label in self._model.labels])
        return np.asarray(left / (left.sum() or 1.0))

    def _second_topic(self, chances: Floats, own: Floats) -> dict[str, Any] | None:
        """The other topic that one part of the message speaks of, while another part speaks of the first.

        Args:
            chances: of the whole message, a number for each label.
            own: those of its parts, parts x labels.
        """
        first = int(chances.argmax())
        topics = catalogue().topics
        if self._model.labels[first] not in topics or len(own) < 2:
            return None
        others = np.array([label in _ASKED_BESIDE and index != first for index, label in enumerate(self._model.labels)])
        scores = (own * _SHARE_OF_PART + chances * (1 - _SHARE_OF_PART)) * others
        part, second = np.unravel_index(int(scores.argmax()), scores.shape)
        first_elsewhere = np.delete(own[:, first], part).max()
        confidence = float(min(scores[part, second], first_elsewhere))
        if confidence < self._config[SECOND_FROM]:
            return None
        return {INTENT_NAME_KEY: self._model.labels[second], PREDICTED_CONFIDENCE_KEY: confidence}
