"""Two segments: utilities give back the shares, and the density's Jacobian is that of the shares."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from made import shares_of

from forkmodel.demand.inversion import Inversion, outside_of_first, parts_of_first

PLACE = np.repeat([0, 1, 2], [5, 8, 3])
SECOND, MORE = 0.35, 0.12
STEP = 1e-6


def market_shares(utility, price, weight=SECOND, gap=MORE):
    parts = [shares_of(utility[place == PLACE], price[place == PLACE], gap, weight) for place in range(3)]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def setting():
    random = np.random.default_rng(3)
    price = random.uniform(3.0, 60.0, len(PLACE))
    utility = random.normal(-3.0, 1.0, len(PLACE))
    return utility, price, market_shares(utility, price)


@pytest.fixture(scope="module")
def inverted(setting):
    """The operation and its gradients as a function, run by Python: what numba compiles is compared apart."""
    _, price, share = setting
    weight, gap = pt.dscalars("weight", "gap")
    utility, jacobian = Inversion(share, price, PLACE)(weight, gap)
    outputs = [utility, jacobian, *pt.grad(jacobian, [weight, gap]), *pt.grad(utility[4], [weight, gap])]
    mode = pytensor.compile.mode.Mode(linker="py", optimizer="fast_compile")
    return pytensor.function([weight, gap], outputs, mode=mode)


def test_utilities_give_back_the_shares(setting, inverted):
    utility, price, share = setting
    found = inverted(SECOND, MORE)[0]
    np.testing.assert_allclose(found, utility, atol=1e-12)
    np.testing.assert_allclose(market_shares(found, price), share, rtol=1e-12)


@pytest.mark.parametrize("weight", [1e-6, 0.05, 0.95, 1.0 - 1e-6])
@pytest.mark.parametrize("gap", [1e-6, 0.01, 1.0])
def test_any_weight_and_gap_give_back_the_shares(setting, inverted, weight, gap):
    """Shares can be had from any segments, however unlike those that made them."""
    _, price, share = setting
    found = inverted(weight, gap)[0]
    np.testing.assert_allclose(market_shares(found, price, weight, gap), share, rtol=1e-9)


def test_the_jacobian_is_that_of_the_shares(setting, inverted):
    utility, price, _ = setting
    steps = STEP * np.eye(len(PLACE))
    columns = [market_shares(utility + step, price) - market_shares(utility - step, price) for step in steps]
    sign, size = np.linalg.slogdet(np.stack(columns, axis=-1) / (2.0 * STEP))
    assert sign == 1.0
    assert float(inverted(SECOND, MORE)[1]) == pytest.approx(-size, abs=1e-6)


def test_gradients_are_those_of_differences(inverted):
    found = inverted(SECOND, MORE)
    for place, (weight, gap) in enumerate([(STEP, 0.0), (0.0, STEP)]):
        above, below = inverted(SECOND + weight, MORE + gap), inverted(SECOND - weight, MORE - gap)
        assert float(found[2 + place]) == pytest.approx((above[1] - below[1]) / (2.0 * STEP), rel=1e-6)
        assert float(found[4 + place]) == pytest.approx((above[0][4] - below[0][4]) / (2.0 * STEP), rel=1e-6)


def test_parts_of_buyers_are_those_of_the_segments(setting):
    utility, price, share = setting
    first = PLACE == 0
    found = parts_of_first(share[first], price[first], np.full(2, SECOND), np.full(2, MORE))
    odds = np.exp(utility[first])
    expected = (1.0 - SECOND) * odds / (1.0 + odds.sum()) / share[first]
    np.testing.assert_allclose(found, np.stack([expected, expected]), rtol=1e-10)


def test_what_has_no_solution_is_not_a_number():
    """A share that is none: no part of buyers gives it."""
    share, relief = np.array([np.nan]), np.array([0.5])
    found = outside_of_first(share, relief, np.array([0, 1]), np.array([0.5]), np.array([0.5]))
    assert np.isnan(found).all()
