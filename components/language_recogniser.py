"""Recognises the language of a message among those that Safar speaks."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import language_model
from components.learned_component import LearnedComponent
from components.normalisation import main_script, normalise
from safar.languages import languages

CONFIDENT = "confident"
LANGUAGE = "language"
# Chance given to the language a person chose or wrote in before, ahead of what the message itself says.
_PRIOR_OF_CURRENT = 0.9


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LanguageRecogniser(LearnedComponent, EntityExtractorMixin):
    """Sets the entity `language`, from which Rasa fills the slot of that name.

    First the script: only languages written in the message's script are candidates. Among these a linear
    model of character n-grams decides, together with the language of the conversation (`metadata.language`).
    A message without letters, or one that could be either, leaves the language as it is.
    """

    lessons: ClassVar[ModuleType] = language_model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The least chance to change the language of a conversation."""
        return {CONFIDENT: 0.8}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            metadata = message.get("metadata")
            current = metadata.get(LANGUAGE) if isinstance(metadata, dict) else None
            found = self.recognise(message.get(TEXT) or "", current)
            message.set(LANGUAGE, found, add_to_output=True)
            if found["name"]:
                entity = {"entity": LANGUAGE, "value": found["name"], "start": 0, "end": 0, "confidence": found["confidence"]}
                entities = self.add_extractor_name([entity])
                message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def recognise(self, text: str, current: str | None) -> dict[str, Any]:
        """Name the language of a text.

        Args:
            current: the language of the conversation so far, or None at its beginning.

        Returns:
            `name` (the language to answer in, or None to leave it as it is) and `confidence` from 0 to 1.
        """
        known = languages()
        current = current if current in known else None
        script = main_script(text)
        candidates = [code for code, entry in known.items() if script in entry.scripts]
        if not candidates:
            return {"name": current, "confidence": 0.0}
        if len(candidates) == 1:
            return {"name": candidates[0], "confidence": 1.0}
        chances = self._model.probabilities([normalise(text)])[0]
        prior = np.array([self._prior(code, candidates, current) for code in self._model.labels])
        chances = chances * prior
        chances /= chances.sum() or 1.0
        best = int(chances.argmax())
        name, confidence = self._model.labels[best], float(chances[best])
        sure = confidence >= self._config[CONFIDENT]
        return {"name": name if sure or current is None else current, "confidence": confidence}

    @staticmethod
    def _prior(code: str, candidates: list[str], current: str | None) -> float:
        if code not in candidates:
            return 0.0
        if current not in candidates:
            return 1.0 / len(candidates)
        return _PRIOR_OF_CURRENT if code == current else (1.0 - _PRIOR_OF_CURRENT) / max(len(candidates) - 1, 1)
