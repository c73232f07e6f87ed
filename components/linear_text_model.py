"""A linear text classifier: character and word n-grams weighted by TF-IDF, a support vector machine, calibrated.

scikit-learn does the work; this module joins the parts and stores them as arrays and JSON instead of a pickle.
N-grams are hashed: no vocabulary has to be kept, so that n-grams seen once may count and the model stays the same
size with every language. Texts are read twice, as written and as consonants in Latin letters (`consonants`), so that
what was learned from a language's own script also serves its romanised writing and the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
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

from components.normalisation import consonants

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
_THREADS = 2
_FRAGMENT_WEIGHT = 0.4  # of a part of a text, beside the whole text: docs/decisions/0002-linear-classifier.md
_CONSONANT_CHARACTERS = (2, 4)
_NEGLIGIBLE = 0.006  # smaller coefficients decide nothing and are a third of the file
_LEAST_TO_CALIBRATE = 5  # texts in each class
# Of the texts of other classes each class learns from a sample and from those most like it.
_SAMPLED_SHARE, _HARDEST_SHARE, _LEAST_OTHERS = 0.11, 0.15, 5000
_PARTS_TO_SCORE = 16


class LinearTextModel:
    """Labels for short texts, with probabilities.

    Args:
        characters: shortest and longest character n-gram.
        words: shortest and longest word n-gram.
        bits: character n-grams are hashed into 2**bits columns, word n-grams into a quarter of them.
        penalty: inverse of the regularisation strength of the support vector machine.
        consonant_weight: of the second reading of a text (`consonants`); 0 leaves it out.
    """

    def __init__(
        self,
        *,
        characters: tuple[int, int] = (1, 5),
        words: tuple[int, int] = (1, 2),
        bits: int = 18,
        penalty: float = 0.5,
        consonant_weight: float = 0.7,
    ) -> None:
        self._settings = {
            "characters": list(characters),
            "words": list(words),
            "bits": bits,
            "penalty": penalty,
            "consonant_weight": consonant_weight,
        }
        self._views = [_View("char_wb", characters, bits), _View("word", words, bits - 2)]
        if consonant_weight:
            self._views += [
                _View("char_wb", _CONSONANT_CHARACTERS, bits - 1, consonants, consonant_weight),
                _View("word", words, bits - 2, consonants, consonant_weight),
            ]
        self._coefficients = np.zeros((0, 0), dtype=np.float16)  # classes x columns
        self._intercepts = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0
        self.labels: list[str] = []

    def fit(self, texts: Sequence[str], labels: Sequence[str], fragments: Sequence[Sequence[str]] | None = None) -> None:
        """Learn from texts and their labels.

        Args:
            fragments: for each text, parts of it that count as lighter examples of the same label.
        """
        pieces = [[text, *parts] for text, parts in zip(texts, fragments or [()] * len(texts), strict=True)]
        owner = np.repeat(np.arange(len(texts)), [len(group) for group in pieces])
        weights = np.concatenate([[1.0] + [_FRAGMENT_WEIGHT] * (len(group) - 1) for group in pieces])
        features = _joined([view.fit_transform([text for group in pieces for text in group]) for view in self._views])
        names, classes = np.unique(np.asarray(labels), return_inverse=True)
        coefficients, self._intercepts = self._trained(features, classes[owner], weights)
        self._temperature = self._calibrated_temperature(features, classes, owner, weights)
        self.labels = [str(name) for name in names]
        coefficients[np.abs(coefficients) < _NEGLIGIBLE] = 0.0
        self._coefficients = np.asfortranarray(coefficients.astype(np.float16))

    def _trained(self, features: csr_matrix, classes: Integers, weights: Floats) -> tuple[Floats, Floats]:
        """Coefficients and intercepts of one machine for each class against all others, trained in several threads.

        Most texts are plainly not of a class and teach its machine nothing. So each machine first sees a sample of them,
        then that sample and those which it holds to be most like its class: docs/decisions/0002-linear-classifier.md.
        """
        count, rows = int(classes.max()) + 1, len(classes)
        sampled, hardest = (max(int(rows * share), _LEAST_OTHERS) for share in (_SAMPLED_SHARE, _HARDEST_SHARE))
        sample = np.zeros(rows, dtype=bool)
        sample[np.random.default_rng(7).permutation(rows)[:sampled]] = True
        coefficients = np.zeros((features.shape[1], count), dtype=np.float32)
        intercepts = np.zeros(count, dtype=np.float32)

        def train(label: int, others: npt.NDArray[np.bool_]) -> None:
            chosen = np.flatnonzero(others | (classes == label))
            machine = LinearSVC(C=self._settings["penalty"], dual=True, tol=0.1, max_iter=300, random_state=7)
            machine.fit(features[chosen], classes[chosen] == label, sample_weight=weights[chosen])
            coefficients[:, label], intercepts[label] = machine.coef_[0], machine.intercept_[0]

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(lambda label: train(label, sample), range(count)))
            if not sample.all():
                parts = [features[part].astype(np.float32) for part in np.array_split(np.arange(rows), _PARTS_TO_SCORE)]
                scores = np.vstack(list(pool.map(lambda part: part @ coefficients + intercepts, parts)))
                least = np.partition(scores, -hardest, axis=0)[-hardest]
                list(pool.map(lambda label: train(label, sample | (scores[:, label] >= least[label])), range(count)))
        return coefficients.T, intercepts

    def _calibrated_temperature(self, features: csr_matrix, classes: Integers, owner: Integers, weights: Floats) -> float:
        """The temperature under which unseen texts' probabilities have the least log loss (Guo et al. 2017).

        Another machine is trained for it on a part of the texts. Having seen less it is a little less sure: the safe side.
        """
        if np.bincount(classes).min() < _LEAST_TO_CALIBRATE:
            return 1.0
        seen, unseen = train_test_split(np.arange(len(classes)), test_size=0.5, stratify=classes, random_state=7)
        rows = np.isin(owner, seen)
        coefficients, intercepts = self._trained(features[rows], classes[owner][rows], weights[rows])
        whole = np.isin(owner, unseen) & (weights == 1.0)
        scores = features[whole] @ coefficients.T + intercepts
        truth = classes[owner[whole]]

        def log_loss(temperature: float) -> float:
            chances = _softmax(scores / temperature)
            return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

        return float(minimize_scalar(log_loss, bounds=(0.02, 5.0), method="bounded").x)

    def probabilities(self, text: str) -> Floats:
        """Chances of the labels, in the order of `labels`; they add up to 1."""
        scores = self._intercepts.copy()
        first_column = 0
        for view in self._views:
            columns, values = view.of_one(text)
            # Only the columns of the n-grams that occur are multiplied: some hundred of many hundred thousands.
            scores += self._coefficients[:, columns + first_column].astype(np.float32) @ values
            first_column += view.columns
        return np.asarray(_softmax(scores[np.newaxis, :] / self._temperature)[0])

    def save(self, folder: Path) -> None:
        """Write the model; coefficients are kept in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"settings": self._settings, "labels": self.labels, "temperature": self._temperature}
        (folder / "model.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        arrays = {f"idf{number}": view.idf for number, view in enumerate(self._views)}
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
        for number, view in enumerate(model._views):
            view.idf = arrays[f"idf{number}"]
        # Column-major: a lookup reads whole columns.
        model._coefficients = np.asfortranarray(arrays["coefficients"])
        model._intercepts = arrays["intercepts"]
        model._temperature, model.labels = kept["temperature"], kept["labels"]
        return model


class _View:
    """One way of reading a text: hashed n-grams weighted by sublinear TF-IDF, each text of length `weight`.

    Args:
        bits: n-grams are hashed into 2**bits columns.
        reading: applied to a text first.
    """

    def __init__(
        self, analyzer: str, ngrams: tuple[int, int], bits: int, reading: Callable[[str], str] | None = None, weight: float = 1.0
    ) -> None:
        self.columns, self._weight = 2**bits, weight
        self._hasher = HashingVectorizer(
            analyzer=analyzer,
            ngram_range=ngrams,
            n_features=self.columns,
            norm=None,
            alternate_sign=False,
            lowercase=False,
            preprocessor=reading,
            token_pattern=r"(?u)\S+",  # noqa: S106 (an expression)
            dtype=np.float32,
        )
        self.idf: Floats = np.ones(0, dtype=np.float32)

    def fit_transform(self, texts: Sequence[str]) -> csr_matrix:
        """Learn how rare each n-gram is; the texts as rows."""
        weighting = TfidfTransformer(sublinear_tf=True)
        rows = weighting.fit_transform(self._hasher.transform(texts))
        self.idf = weighting.idf_.astype(np.float32)
        return csr_matrix(rows * self._weight, dtype=np.float32)

    def of_one(self, text: str) -> tuple[Integers, Floats]:
        """Columns and values of one text. TfidfTransformer would build a matrix of all columns for it; this is the same."""
        counts = self._hasher.transform([text])
        values = (np.log(counts.data) + 1.0) * self.idf[counts.indices]
        values *= self._weight / (np.sqrt(np.square(values).sum()) or 1.0)
        return counts.indices, values.astype(np.float32)


def _joined(parts: list[csr_matrix]) -> csr_matrix:
    """The parts side by side, in the very form that scikit-learn trains on: it would mend another in place, in each thread."""
    joined = csr_matrix(hstack(parts), dtype=np.float64)
    joined.sum_duplicates()
    return joined


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
