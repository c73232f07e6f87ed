"""Texts as rows of hashed character and word n-grams, weighted by sublinear TF-IDF: scikit-learn's HashingVectorizer and
TfidfTransformer, several of them side by side (`tests/assistant/test_components.py` compares), in a fraction of the time.

Character n-grams stay within a word, so that those of a text are those of its words, most of which come again and again: each
word is cut and hashed once, in all texts of a training as in all parts of one message, and all words at once. Hashing needs no
vocabulary; columns whose n-grams were seen too seldom are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.signedinteger[Any]]
Hashes = npt.NDArray[np.uint64]
Reading = Callable[[str], str]
Token = str | tuple[str, str]
_LEAST_SEEN = 3  # of a column: docs/decisions/0042-training-in-a-minute.md
_MOST_REMEMBERED = 50_000  # words and pairs, some 15 MB
_TEXTS_AT_ONCE, _THREADS = 10_000, 2
_NO_LENGTH = 1e-9
# Of hashing: any large odd numbers serve (these are MurmurHash3's finaliser's); all arithmetic is modulo 2**64.
_BASE, _MIX = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


@dataclass(frozen=True)
class View:
    """One way of seeing a text, and the columns its n-grams are hashed into.

    Args:
        bits: n-grams are hashed into 2**bits columns.
        characters: shortest and longest n-gram of the characters of each word and of the spaces around it; None: words.
        pairs: of words, also two that follow one another.
        reading: how each word is read; a reading may make several of it, or none.
        weight: length of each row in this view's columns.
    """

    bits: int
    characters: tuple[int, int] | None = None
    pairs: bool = False
    reading: Reading = str
    weight: float = 1.0


class _Letters:
    """Words as one reading sees them, their letters one after the other with a space before each word and at the end."""

    def __init__(self, words: Sequence[str]) -> None:
        text = " ".join(["", *words, ""])
        self._codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        self._inside = self._codes != ord(" ")
        # Of each letter the word it belongs to, and of each space that of the letter after it.
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words)) + 1
        self._owners = np.repeat(np.arange(len(words)), lengths)

    def ngrams(self, shortest: int, longest: int) -> Iterator[tuple[Integers, Hashes]]:
        """Of each length the owners of the n-grams, ascending, and their hashes; a space is at an end of one, or in none."""
        hashes = np.zeros(len(self._codes) + 1, dtype=np.uint64)
        unbroken = self._inside
        for size in range(1, longest + 1):
            ends = self._codes[size - 1 :]
            hashes = hashes[: len(ends)] * _BASE + ends
            if size == 2:
                unbroken = self._inside[:-1] | self._inside[1:]
            elif size > 2:
                unbroken = unbroken[:-1] & self._inside[size - 2 : -1]
            if size >= shortest:
                starts = unbroken.nonzero()[0]
                yield self._owners[starts], hashes[starts]

    def words(self) -> tuple[Integers, Hashes]:
        """The owners of the whole words, ascending, and their hashes."""
        starts = (self._inside[1:] > self._inside[:-1]).nonzero()[0] + 1
        if not len(starts):
            return starts, np.zeros(0, dtype=np.uint64)
        lengths = np.append(starts[1:], len(self._codes)) - starts
        powers = np.full(lengths.max(), _BASE).cumprod()
        letters = self._codes[starts[0] :] * self._inside[starts[0] :]
        letters *= powers[np.arange(starts[0], len(self._codes)) - starts.repeat(lengths)]
        return self._owners[starts], np.add.reduceat(letters, starts - starts[0])


class _Tokens:
    """The different words of some texts and, if wanted, each pair of neighbouring words; how often each stands in each text."""

    def __init__(self, texts: Sequence[str], with_pairs: bool) -> None:  # noqa: FBT001
        split = [text.split() for text in texts]
        every = list(chain.from_iterable(split))
        numbers = {word: number for number, word in enumerate(dict.fromkeys(every))}
        found = np.fromiter(map(numbers.__getitem__, every), dtype=np.int64, count=len(every))
        lengths = np.array(list(map(len, split)), dtype=np.int64)
        owners = np.repeat(np.arange(len(texts)), lengths)
        self.words = list(numbers)
        neighbours = (owners[1:] == owners[:-1]) & with_pairs
        self.firsts, self.seconds = found[:-1][neighbours], found[1:][neighbours]
        # The words of each text, then its pairs.
        before = np.concatenate([[0], np.cumsum(lengths + np.maximum(lengths - 1, 0) * with_pairs)])
        first_word = np.cumsum(lengths) - lengths
        place = before[owners] + np.arange(len(found)) - first_word[owners]
        tokens = np.empty(before[-1], dtype=np.int64)
        tokens[place] = found
        tokens[(place + lengths[owners])[:-1][neighbours]] = np.arange(len(self.firsts)) + len(numbers)
        counts = np.ones(len(tokens), dtype=np.float32)
        self.in_texts = csr_matrix((counts, tokens, before), shape=(len(texts), len(numbers) + len(self.firsts)))


@dataclass(frozen=True)
class _Words:
    """Words as the columns of their n-grams (`sizes` of each word), and their keys in each view that has pairs: words x views."""

    columns: Integers
    sizes: Integers
    keys: Hashes


class TextFeatures:
    """Rows of all views side by side: 32-bit floats, the columns of a row in no order."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = list(views)
        self._bounds = np.cumsum([0, *(2**view.bits for view in views)])
        self._firsts = self._bounds[:-1].astype(np.int32)
        self._shifts = np.array([64 - view.bits for view in views], dtype=np.uint64)
        self._with_pairs = [number for number, view in enumerate(views) if view.pairs]
        self.restore(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))

    def restore(self, kept: Integers, idf: Floats) -> None:
        """Become what had learned this: the columns that are kept, in ascending order, and how rare their n-grams are."""
        self.kept, self.idf = kept, idf
        self._place = np.full(self._bounds[-1], -1, dtype=np.int32)
        self._place[kept] = np.arange(len(kept))
        self._kept_bounds = np.searchsorted(kept, self._bounds)
        self._remembered: dict[Token, Integers] = {}
        self._keys: dict[str, list[int]] = {}

    def learn(self, texts: Sequence[str], whole: Flags) -> csr_matrix:
        """Learn which n-grams count, and how rare each is; the texts as rows.

        Args:
            whole: which of the texts are no part or variant of another.
        """
        tokens = _Tokens(texts, bool(self._with_pairs))
        ngrams = self._ngrams(tokens, self._hashed(tokens.words))
        often = np.asarray(whole.astype(np.float32) @ tokens.in_texts)
        seen = np.bincount(ngrams.indices, np.repeat(often, np.diff(ngrams.indptr)))
        self.restore(np.flatnonzero(seen >= _LEAST_SEEN).astype(np.int32), self.idf)
        kept = self._kept_of(ngrams)
        with ThreadPoolExecutor(_THREADS) as pool:
            parts = np.linspace(0, len(texts), _THREADS + 1).astype(int)
            rows = vstack(list(pool.map(lambda part: tokens.in_texts[slice(*part)] @ kept, pairwise(parts))), format="csr")
        seen = np.bincount(rows.indices, minlength=len(self.kept))
        self.idf = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)  # as scikit-learn's TfidfTransformer
        with ThreadPoolExecutor(_THREADS) as pool:
            starts = range(0, len(texts), _TEXTS_AT_ONCE)
            list(pool.map(lambda start: self._weigh(rows, start, min(start + _TEXTS_AT_ONCE, len(texts))), starts))
        return rows

    def weights(self, texts: Sequence[str]) -> tuple[Integers, Floats]:
        """The rows of a few texts, all columns of which some occur: their numbers, ascending; texts x these columns.

        Words and pairs are remembered: most of the next message's are among them.
        """
        split = [text.split() for text in texts]
        tokens: list[list[Token]] = [[*words, *(pairwise(words) if self._with_pairs else ())] for words in split]
        numbers = {token: number for number, token in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
        places = self._recalled(list(numbers))
        sizes = np.array(list(map(len, places)), dtype=np.int64)
        columns, which = np.unique(np.concatenate([*places, np.zeros(0, dtype=np.int32)]), return_inverse=True)
        # For each token of each text, one after the other, where its columns stand in `which`.
        found = np.fromiter(map(numbers.__getitem__, chain.from_iterable(tokens)), dtype=np.int64)
        lengths = sizes[found]
        ends = np.cumsum(lengths)
        at = np.arange(lengths.sum()) + np.repeat((np.cumsum(sizes) - sizes)[found] - ends + lengths, lengths)
        of_text = np.repeat(np.repeat(np.arange(len(texts)), list(map(len, tokens))), lengths)
        counts = np.bincount(of_text * len(columns) + which[at], minlength=len(texts) * len(columns))
        weights: Floats = counts.reshape(len(texts), len(columns)).astype(np.float32)
        np.log(weights, out=weights, where=weights > 0)
        weights += counts.reshape(weights.shape) > 0
        weights *= self.idf[columns]
        for view, bounds in zip(self._views, pairwise(np.searchsorted(columns, self._kept_bounds)), strict=True):
            own = weights[:, slice(*bounds)]
            own *= (view.weight / np.maximum(np.sqrt(np.einsum("ij,ij->i", own, own)), _NO_LENGTH))[:, None]
        return columns, weights

    def _ngrams(self, tokens: _Tokens, words: _Words) -> csr_matrix:
        """How often each n-gram stands in each token."""
        of_pairs = self._of_pairs(words.keys[tokens.firsts], words.keys[tokens.seconds])
        columns = np.concatenate([words.columns, of_pairs.ravel()])
        ends = np.cumsum(np.concatenate([[0], words.sizes, np.full(len(of_pairs), len(self._with_pairs))]))
        return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(ends) - 1, self._bounds[-1]))

    def _hashed(self, words: list[str]) -> _Words:
        letters = {reading: _Letters(list(map(reading, words))) for reading in {view.reading for view in self._views}}
        read = {reading: seen.words() for reading, seen in letters.items()}
        owners, hashes, views = [], [], []
        for number, view in enumerate(self._views):
            for of_words, found in letters[view.reading].ngrams(*view.characters) if view.characters else [read[view.reading]]:
                owners.append(of_words)
                hashes.append(found)
                views.append(number)
        owner = np.concatenate(owners)
        columns = self._columns(np.concatenate(hashes), np.repeat(views, list(map(len, hashes))))
        keys = np.zeros((len(self._with_pairs), len(words)), dtype=np.uint64)
        for place, number in enumerate(self._with_pairs):
            np.add.at(keys[place], *read[self._views[number].reading])  # of a word of which a reading made several: their sum
        return _Words(
            columns[owner.argsort(kind="stable")],
            np.bincount(owner, minlength=len(words)),
            keys.T,
        )

    def _columns(self, hashes: Hashes, views: Integers | list[int]) -> Integers:
        """The columns of n-grams, each of the view of this number."""
        mixed = (hashes ^ (hashes >> np.uint64(32))) * _MIX
        columns: Integers = (mixed >> self._shifts[views]).astype(np.int32)
        columns += self._firsts[views]
        return columns

    def _recalled(self, tokens: list[Token]) -> list[Integers]:
        """The kept columns of each token; the words of each pair are tokens as well."""
        if len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.clear()
            self._keys.clear()
        words = [token for token in tokens if isinstance(token, str) and token not in self._remembered]
        if words:
            made = self._hashed(words)
            self._keys.update(zip(words, made.keys.tolist(), strict=True))
            self._remembered.update(zip(words, self._kept_parts(made.columns, made.sizes), strict=True))
        pairs = [token for token in tokens if isinstance(token, tuple) and token not in self._remembered]
        if pairs:
            keys = [np.array([self._keys[word] for word in words], dtype=np.uint64) for words in zip(*pairs, strict=True)]
            columns = self._of_pairs(*keys)
            sizes = np.full(len(pairs), len(self._with_pairs))
            self._remembered.update(zip(pairs, self._kept_parts(columns.ravel(), sizes), strict=True))
        return [self._remembered[token] for token in tokens]

    def _kept_parts(self, columns: Integers, sizes: Integers) -> list[Integers]:
        """Of columns that belong to one token after the other, so many to each: those that are kept, of each token."""
        places = self._place[columns]
        kept = places >= 0
        ends = np.concatenate([[0], np.cumsum(kept)])[np.concatenate([[0], np.cumsum(sizes)])].tolist()
        places = places[kept]
        return [places[start:end] for start, end in pairwise(ends)]

    def _of_pairs(self, firsts: Hashes, seconds: Hashes) -> Integers:
        """The columns of pairs, given the keys of their words: pairs x views with pairs."""
        return self._columns(firsts * _BASE + seconds + _MIX, self._with_pairs)

    def _kept_of(self, ngrams: csr_matrix) -> csr_matrix:
        """The n-grams whose columns are kept, in those columns."""
        places = self._place[ngrams.indices]
        kept = places >= 0
        ends = np.concatenate([[0], np.cumsum(kept)])[ngrams.indptr]
        return csr_matrix((ngrams.data[kept], places[kept], ends), shape=(ngrams.shape[0], len(self.kept)))

    def _weigh(self, rows: csr_matrix, first: int, last: int) -> None:
        """Make weights of the counts in the rows from `first` up to `last`, in place."""
        ends = rows.indptr[first : last + 1]
        columns, weights = rows.indices[ends[0] : ends[-1]], rows.data[ends[0] : ends[-1]]
        np.log(weights, out=weights)
        weights += 1.0
        weights *= self.idf[columns]
        views = np.searchsorted(self._kept_bounds, columns, side="right") - 1
        groups = np.repeat(np.arange(last - first) * len(self._views), np.diff(ends)) + views
        lengths = np.sqrt(np.bincount(groups, np.square(weights), minlength=(last - first) * len(self._views)))
        wanted = np.tile([view.weight for view in self._views], last - first)
        weights *= np.divide(wanted, lengths, out=np.zeros_like(lengths), where=lengths > 0).astype(np.float32)[groups]
