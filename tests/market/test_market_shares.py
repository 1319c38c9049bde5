"""Choice shares: closed forms, absence, and the directions economics demands."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given
from hypothesis import strategies as st
from market_worlds import random_world
from properties import ROUNDING, examples

from forkmodel.errors import ForkModelError
from forkmodel.market import market_shares, segment_shares

quick = examples(25)


def shares_of(world):
    within = segment_shares(world.utility)
    return within, market_shares(within, world.weights)


def test_two_products_one_segment_closed_form():
    utility = xr.DataArray([[0.3, -0.9]], dims=("segment", "model"), coords={"model": ["a", "b"]})
    share = segment_shares(utility).sel(model="a").item()
    assert share == pytest.approx(1.0 / (1.0 + np.exp(-1.2)), abs=1e-15)


def test_outside_good_takes_the_rest():
    utility = xr.DataArray([0.5, -0.2], dims="model")
    shares = segment_shares(utility, outside=True)
    total = 1.0 + np.exp(0.5) + np.exp(-0.2)
    np.testing.assert_allclose(shares, [np.exp(0.5) / total, np.exp(-0.2) / total], rtol=1e-14)


def test_outside_good_with_very_low_utilities_leaves_tiny_shares():
    shares = segment_shares(xr.DataArray([-800.0, -5.0], dims="model"), outside=True)
    np.testing.assert_allclose(shares, [0.0, np.exp(-5.0) / (1.0 + np.exp(-5.0))], rtol=1e-14)


def test_absent_products_are_nan_and_the_rest_renormalise():
    world = random_world(1)
    offered = xr.DataArray(
        [True, False, True, True, False, True], dims="model", coords={"model": world.owners.model}
    )
    within = segment_shares(world.utility, offered=offered)
    assert within.sel(model=["m1", "m4"]).isnull().all()
    np.testing.assert_allclose(within.sum("model"), 1.0, atol=1e-14)
    alone = segment_shares(world.utility.sel(model=["m0", "m2", "m3", "m5"]))
    xr.testing.assert_allclose(within.sel(model=alone.model), alone, rtol=1e-14)
    missing = segment_shares(world.utility.where(offered))
    xr.testing.assert_identical(missing, within)


def test_nothing_on_offer_is_nan_not_an_error():
    shares = segment_shares(xr.DataArray([[np.nan, np.nan], [0.0, 0.0]], dims=("time", "model")))
    assert shares.isel(time=0).isnull().all()
    np.testing.assert_allclose(shares.isel(time=1), 0.5)


def test_huge_utilities_do_not_overflow():
    shares = segment_shares(xr.DataArray([1e4, 1e4 - 1.0, -1e4], dims="model"))
    np.testing.assert_allclose(shares, [1 / (1 + np.exp(-1)), 1 / (1 + np.e), 0.0], atol=1e-15)


def test_price_of_zero_is_an_error_that_names_the_fix():
    with pytest.raises(ForkModelError, match="floor"):
        segment_shares(xr.DataArray([np.inf, 0.0], dims="model"))


@quick
@given(seed=st.integers(0, 10_000), models=st.integers(2, 12))
def test_shares_sum_to_one(seed, models):
    world = random_world(seed, models)
    within, market = shares_of(world)
    np.testing.assert_allclose(within.sum("model"), 1.0, rtol=ROUNDING)
    np.testing.assert_allclose(market.sum("model"), 1.0, rtol=ROUNDING)


@quick
@given(seed=st.integers(0, 10_000), cut=st.floats(0.3, 0.99))
def test_price_cut_raises_own_share_and_lowers_rivals_in_every_draw(seed, cut):
    world = random_world(seed)
    before = shares_of(world)[1]
    own = world.price.model == "m2"
    world.price = world.price.where(~own, world.price * cut)
    change = shares_of(world)[1] - before
    # No room for rounding: a cut of a hundredth moves each share by more than a billionth of itself, and
    # rounding by less than a trillionth.
    assert (change.sel(model="m2") > 0).all()
    assert (change.drop_sel(model="m2") < 0).all()


@quick
@given(seed=st.integers(0, 10_000), gain=st.floats(0.0, 2.0))
@example(seed=20, gain=2.2e-16)
def test_better_quality_never_lowers_own_share(seed, gain):
    world = random_world(seed)
    before = shares_of(world)[0]
    own = world.quality.model == "m1"
    world.quality = world.quality.where(~own, world.quality + gain)
    change = shares_of(world)[0] - before
    # A gain may be smaller than what rounding does to it; one that is not must show.
    assert (change.sel(model="m1") >= -ROUNDING).all()
    assert (change.drop_sel(model="m1") <= ROUNDING).all()
    if gain > 1e-3:
        assert (change.sel(model="m1") > 0).all()
        assert (change.drop_sel(model="m1") < 0).all()


@quick
@given(seed=st.integers(0, 10_000))
def test_permutation_of_labels_permutes_results(seed):
    world = random_world(seed)
    order = np.random.default_rng(seed).permutation(6)
    mixed = segment_shares(world.utility.isel(model=order, segment=[1, 0]))
    within = segment_shares(world.utility)
    market = market_shares(within, world.weights)
    # Only the order of sums differs.
    exact = {"rtol": ROUNDING, "atol": 0.0}
    xr.testing.assert_allclose(mixed.sel(model=within.model, segment=within.segment), within, **exact)
    again = market_shares(mixed, world.weights)
    xr.testing.assert_allclose(again.sel(model=market.model), market, **exact)


def test_weights_must_sum_to_one_and_cover_all_segments():
    world = random_world(2)
    within = segment_shares(world.utility)
    with pytest.raises(ForkModelError, match="sum to 1"):
        market_shares(within, world.weights * 1.01)
    with pytest.raises(ForkModelError, match="threshold"):
        market_shares(within, world.weights.isel(segment=[0]))


def test_markets_broadcast_over_one_set_of_segment_shares():
    world = random_world(3)
    mix = xr.DataArray(
        [[0.9, 0.1], [0.2, 0.8]], dims=("market", "segment"), coords={"segment": world.weights.segment}
    )
    both = market_shares(segment_shares(world.utility), mix)
    assert set(both.dims) == {"draw", "model", "market"}
    np.testing.assert_allclose(both.sum("model"), 1.0)
