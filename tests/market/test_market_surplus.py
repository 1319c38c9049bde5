"""Surplus: what losing products costs, against the price index, and how the pieces add up."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from market_worlds import random_world
from properties import examples
from scipy.integrate import quad
from scipy.optimize import brentq

from forkmodel.errors import ForkModelError
from forkmodel.market import (
    compensating_variation,
    segment_shares,
    total_compensating_variation,
)

quick = examples(20)
#: A loss of no spend would be zero: nothing to be close to.
CLOSE = {"rtol": 1e-10, "atol": 0.0}


@quick
@given(seed=st.integers(0, 10_000))
def test_loss_is_the_rise_of_the_log_sum_index(seed):
    world = random_world(seed)
    closed = world.access == "closed"
    before, after = (np.exp(world.utility.where(kept)).sum("model") for kept in (True, closed))
    shares = segment_shares(world.utility)
    got = compensating_variation(1.0, shares, world.eta, world.access == "open")
    xr.testing.assert_allclose(got, (after / before) ** (-1.0 / world.eta) - 1.0, **CLOSE)
    xr.testing.assert_allclose(
        compensating_variation(1.0, shares, world.eta, ["m5", "m4", "m3"]), got, **CLOSE
    )
    mixed = compensating_variation(
        1.0, shares.isel(model=[5, 0, 3, 1, 4, 2]), world.eta, world.access == "open"
    )
    xr.testing.assert_allclose(mixed, got, **CLOSE)


def test_variation_is_the_uniform_price_rise_that_hurts_as_much():
    world = random_world(41, draws=1)
    shares = segment_shares(world.utility)
    loss = compensating_variation(5.0, shares, world.eta, world.access == "open").isel(draw=0)
    for segment in shares.segment.values:
        eta = world.eta.sel(segment=segment).item()
        value = world.utility.sel(segment=segment).isel(draw=0)
        target = np.log(np.exp(value.where(world.access == "closed", drop=True)).sum()).item()
        rise = brentq(
            lambda r, v=value, e=eta, t=target: np.log(np.exp(v - e * np.log(r)).sum()).item() - t, 1, 1e6
        )
        assert loss.sel(segment=segment).item() == pytest.approx(5.0 * (rise - 1.0), rel=1e-9)


def test_formula_by_hand_and_sensitivity_to_eta():
    shares = xr.DataArray([[0.5, 0.5]], dims=("segment", "model"), coords={"model": ["open", "closed"]})
    losses = [compensating_variation(1.0, shares, eta, ["open"]).item() for eta in (3.0, 1.2, 0.43)]
    np.testing.assert_allclose(losses, [2 ** (1 / eta) - 1 for eta in (3.0, 1.2, 0.43)], rtol=1e-12)
    np.testing.assert_allclose(losses, [0.26, 0.78, 4.0], atol=0.02)


@pytest.mark.parametrize("category", [0.0, 0.5, 1.0, 2.5])
def test_category_response_is_the_area_under_the_demand_curve(category):
    shares = xr.DataArray([[0.4, 0.6]], dims=("segment", "model"), coords={"model": ["open", "closed"]})
    ratio = 0.6 ** (-1 / 1.5)
    area, _ = quad(lambda index: 7.0 * index ** (-category), 1.0, ratio)
    loss = compensating_variation(7.0, shares, 1.5, ["open"], category)
    assert loss.item() == pytest.approx(area, rel=1e-10)


def test_losing_everything_and_losing_nothing():
    shares = xr.DataArray([[0.4, 0.6]], dims=("segment", "model"), coords={"model": ["open", "closed"]})
    assert compensating_variation(1.0, shares, 1.5, ["open", "closed"]).item() == np.inf
    assert compensating_variation(1.0, shares, 1.5, ["open", "closed"], 3.0).item() == pytest.approx(0.5)
    assert compensating_variation(1.0, shares, 1.5, []).item() == 0.0
    with pytest.raises(ForkModelError, match="unknown model"):
        compensating_variation(1.0, shares, 1.5, ["nobody"])


def test_an_outside_good_softens_the_loss():
    world = random_world(42)
    opens = world.access == "open"
    inside = segment_shares(world.utility)
    outside = segment_shares(world.utility, outside=True)
    softened = compensating_variation(1.0, outside, world.eta, opens)
    assert (softened < compensating_variation(1.0, inside, world.eta, opens)).all()
    left = 1.0 - outside.where(opens).sum("model")
    xr.testing.assert_allclose(softened, np.exp(-np.log(left) / world.eta) - 1.0)


def test_the_market_loses_what_its_segments_lose():
    world = random_world(43)
    shares = segment_shares(world.utility)
    spend = 100.0 * world.weights
    loss = total_compensating_variation(spend, shares, world.eta, ["m0"])
    parts = compensating_variation(spend, shares, world.eta, ["m0"])
    np.testing.assert_allclose(loss, parts.sum("segment"))
    with pytest.raises(ForkModelError, match="split by 'segment'"):
        total_compensating_variation(100.0, shares, world.eta, ["m0"])


@quick
@given(seed=st.integers(0, 10_000))
def test_losing_more_never_hurts_less(seed):
    world = random_world(seed)
    shares = segment_shares(world.utility)
    few = compensating_variation(1.0, shares, world.eta, ["m5"], 0.5)
    more = compensating_variation(1.0, shares, world.eta, ["m5", "m4"], 0.5)
    # No room for rounding: the smallest share is near 1e-7, and dropping a positive term never raises a sum.
    assert (few > 0).all()
    assert (more >= few).all()


def test_nothing_on_offer():
    shares = segment_shares(xr.DataArray([[np.nan, np.nan]], dims=("segment", "model")))
    assert compensating_variation(1.0, shares, 1.5, xr.DataArray([True, False], dims="model")).isnull().all()
