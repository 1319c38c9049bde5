"""Paths of draws that no fit finds but a prior holds: they are numbers, and NumPy has nothing to warn of."""

from __future__ import annotations

import numpy as np
import pytest
from properties import ROUNDING

from forkmodel.results.paths_price import LARGEST_LOG_PRICE, price_paths, typical_log_price
from forkmodel.results.paths_shares import reach_shares
from forkmodel.results.scale import PublicScale

YEARS = np.array([-2.5, 0.0])
PRICE = {
    "price.level": np.array([0.5, -0.3]),
    "price.capability_gradient": np.array([0.05, 0.3]),
    "price.decline": np.array([1.0, -0.4]),
    "price.residual_premium": np.array([1.2, 2.7]),
    "price.premium_decay": np.array([0.3, -0.2]),
}
SCALE = PublicScale(np.array([130.0, 200.0]), np.array([12.0, 1.5]))


def test_prices_of_a_frontier_that_no_fit_finds_are_finite():
    # The second draw's open frontier is at thousands of points, as in one draw of 200 from the prior.
    frontier = np.array([[[140.0, 130.0]] * 2, [[160.0, 8000.0]] * 2])
    paths = price_paths(PRICE, frontier, SCALE, YEARS)
    for name, path in paths.items():
        assert np.isfinite(path).all(), name
        assert (path > 0.0).all(), name
    ratio = paths["price_frontier"][..., 0] / paths["price_frontier"][..., 1]
    np.testing.assert_array_equal(paths["premium_raw"], ratio)


def test_prices_of_an_ordinary_draw_are_those_of_the_surface():
    frontier = np.array([[[150.0, 140.0]] * 2] * 2)
    paths = price_paths(PRICE, frontier, SCALE, YEARS)
    theta = (frontier[:, :, 0] - SCALE.origin[:, None]) / SCALE.per_unit[:, None]
    expected = typical_log_price(PRICE, theta, YEARS, 1.0)
    assert (abs(expected[0]) < LARGEST_LOG_PRICE).all()
    np.testing.assert_allclose(np.log(paths["price_frontier"][0, :, 0]), expected[0], rtol=1e-12)


@pytest.mark.parametrize("level", [-2000.0, -800.0, -20.0, 0.0, 3.0, 900.0])
def test_parts_of_reach_sum_to_one_at_any_level(level):
    parts = reach_shares(level + np.array([[0.0, 1.0, -2.0], [5.0, 5.0, 5.0]]))
    np.testing.assert_allclose(parts.sum(-1), 1.0, atol=ROUNDING)
    assert parts[0, 1] >= parts[0, 0] >= parts[0, 2] > 0.0
    np.testing.assert_allclose(parts[1], 1.0 / 3.0, atol=ROUNDING)


def test_parts_of_reach_are_reach_over_its_sum():
    score = np.array([[-1.0, 0.4, 2.0]])
    reach = 1.0 / (1.0 + np.exp(-score))
    np.testing.assert_allclose(reach_shares(score), reach / reach.sum(), atol=ROUNDING)
