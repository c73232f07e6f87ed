"""A linear text classifier: character and word n-grams weighted by TF-IDF, support vector machines, calibrated.

Stored as arrays and JSON instead of a pickle. N-grams are hashed: no vocabulary has to be kept, so that n-grams seen once may
count and the model stays the same size with every language. Texts are read twice, as written and as consonants in Latin letters
(`consonants`), so that what was learned from a language's own script also serves its romanised writing and the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.model_selection import train_test_split

from components.normalisation import consonants
from components.text_features import Floats, TextFeatures, View

Integers = npt.NDArray[np.int64]
_FRAGMENT_WEIGHT = 0.4  # of a part of a text, beside the whole text: docs/decisions/0002-linear-classifier.md
_CONSONANT_CHARACTERS = (2, 4)
_MOST_STEPS = 127  # from zero to the largest coefficient: what 8 bits hold
_LEAST_TO_CALIBRATE = 5  # texts in each class
_MOST_TO_CALIBRATE = 20_000  # texts: a temperature is one number


class LinearTextModel:
    """Labels for short texts, with probabilities.

    Args:
        characters: shortest and longest character n-gram.
        pairs: of words that follow one another, beside single words.
        bits: character n-grams are hashed into 2**bits columns, words and pairs into twice as many.
        penalty: inverse of the regularisation strength of the support vector machines.
        consonant_weight: of the second reading of a text (`consonants`); 0 leaves it out.
    """

    def __init__(
        self,
        *,
        characters: tuple[int, int] = (3, 4),
        pairs: bool = True,
        bits: int = 20,
        penalty: float = 0.4,
        consonant_weight: float = 0.7,
    ) -> None:
        self._penalty = penalty
        self._settings = {
            "characters": list(characters),
            "pairs": pairs,
            "bits": bits,
            "penalty": penalty,
            "consonant_weight": consonant_weight,
        }
        views = [View(bits, characters), View(bits + 1, pairs=pairs)]
        if consonant_weight:
            views += [
                View(bits - 2, _CONSONANT_CHARACTERS, reading=consonants, weight=consonant_weight),
                View(bits + 1, pairs=pairs, reading=consonants, weight=consonant_weight),
            ]
        self._features = TextFeatures(views)
        self._coefficients = np.zeros((0, 0), dtype=np.int8)  # columns x classes, in steps of `_step`
        self._step = 1.0
        self._intercepts = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0
        self.labels: list[str] = []

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        fragments: Sequence[Sequence[str]] | None = None,
        weights: Sequence[float] | None = None,
    ) -> None:
        """Learn from texts and their labels.

        Args:
            fragments: for each text, parts of it that count as lighter examples of the same label.
            weights: how much each text counts, above 0; 1 where not given.
        """
        from components.support_vector_machines import SupportVectorMachines  # compiles when imported: only training waits for it

        pieces = [[text, *parts] for text, parts in zip(texts, fragments or [()] * len(texts), strict=True)]
        owner = np.repeat(np.arange(len(texts)), [len(group) for group in pieces])
        whole = np.concatenate([[True] + [False] * (len(group) - 1) for group in pieces])
        costs = np.where(whole, 1.0, _FRAGMENT_WEIGHT) * (1.0 if weights is None else np.asarray(weights)[owner])
        names, of_texts = np.unique(np.asarray(labels), return_inverse=True)
        classes = of_texts[owner]
        rows = self._features.learn([text for group in pieces for text in group], whole)
        machines = SupportVectorMachines(rows, classes, len(names), self._penalty, costs)
        if np.bincount(of_texts).min() >= _LEAST_TO_CALIBRATE:
            # What was learned from one half is asked about the other. Having seen less, it is a little less sure: the safe side.
            half = np.isin(owner, _half(of_texts))
            machines.learn(np.flatnonzero(half))
            unseen = np.flatnonzero(~half & whole)
            unseen = unseen[:: -(-len(unseen) // _MOST_TO_CALIBRATE)]
            self._temperature = _temperature(machines.scores(unseen), classes[unseen])
        machines.learn(np.arange(len(owner)))
        self._coefficients, self._step = machines.coefficients(_MOST_STEPS)
        self._intercepts, self.labels = machines.intercepts, [str(name) for name in names]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Chances of the labels: a row for each text, in the order of `labels`; each row adds up to 1."""
        columns, weights = self._features.weights(texts)
        scores = weights @ (self._coefficients[columns] * np.float32(self._step)) + self._intercepts
        return _softmax(scores / self._temperature)

    def save(self, folder: Path) -> None:
        """Write the model."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"settings": self._settings, "labels": self.labels, "temperature": self._temperature, "step": self._step}
        (folder / "model.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        arrays: dict[str, npt.NDArray[Any]] = {"kept": self._features.kept, "idf": self._features.idf}
        arrays |= {"coefficients": self._coefficients, "intercepts": self._intercepts}
        # As numpy.savez_compressed, which cannot be told to take a third of the time for a tenth more bytes.
        with ZipFile(folder / "model.npz", "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.save(file, array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LinearTextModel:
        """Read what `save` wrote."""
        kept: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept["settings"].items()
        }
        model = cls(**settings)
        arrays = np.load(folder / "model.npz", allow_pickle=False)
        model._features.restore(arrays["kept"], arrays["idf"])
        model._coefficients, model._intercepts = arrays["coefficients"], arrays["intercepts"]
        model._temperature, model._step, model.labels = kept["temperature"], kept["step"], kept["labels"]
        return model


def _temperature(scores: Floats, truth: Integers) -> float:
    """The temperature under which the probabilities of unseen rows have the least log loss (Guo et al. 2017)."""

    def log_loss(temperature: float) -> float:
        chances = _softmax(scores / temperature)
        return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

    return float(minimize_scalar(log_loss, bounds=(0.02, 5.0), method="bounded").x)


def _half(classes: Integers) -> Integers:
    """The numbers of half of the texts, with half of each class."""
    return np.asarray(train_test_split(np.arange(len(classes)), test_size=0.5, stratify=classes, random_state=7)[0])


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
