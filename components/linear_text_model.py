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
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

from components.normalisation import consonants

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Reading = Callable[[str], str]
_THREADS = 2
_FRAGMENT_WEIGHT = 0.4  # of a part of a text, beside the whole text: docs/decisions/0002-linear-classifier.md
_CONSONANT_CHARACTERS = (2, 4)
_NEGLIGIBLE = 0.006  # smaller coefficients decide nothing and are a third of the file
_LEAST_TO_CALIBRATE = 5  # texts in each class
# Of the texts of other classes each class learns from a sample and from those most like it.
_SAMPLED_SHARE, _HARDEST_SHARE, _LEAST_OTHERS = 0.08, 0.15, 5000
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
        characters: tuple[int, int] = (2, 4),
        words: tuple[int, int] = (1, 2),
        bits: int = 18,
        penalty: float = 0.3,
        consonant_weight: float = 0.7,
    ) -> None:
        self._penalty = penalty
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
        names, classes = np.unique(np.asarray(labels), return_inverse=True)
        readings = self._readings([text for group in pieces for text in group])
        features = _joined([view.fit_transform(readings[view.reading]) for view in self._views])
        lesson = _Lesson(features, classes[owner], weights, self._penalty)
        half = np.isin(owner, _half(classes))
        lesson.choose_others(half)
        if np.bincount(classes).min() >= _LEAST_TO_CALIBRATE:
            # What was learned from one half is asked about the other. Having seen less, it is a little less sure: the safe side.
            self._temperature = lesson.temperature(lesson.machines(half), ~half & (weights == 1.0))
        coefficients, self._intercepts = lesson.machines(np.ones(len(owner), dtype=bool))
        self.labels = [str(name) for name in names]
        coefficients[np.abs(coefficients) < _NEGLIGIBLE] = 0.0
        self._coefficients = np.asfortranarray(coefficients.T.astype(np.float16))

    def _readings(self, texts: Sequence[str]) -> dict[Reading, list[str]]:
        """The texts under each way of reading a word that a view uses; each word is read once."""
        words = {word for text in texts for word in text.split()}
        found = {}
        for reading in {view.reading for view in self._views}:
            read = {word: reading(word) for word in words}
            found[reading] = [" ".join(read[word] for word in text.split()) for text in texts]
        return found

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Chances of the labels: a row for each text, in the order of `labels`; each row adds up to 1."""
        scores = np.tile(self._intercepts, (len(texts), 1))
        readings = self._readings(texts)
        first_column = 0
        for view in self._views:
            rows = view.transform(readings[view.reading])
            # Only the columns of the n-grams that occur are multiplied, some hundred of many hundred thousands; parts of a
            # text share them with the whole.
            columns, numbers = np.unique(rows.indices, return_inverse=True)
            rows = csr_matrix((rows.data, numbers, rows.indptr), shape=(len(texts), len(columns)))
            scores += rows @ self._coefficients[:, columns + first_column].astype(np.float32).T
            first_column += view.columns
        return _softmax(scores / self._temperature)

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
        reading: how each word is read; the methods take texts read so.
    """

    def __init__(self, analyzer: str, ngrams: tuple[int, int], bits: int, reading: Reading = str, weight: float = 1.0) -> None:
        self.columns, self.reading, self._weight = 2**bits, reading, weight
        self._hasher = HashingVectorizer(
            analyzer=analyzer,
            ngram_range=ngrams,
            n_features=self.columns,
            norm=None,
            alternate_sign=False,
            lowercase=False,
            token_pattern=r"(?u)\S+",  # noqa: S106 (an expression)
            dtype=np.float32,
        )
        self.idf: Floats = np.ones(0, dtype=np.float32)

    def counts(self, texts: Sequence[str]) -> csr_matrix:
        """How often each n-gram stands in each text; for many texts."""
        if self._hasher.analyzer == "word":
            return self._hasher.transform(texts)
        # N-grams of characters stay within a word: those of a text are those of its words, most of which come again and again.
        words = CountVectorizer(analyzer=str.split, dtype=np.float32)
        return words.fit_transform(texts) @ self._hasher.transform(words.get_feature_names_out())

    def fit_transform(self, texts: Sequence[str]) -> csr_matrix:
        """Learn how rare each n-gram is; the texts as weighted rows."""
        weighting = TfidfTransformer(sublinear_tf=True)
        rows = weighting.fit_transform(self.counts(texts))
        self.idf = weighting.idf_.astype(np.float32)
        return csr_matrix(rows * self._weight, dtype=np.float32)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """The texts as weighted rows. TfidfTransformer would build a matrix of all columns for it; this is the same."""
        rows = self._hasher.transform(texts)
        rows.data = (np.log(rows.data) + 1.0) * self.idf[rows.indices]
        for start, end in pairwise(rows.indptr):
            rows.data[start:end] *= self._weight / (np.sqrt(np.square(rows.data[start:end]).sum()) or 1.0)
        return rows


