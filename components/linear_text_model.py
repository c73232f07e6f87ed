"""A linear text classifier: character and word n-grams weighted by TF-IDF, a support vector machine, calibrated.

scikit-learn does the work; this module joins the parts and stores them as arrays and JSON instead of a pickle.
N-grams are hashed: no vocabulary has to be kept, so that n-grams seen once may count and the model stays the same
size with every language.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

Floats = npt.NDArray[np.float32]


class LinearTextModel:
    """Labels for short texts, with probabilities.

    Args:
        characters: shortest and longest character n-gram.
        words: shortest and longest word n-gram.
        bits: character n-grams are hashed into 2**bits columns, word n-grams into a quarter of them.
        penalty: inverse of the regularisation strength of the support vector machine.
    """

    def __init__(
        self,
        *,
        characters: tuple[int, int] = (1, 5),
        words: tuple[int, int] = (1, 2),
        bits: int = 18,
        penalty: float = 0.5,
    ) -> None:
        self._settings = {"characters": list(characters), "words": list(words), "bits": bits, "penalty": penalty}
        self._hashers = [_hasher("char_wb", characters, 2**bits), _hasher("word", words, 2 ** (bits - 2))]
        self._weights = [TfidfTransformer(sublinear_tf=True) for _ in self._hashers]
        self._coefficients = np.zeros((0, 0), dtype=np.float16)  # classes x columns
        self._intercepts = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0
        self.labels: list[str] = []

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Learn from texts and their labels.

        The machine is trained twice, at the same time: on everything, and on four fifths to calibrate on the last fifth.
        """
        counted = [hasher.transform(texts) for hasher in self._hashers]
        features = _joined([weights.fit_transform(part) for weights, part in zip(self._weights, counted, strict=True)])
        with ThreadPoolExecutor(2) as pool:
            temperature = pool.submit(self._calibrated_temperature, features, np.asarray(labels))
            machine = self._machine().fit(features, labels)
            self._temperature = temperature.result()
        self.labels = [str(label) for label in machine.classes_]
        two = len(self.labels) == 2  # scikit-learn keeps one row for two classes
        coefficients = np.vstack([-machine.coef_, machine.coef_]) if two else machine.coef_
        intercepts = np.concatenate([-machine.intercept_, machine.intercept_]) if two else machine.intercept_
        self._coefficients = np.asfortranarray(coefficients.astype(np.float16))
        self._intercepts = intercepts.astype(np.float32)

    def _machine(self) -> LinearSVC:
        return LinearSVC(C=self._settings["penalty"], dual=True, tol=0.1, max_iter=300, random_state=7)

    def _calibrated_temperature(self, features: csr_matrix, labels: npt.NDArray[Any]) -> float:
        """The temperature under which unseen texts' probabilities have the least log loss (Guo et al. 2017)."""
        names, counts = np.unique(labels, return_counts=True)
        if counts.min() < 5:
            return 1.0
        seen, unseen, seen_labels, unseen_labels = train_test_split(
            features, labels, test_size=0.2, stratify=labels, random_state=7
        )
        machine = self._machine().fit(seen, seen_labels)
        scores = machine.decision_function(unseen)
        scores = np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
        truth = np.searchsorted(names, unseen_labels)

        def log_loss(temperature: float) -> float:
            chances = _softmax(scores / temperature)
            return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

        return float(minimize_scalar(log_loss, bounds=(0.02, 5.0), method="bounded").x)

    def probabilities(self, text: str) -> Floats:
        """Chances of the labels, in the order of `labels`; they add up to 1."""
        scores = self._intercepts.copy()
        first_column = 0
        for hasher, weights in zip(self._hashers, self._weights, strict=True):
            counts = hasher.transform([text])
            # TfidfTransformer would build a matrix of all columns for each text; of one row this is the same.
            values = (np.log(counts.data) + 1.0) * weights.idf_[counts.indices]
            values /= np.sqrt(np.square(values).sum()) or 1.0
            # Only the columns of the n-grams that occur are multiplied: some hundred of many hundred thousands.
            scores += self._coefficients[:, counts.indices + first_column].astype(np.float32) @ values.astype(np.float32)
            first_column += counts.shape[1]
        return np.asarray(_softmax(scores[np.newaxis, :] / self._temperature)[0])

    def save(self, folder: Path) -> None:
        """Write the model; coefficients are kept in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"settings": self._settings, "labels": self.labels, "temperature": self._temperature}
        (folder / "model.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        arrays = {f"idf{number}": weights.idf_.astype(np.float32) for number, weights in enumerate(self._weights)}
        np.savez_compressed(folder / "model.npz", coefficients=self._coefficients, intercepts=self._intercepts, **arrays)

    @classmethod
    def load(cls, folder: Path) -> LinearTextModel:
        """Read what `save` wrote."""
        kept: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept["settings"].items()
        }
        model = cls(**settings)
        arrays = np.load(folder / "model.npz", allow_pickle=False)
        for number, weights in enumerate(model._weights):
            weights.idf_ = arrays[f"idf{number}"]
        # Column-major: a lookup reads whole columns.
        model._coefficients = np.asfortranarray(arrays["coefficients"])
        model._intercepts = arrays["intercepts"]
        model._temperature, model.labels = kept["temperature"], kept["labels"]
        return model


def _hasher(analyzer: str, ngrams: tuple[int, int], columns: int) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=ngrams,
        n_features=columns,
        norm=None,
        alternate_sign=False,
        lowercase=False,
        token_pattern=r"(?u)\S+",  # noqa: S106 (an expression)
        dtype=np.float32,
    )


def _joined(parts: list[csr_matrix]) -> csr_matrix:
    return csr_matrix(hstack(parts), dtype=np.float32)


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
