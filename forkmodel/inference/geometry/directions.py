"""Directions in which a posterior is much wider or narrower than the scales of its coordinates say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

__all__ = ["LEAST_VARIANCE", "directions_of", "one_thread", "orthonormal"]

#: How far from one the variance along a direction must lie for it to be kept.
CUTOFF = 1.5
#: No direction is taken to be narrower than this, in units of the scales.
LEAST_VARIANCE = 0.01


def one_thread[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let a function do its linear algebra in one thread.

    With another number of threads a library adds up in another order, which no fit may depend on; for
    matrices of this size one thread is the fastest, too.
    """
    limited: Callable[P, R] = threadpool_limits.wrap(limits=1)(function)
    return limited


def _widest(rows: np.ndarray, count: int) -> np.ndarray:
    """Return the directions (flat, direction) in which rows spread most."""
    from scipy.linalg import eigh

    n = rows.shape[1]
    count = min(count, n)
    return np.asarray(eigh(rows.T @ rows / len(rows), subset_by_index=(n - count, n - 1))[1])


def _root(matrix: np.ndarray, power: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**power) @ vectors.T)


def directions_of(draws: np.ndarray, gradients: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return orthonormal directions (direction, flat), and the variance along each, of scaled draws."""
    both = np.hstack([_widest(draws, count), _widest(gradients, count)])
    basis, size, _ = np.linalg.svd(both, full_matrices=False)
    basis = basis[:, size > 1e-3]
    of_draws, of_gradients = (np.atleast_2d(np.cov((part @ basis).T)) for part in (draws, gradients))
    # The geometric mean of the draws' covariance and of the inverse of the gradients'.
    root, inverse = _root(of_draws, 0.5), _root(of_draws, -0.5)
    middle = root @ _root(inverse @ np.linalg.inv(of_gradients) @ inverse, 0.5) @ root
    variance, turn = np.linalg.eigh(middle)
    far = np.abs(np.log(variance)) > np.log(CUTOFF)
    return np.ascontiguousarray((basis @ turn[:, far]).T), variance[far]


def orthonormal(rows: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``I + rows' (variance - 1) rows`` as orthonormal directions and the variance along each."""
    if not len(rows):
        return rows, variance
    basis, mix = np.linalg.qr(rows.T)
    excess, turn = np.linalg.eigh((mix * (variance - 1.0)) @ mix.T)
    # A part of a zero-sum vector is not a zero-sum vector: what is matched of it is no longer exact.
    return np.ascontiguousarray((basis @ turn).T), np.maximum(1.0 + excess, LEAST_VARIANCE)