class _Lesson:
    """Texts as rows, each of a class; from it support vector machines learn, one for each class against the others.

    Most texts are plainly not of a class and teach its machine nothing. So each machine learns from a sample of them and
    from those that a first machine holds to be most like its class: docs/decisions/0002-linear-classifier.md.
    """

    def __init__(self, features: csr_matrix, classes: Integers, weights: Floats, penalty: float) -> None:
        self._features, self._classes, self._weights, self._penalty = features, classes, weights, penalty
        self._count = int(classes.max()) + 1
        self._others = np.ones((len(classes), 1), dtype=bool)  # rows x classes, or x 1 when all learn from all

    def choose_others(self, rows: Flags) -> None:
        """Choose whom each class learns from, by first machines that know a sample of `rows`."""
        sampled, hardest = int(len(rows) * _SAMPLED_SHARE), int(len(rows) * _HARDEST_SHARE)
        if hardest < _LEAST_OTHERS:
            return
        sample = np.zeros(len(rows), dtype=bool)
        sample[np.random.default_rng(7).permutation(len(rows))[:sampled]] = True
        self._others = sample[:, np.newaxis]
        scores = self._scores(self.machines(rows))
        least = np.partition(scores, -hardest, axis=0)[-hardest]
        self._others = self._others | (scores >= least)

    def machines(self, rows: Flags) -> tuple[Floats, Floats]:
        """Coefficients (columns x classes) and intercepts, learned from those rows in several threads."""
        coefficients = np.zeros((self._features.shape[1], self._count), dtype=np.float32)
        intercepts = np.zeros(self._count, dtype=np.float32)

        def train(label: int) -> None:
            others = self._others[:, label % self._others.shape[1]]
            chosen = np.flatnonzero(rows & (others | (self._classes == label)))
            machine = LinearSVC(C=self._penalty, dual=True, tol=0.2, max_iter=300, random_state=7)
            machine.fit(self._features[chosen], self._classes[chosen] == label, sample_weight=self._weights[chosen])
            coefficients[:, label], intercepts[label] = machine.coef_[0], machine.intercept_[0]

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(train, range(self._count)))
        return coefficients, intercepts

    def _scores(self, machines: tuple[Floats, Floats], rows: Flags | None = None) -> Floats:
        """What the machines say of rows: rows x classes."""
        coefficients, intercepts = machines
        chosen = np.flatnonzero(rows) if rows is not None else np.arange(len(self._classes))
        parts = [self._features[part].astype(np.float32) for part in np.array_split(chosen, _PARTS_TO_SCORE)]
        with ThreadPoolExecutor(_THREADS) as pool:
            return np.vstack(list(pool.map(lambda part: part @ coefficients + intercepts, parts)))

    def temperature(self, machines: tuple[Floats, Floats], unseen: Flags) -> float:
        """The temperature under which the probabilities of unseen rows have the least log loss (Guo et al. 2017)."""
        scores, truth = self._scores(machines, unseen), self._classes[unseen]

        def log_loss(temperature: float) -> float:
            chances = _softmax(scores / temperature)
            return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

        return float(minimize_scalar(log_loss, bounds=(0.02, 5.0), method="bounded").x)


def _half(classes: Integers) -> Integers:
    """The numbers of half of the texts, with half of each class; of all texts where a class has but one."""
    if np.bincount(classes).min() < 2:
        return np.arange(len(classes))
    return np.asarray(train_test_split(np.arange(len(classes)), test_size=0.5, stratify=classes, random_state=7)[0])


def _joined(parts: list[csr_matrix]) -> csr_matrix:
    """The parts side by side, in the very form that scikit-learn trains on: it would mend another in place, in each thread."""
    joined = csr_matrix(hstack(parts), dtype=np.float64)
    joined.sum_duplicates()
    return joined


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
