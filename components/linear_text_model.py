"""A linear text classifier: character and word n-grams weighted by TF-IDF, a support vector machine, calibrated.

scikit-learn does the work; this module joins the parts and stores them as arrays and JSON instead of a pickle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

Floats = npt.NDArray[np.float32]


class LinearTextModel:
    """Labels for short texts, with probabilities.

    Args:
        characters: shortest and longest character n-gram.
        words: shortest and longest word n-gram, or None to leave words out.
        min_df: an n-gram seen in fewer training texts than this is left out.
        penalty: inverse of the regularisation strength of the support vector machine.
    """

    def __init__(
        self,
        *,
        characters: tuple[int, int] = (1, 5),
        words: tuple[int, int] | None = (1, 2),
        min_df: int = 2,
        penalty: float = 0.5,
    ) -> None:
        self._settings = {
            "characters": list(characters),
            "words": list(words) if words else None,
            "min_df": min_df,
            "penalty": penalty,
        }
        self._vectorizers = [_vectorizer("char_wb", characters, min_df)]
        if words:
            self._vectorizers.append(_vectorizer("word", words, min_df))
        self._coefficients = np.zeros((0, 0), dtype=np.float32)  # classes x features
        self._intercepts = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0
        self.labels: list[str] = []

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Learn from texts and their labels, then calibrate by threefold cross-validation (temperature scaling)."""
        features = self._join([vectorizer.fit_transform(texts) for vectorizer in self._vectorizers])
        machine = LinearSVC(C=float(self._settings["penalty"]), dual=True, tol=1e-3, random_state=7)  # type: ignore[arg-type]
        machine.fit(features, labels)
        self.labels = [str(label) for label in machine.classes_]
        two = len(self.labels) == 2  # scikit-learn keeps one row for two classes
        self._coefficients = np.vstack([-machine.coef_, machine.coef_] if two else [machine.coef_]).astype(np.float32)
        self._intercepts = np.concatenate([-machine.intercept_, machine.intercept_] if two else [machine.intercept_]).astype(
            np.float32
        )
        self._temperature = self._calibrate(features, labels)

    def _calibrate(self, features: csr_matrix, labels: Sequence[str]) -> float:
        """The temperature under which cross-validated probabilities have the least log loss (Guo et al. 2017)."""
        counts = {label: list(labels).count(label) for label in self.labels}
        if min(counts.values()) < 3:
            return 1.0
        folds = StratifiedKFold(3, shuffle=True, random_state=7)
        machine = LinearSVC(C=float(self._settings["penalty"]), dual=True, tol=1e-2, random_state=7)  # type: ignore[arg-type]
        scores = cross_val_predict(machine, features, labels, cv=folds, method="decision_function", n_jobs=2)
        scores = np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
        truth = np.array([self.labels.index(label) for label in labels])

        def log_loss(temperature: float) -> float:
            chances = _softmax(scores / temperature)
            return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

        return float(minimize_scalar(log_loss, bounds=(0.02, 5.0), method="bounded").x)

    def probabilities(self, text: str) -> Floats:
        """Chances of the labels, in the order of `labels`; they add up to 1."""
        features = self._join([vectorizer.transform([text]) for vectorizer in self._vectorizers])
        # Only the columns of the n-grams that occur are multiplied: some hundred of many ten thousands.
        scores = self._coefficients[:, features.indices].astype(np.float32) @ features.data + self._intercepts
        return np.asarray(_softmax(scores[np.newaxis, :] / self._temperature)[0])

    @staticmethod
    def _join(parts: list[csr_matrix]) -> csr_matrix:
        return csr_matrix(hstack(parts)) if len(parts) > 1 else csr_matrix(parts[0])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        vocabularies = [sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get) for vectorizer in self._vectorizers]
        (folder / "model.json").write_text(
            json.dumps(
                {
                    "settings": self._settings,
                    "labels": self.labels,
                    "temperature": self._temperature,
                    "vocabularies": vocabularies,
                },
                ensure_ascii=False,
            ),
            encoding="utf-8",
        )
        arrays = {f"idf{number}": vectorizer.idf_.astype(np.float32) for number, vectorizer in enumerate(self._vectorizers)}
        np.savez_compressed(
            folder / "model.npz", coefficients=self._coefficients.astype(np.float16), intercepts=self._intercepts, **arrays
        )

    @classmethod
    def load(cls, folder: Path) -> LinearTextModel:
        """Read what `save` wrote. Coefficients are stored in half precision."""
        kept: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        settings = kept["settings"]
        words = tuple(settings["words"]) if settings["words"] else None
        model = cls(characters=tuple(settings["characters"]), words=words, min_df=settings["min_df"], penalty=settings["penalty"])
        arrays = np.load(folder / "model.npz", allow_pickle=False)
        for number, (vectorizer, vocabulary) in enumerate(zip(model._vectorizers, kept["vocabularies"], strict=False)):
            vectorizer.vocabulary_ = {ngram: index for index, ngram in enumerate(vocabulary)}
            vectorizer.idf_ = arrays[f"idf{number}"]
        # Column-major: a lookup reads whole columns.
        model._coefficients = np.asfortranarray(arrays["coefficients"].astype(np.float32))
        model._intercepts = arrays["intercepts"]
        model._temperature, model.labels = kept["temperature"], kept["labels"]
        return model


def _vectorizer(analyzer: str, ngrams: tuple[int, int], min_df: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=ngrams,
        min_df=min_df,
        sublinear_tf=True,
        lowercase=False,
        token_pattern=r"(?u)\S+",  # noqa: S106 (an expression)
        dtype=np.float32,
    )


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
