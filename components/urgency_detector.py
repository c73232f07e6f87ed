"""Tells whether a message speaks of danger, and by what it was seen.

A classifier and a lexicon together (data/urgency/<language>.yml): nothing learned decides a matter of safety
alone, and neither does a list of words. The result only ever adds help: emergency numbers before the
answer and a case for an operator. It never takes an answer away.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.normalisation import main_script, normalise
from components.topic_classifier import LOUDEST, SECOND_TOPIC, SENTENCE, WINDOW
from safar.languages import languages
from safar.settings import ROOT
from safar.topics import OUT_OF_SCOPE, catalogue

URGENCY = "urgency"
# Chance of any urgent topic from which the classifier is believed alone, with a hint, and with a sure phrase.
ALONE, WITH_HINT, WITH_SURE = "alone", "with_hint", "with_sure"
SHORT_ALONE = "short_alone"  # alone, for a short message: it names its danger, while a long one may only hint at it
# The same of one part of the message: of a sentence, of any six words in a row, and of either with a sure phrase in the message.
IN_SENTENCE, IN_WINDOW, IN_PART_WITH_SURE = "in_sentence", "in_window", "in_part_with_sure"
# The same of a message taken for idle talk, whatever the lexicon found: danger told in everyday words sounds like it.
IDLE, IDLE_SENTENCE, IDLE_WINDOW = "idle", "idle_sentence", "idle_window"
_AT_WORK, _AT_HOME, _BY_EMPLOYER = ("work", "complaints"), "domestic_violence", "violence_at_work"
_SHORT = 4  # characters
_MOST_WORDS, _MOST_CHARACTERS = 8, 60  # of a short message; characters for languages without spaces
_KEY = 2  # characters of a phrase's beginning by which it is looked up
_GAP = r"(?:\s+\S+){0,3}\s+"
# Where a phrase may begin: at the beginning of a word; in Burmese, which is written without spaces, anywhere.
_BEGINNING = re.compile(r"(?<!\w)\w|[\u1000-\u109f]")


class _Phrases:
    """Finds any of many phrases in a text, at a cost that does not grow with their number.

    A phrase may be followed by endings, so that only its beginning must be a word's beginning; a very short one must be a
    whole word ("war" is not "warung"). "..." stands for up to three words in between.
    """

    def __init__(self, phrases: list[str]) -> None:
        expressions: defaultdict[str, list[str]] = defaultdict(list)
        for phrase in sorted(phrases, key=len, reverse=True):
            halves = [re.escape(normalise(half)).replace(r"\ ", r"\s+") for half in phrase.split("...")]
            whole = r"(?!\w)" if len(phrase) <= _SHORT and main_script(phrase) != "Mymr" else ""
            expressions[normalise(phrase)[:_KEY]].append(_GAP.join(halves) + whole)
        self._by_key = {key: re.compile("|".join(listed)) for key, listed in expressions.items()}

    def find(self, text: str) -> list[str]:
        found = []
        for beginning in _BEGINNING.finditer(text):
            at = beginning.start()
            pattern = self._by_key.get(text[at : at + _KEY])
            match = pattern.match(text, at) if pattern else None
            if match:
                found.append(match[0])
        return list(dict.fromkeys(found))


class UrgencyLexicon:
    """The phrases of all languages together: people mix languages most when it matters most."""

    def __init__(self, folder: Path = ROOT / "data" / "urgency") -> None:
        phrases: dict[str, list[str]] = {"sure": [], "hint": []}
        for code in languages():
            path = folder / f"{code}.yml"
            if path.exists():
                content = yaml.safe_load(path.read_text(encoding="utf-8"))
                for strength in phrases:
                    phrases[strength] += content.get(strength) or []
        self._phrases = {strength: _Phrases(listed) for strength, listed in phrases.items()}

    def find(self, text: str) -> dict[str, list[str]]:
        """The phrases found in a normalised text, by strength (`sure`, `hint`)."""
        return {strength: phrases.find(text) for strength, phrases in self._phrases.items()}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class UrgencyDetector(GraphComponent):
    """Adds `urgency` to a message: `{urgent, score, evidence}`. Comes after the topic classifier."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Least chance (0 to 1) that the topic is an urgent one, by what the lexicon found.

        Set for recall: a call too many costs an operator a minute, a call too few may cost a life (docs/quality.md).
        """
        whole = {ALONE: 0.08, SHORT_ALONE: 0.4, WITH_HINT: 0.05, WITH_SURE: 0.03}
        parts = {IN_SENTENCE: 0.95, IN_WINDOW: 0.99, IN_PART_WITH_SURE: 0.8}
        return {**whole, **parts, IDLE: 0.02, IDLE_SENTENCE: 0.7, IDLE_WINDOW: 0.9}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> UrgencyDetector:
        return cls(config, UrgencyLexicon())

    def __init__(self, config: dict[str, Any], lexicon: UrgencyLexicon) -> None:
        self._config, self._lexicon = config, lexicon
        self._urgent = catalogue().urgent

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            judged, cry = self.judge(message.get(TEXT) or "", ranking, message.get(LOUDEST) or {})
            message.set(URGENCY, judged, add_to_output=True)
            if cry:  # told beside something else: it is answered as well
                message.set(SECOND_TOPIC, self._topic_of(cry, ranking[0][INTENT_NAME_KEY]), add_to_output=True)
        return messages

    @staticmethod
    def _topic_of(cry: dict[str, Any], first: str) -> dict[str, Any]:
        """The topic to answer. "He beats me" alone is said of husbands; beside unpaid wages "he" is the employer."""
        topic = catalogue().topics.get(first)
        at_work = topic is not None and topic.group in _AT_WORK and cry[INTENT_NAME_KEY] == _AT_HOME
        return {INTENT_NAME_KEY: _BY_EMPLOYER if at_work else cry[INTENT_NAME_KEY], PREDICTED_CONFIDENCE_KEY: cry["score"]}

    def judge(
        self, text: str, ranking: list[dict[str, Any]], loudest: dict[str, dict[str, Any] | None] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Judge one message.

        Danger told beside another problem ("he does not pay me, and he beats me") is a small part of the whole, so that the
        part that speaks most of danger counts as well.

        Args:
            ranking: what the classifier thinks of the whole, best first.
            loudest: by kind, the part that speaks most of danger (`TopicClassifier`).

        Returns:
            `urgent`; `score`, the chance that the topic is an urgent one; `evidence`, what an operator is shown; `sure`, whether
            a phrase was found that hardly anybody says without danger. Then the part in which danger was heard, when the topic of
            the whole is another.
        """
        score = sum(entry[PREDICTED_CONFIDENCE_KEY] for entry in ranking if entry[INTENT_NAME_KEY] in self._urgent)
        found = self._lexicon.find(normalise(text))
        alone = SHORT_ALONE if len(text) <= _MOST_CHARACTERS and len(text.split()) <= _MOST_WORDS else ALONE
        first = ranking[0][INTENT_NAME_KEY] if ranking else None
        is_idle = first == OUT_OF_SCOPE
        needed = self._config[IDLE if is_idle else WITH_SURE if found["sure"] else WITH_HINT if found["hint"] else alone]
        cry = None if first in self._urgent else self._cry(loudest or {}, is_idle=is_idle, is_sure=bool(found["sure"]))
        urgent = bool(score >= needed or cry)
        evidence = [f"“{phrase}”" for phrase in [*found["sure"], *found["hint"]]]
        likely = [
            entry for entry in ranking if entry[INTENT_NAME_KEY] in self._urgent and entry[PREDICTED_CONFIDENCE_KEY] >= 0.05
        ]
        evidence += [f"{entry[INTENT_NAME_KEY]} {entry[PREDICTED_CONFIDENCE_KEY]:.0%}" for entry in likely]
        if cry:
            score = max(score, cry["score"])
            evidence.append(f"{cry[INTENT_NAME_KEY]} {cry['score']:.0%}: {cry['text']}")
        judged = {
            "urgent": urgent,
            "score": round(float(score), 4),
            "evidence": evidence if urgent else [],
            "sure": bool(found["sure"]),
        }
        return judged, cry

    def _cry(self, loudest: dict[str, dict[str, Any] | None], *, is_idle: bool, is_sure: bool) -> dict[str, Any] | None:
        """The part of a message in which danger is heard, or None."""
        for kind, alone, idle in ((SENTENCE, IN_SENTENCE, IDLE_SENTENCE), (WINDOW, IN_WINDOW, IDLE_WINDOW)):
            part = loudest.get(kind)
            needed = [self._config[alone]]
            needed += [self._config[idle]] if is_idle else []
            needed += [self._config[IN_PART_WITH_SURE]] if is_sure else []
            if part and part["score"] >= min(needed):
                return part
        return None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> UrgencyDetector:
        return cls.create(config, model_storage, resource, execution_context)
