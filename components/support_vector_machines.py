"""Support vector machines for many classes at once, each class against all others.

LIBLINEAR's method (Hsieh et al., ICML 2008: dual coordinate descent, squared hinge loss), but a row is read once for all classes
instead of once for each: ten times faster than LinearSVC here, so that each class can learn from all texts
(docs/decisions/0042-training-in-a-minute.md). Compiled by Numba, which only training needs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
_THREADS = 2
_MOST_PASSES = 100


class SupportVectorMachines:
    """One machine for each class.

    Args:
        rows: texts x columns, 32-bit floats.
        classes: of each row, from 0.
        count: of classes.
        penalty: inverse of the regularisation strength.
        weights: of the rows, above 0; the penalty is multiplied by it.
        tolerance: of the gradient, as LinearSVC's `tol`; what is chosen is as right as less (docs/decisions/0042).
    """

    def __init__(
        self, rows: csr_matrix, classes: Integers, count: int, penalty: float, weights: Floats, tolerance: float = 0.2
    ) -> None:
        self._rows, self._classes, self._tolerance = rows, classes, tolerance
        self._costs = (0.5 / (penalty * weights)).astype(np.float32)
        squares = csr_matrix((np.square(rows.data), rows.indices, rows.indptr), shape=rows.shape).sum(axis=1)
        self._curvature = (1.0 / (np.asarray(squares).ravel() + 1.0 + self._costs)).astype(np.float32)
        self._blocks = [_Block(block, rows.shape) for block in np.array_split(np.arange(count), _THREADS) if len(block)]

    def coefficients(self, steps: int) -> tuple[npt.NDArray[np.int8], float]:
        """Columns x classes, rounded to so many equal steps up to the largest (127 at most), and the size of a step."""
        step = float(max(max(block.coefficients.max(), -block.coefficients.min()) for block in self._blocks)) / steps

        def rounded(block: _Block) -> npt.NDArray[np.int8]:
            return np.asarray(np.rint(block.coefficients[:, : len(block.classes)] * np.float32(1 / step)), dtype=np.int8)

        with ThreadPoolExecutor(_THREADS) as pool:
            return np.hstack(list(pool.map(rounded, self._blocks))), step

    @property
    def intercepts(self) -> Floats:
        """Of the classes."""
        return np.concatenate([block.intercepts[: len(block.classes)] for block in self._blocks])

    def scores(self, numbers: Integers) -> Floats:
        """What the machines say of the rows of these numbers: rows x classes."""
        rows = self._rows[numbers]

        def scores(block: _Block) -> Floats:
            return np.asarray((rows @ block.coefficients + block.intercepts)[:, : len(block.classes)])

        with ThreadPoolExecutor(_THREADS) as pool:
            return np.hstack(list(pool.map(scores, self._blocks)))

    def learn(self, numbers: Integers, seed: int = 7) -> None:
        """Learn from the rows of these numbers, going on from what was learned before.

        To learn some rows first and then all gives what learning all gives; the same calls give the same machines.
        """

        def learn(block: _Block) -> None:
            order = np.random.default_rng(seed).permutation(numbers)
            given = (self._rows.data, self._rows.indices, self._rows.indptr, self._classes - block.classes[0])
            changed = (block.coefficients, block.intercepts, block.duals, order)
            block.descend(*given, self._costs, self._curvature, *changed, self._tolerance, _MOST_PASSES, seed)

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(learn, self._blocks))


class _Block:
    """Some of the classes, and what is known of them. A row of coefficients fills whole cache lines: training waits for these."""

    def __init__(self, classes: Integers, shape: tuple[int, int]) -> None:
        width = -(-len(classes) // 16) * 16
        memory = np.zeros(shape[1] * width + 16, dtype=np.float32)
        start = -memory.ctypes.data % 64 // 4
        self.classes = classes
        self.descend = _descent(width)
        self.coefficients = memory[start : start + shape[1] * width].reshape(-1, width)
        self.intercepts = np.zeros(width, dtype=np.float32)
        self.duals = np.zeros((shape[0], len(classes)), dtype=np.float32)


@lru_cache
def _descent(width: int) -> Callable[..., None]:  # noqa: C901
    """`descend`, compiled for coefficients of this width: a fifth less time than where it may be any."""

    @njit(nogil=True, fastmath=True, cache=True)
    def descend(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0913
        data,
        indices,
        ends,
        labels,
        costs,
        curvature,
        coefficients,
        intercepts,
        duals,
        order,
        tolerance,
        most_passes,
        seed,  # noqa: ANN001
    ):  # noqa: ANN202
        """Pass over the rows until none changes a machine; a row that changes none is left out of the next passes.

        Changes in place: coefficients (columns x width) and intercepts (width), of which only the first classes count; duals
        (rows x classes); order (numbers of rows).
        """
        np.random.seed(seed)
        count = duals.shape[1]
        scores = np.empty(width, dtype=np.float32)
        steps = np.empty(count, dtype=np.float32)
        changed = np.empty(count, dtype=np.int64)
        active = len(order)
        for turn in range(most_passes):
            for last in range(active - 1, 0, -1):
                other = np.random.randint(0, last + 1)
                order[last], order[other] = order[other], order[last]
            at = 0
            while at < active:
                row = order[at]
                start, end = ends[row], ends[row + 1]
                scores[:] = intercepts
                for place in range(start, end):
                    value, column = data[place], coefficients[indices[place]]
                    for label in range(width):
                        scores[label] += value * column[label]
                changes = 0
                dual = duals[row]
                for label in range(count):
                    sign = np.float32(1.0) if label == labels[row] else np.float32(-1.0)
                    gradient = sign * scores[label] - np.float32(1.0) + dual[label] * costs[row]
                    if (dual[label] > 0 or gradient < 0) and abs(gradient) > tolerance:
                        moved = max(dual[label] - gradient * curvature[row], np.float32(0.0))
                        steps[changes] = (moved - dual[label]) * sign
                        dual[label] = moved
                        changed[changes] = label
                        changes += 1
                for place in range(start, end):
                    value, column = data[place], coefficients[indices[place]]
                    for number in range(changes):
                        column[changed[number]] += value * steps[number]
                for number in range(changes):
                    intercepts[changed[number]] += steps[number]
                if changes == 0 and turn > 0:
                    active -= 1
                    order[at], order[active] = order[active], order[at]
                else:
                    at += 1
            if active == 0:
                break

    return descend  # type: ignore[no-any-return]
