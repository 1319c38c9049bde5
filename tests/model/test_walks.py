"""Rotated walks are the same walks."""

from __future__ import annotations

import numpy as np
import pytest

from forkmodel.model.ops import ArrayOps
from forkmodel.model.walks import WalkBasis

KNOTS = 12


@pytest.fixture
def basis():
    levels = np.tril(np.ones((KNOTS, KNOTS - 1)), -1)
    seen = np.zeros(KNOTS)
    seen[[5, 8, 11]] = [1, 4, 2]
    return WalkBasis.from_levels(levels - levels[-1], seen, 0.1)


def test_directions_are_orthonormal_and_complete(basis):
    every = np.concatenate([basis.informed, basis.free], axis=1)
    np.testing.assert_allclose(every.T @ every, np.eye(KNOTS - 1), atol=1e-12)
    # Three knots are seen, one of them the fixed end: two sums of steps are informed.
    assert basis.informed.shape[1] == 2


def test_steps_keep_their_prior(basis):
    rng, spread, n = np.random.default_rng(0), 0.3, 40_000
    informed = spread * rng.normal(size=(n, basis.informed.shape[1]))
    unit = rng.normal(size=(n, basis.free.shape[1]))
    steps = basis.steps(ArrayOps(), informed, unit, np.full(n, spread))
    np.testing.assert_allclose(np.cov(steps.T), spread**2 * np.eye(KNOTS - 1), atol=0.005)


def test_columns_are_walks_of_their_own(basis):
    rng = np.random.default_rng(1)
    informed = rng.normal(size=(5, basis.informed.shape[1], 3))
    unit = rng.normal(size=(5, basis.free.shape[1], 3))
    spread = rng.uniform(0.1, 1.0, size=5)
    together = basis.column_steps(ArrayOps(), informed, unit, spread)
    for column in range(3):
        alone = basis.steps(ArrayOps(), informed[..., column], unit[..., column], spread)
        np.testing.assert_allclose(together[..., column], alone, rtol=1e-12)


def test_a_walk_that_nobody_sees_still_has_a_basis():
    levels = np.tril(np.ones((4, 3)), -1)
    basis = WalkBasis.from_levels(levels, np.zeros(4), 0.1)
    assert (basis.informed.shape, basis.free.shape) == ((3, 1), (3, 2))
