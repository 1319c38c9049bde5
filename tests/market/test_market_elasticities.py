"""Elasticities and diversion ratios against closed forms, the complex step and economic identities."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from market_worlds import category_weights, log_price_jacobian, quantities, random_world
from properties import examples

from forkmodel.errors import ForkModelError
from forkmodel.market import (
    diversion_ratio,
    group_diversion_ratio,
    log_price_slope,
    price_elasticities,
    segment_own_price_elasticity,
    segment_shares,
)

quick = examples(15)

#: Log form with and without category response or outside good, and level form with an outside good.
CASES = [
    {"category": 0.0, "outside": False},
    {"category": 0.7, "outside": False},
    {"category": 0.0, "outside": True},
    {"category": 1.3, "outside": True},
    {"category": 0.0, "outside": True, "level": True},
    {"category": 0.0, "outside": False, "level": True},
]


def local_demand(world, category=0.0, outside=False, level=False):
    """Return the package's ingredients and the options of the independent one, at the same prices."""
    if level:
        alpha = xr.DataArray([-0.6, -1.7], dims="segment", coords={"segment": world.weights.segment})
        shares = segment_shares(world.quality + alpha * world.price, outside=outside)
        options = {"outside": outside, "alpha": alpha.values}
        return (shares, world.weights, alpha * world.price), options
    shares = segment_shares(world.utility, outside=outside)
    weights = category_weights(world, category, outside)
    return (shares, weights, log_price_slope(world.eta)), {"outside": outside, "category": category}


@pytest.mark.parametrize("case", CASES)
def test_market_matrix_equals_the_complex_step(case):
    world = random_world(11)
    ingredients, options = local_demand(world, **case)
    ours = price_elasticities(*ingredients, case["category"])
    for draw in range(3):
        jacobian = log_price_jacobian(world, draw, **options)
        level = quantities(world, draw, world.price.isel(draw=draw).values, **options).real
        np.testing.assert_allclose(ours.isel(draw=draw), jacobian / level[:, None], atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_diversion_equals_the_complex_step(case):
    world = random_world(14)
    ingredients, options = local_demand(world, **case)
    ours = diversion_ratio(*ingredients, case["category"])
    by_firm = group_diversion_ratio(*ingredients, world.owners, case["category"])
    table = (world.owners.values[None, :] == by_firm.developer.values[:, None]).astype(float)
    for draw in range(3):
        jacobian = log_price_jacobian(world, draw, **options)
        for got, matrix in ((ours, jacobian), (by_firm, table @ jacobian @ table.T)):
            expected = -matrix.T / np.diag(matrix)[:, None]
            np.fill_diagonal(expected, 0.0)
            np.testing.assert_allclose(got.isel(draw=draw), expected, atol=1e-10)


def test_two_products_one_segment_closed_form():
    quality, eta, price = np.array([0.4, -0.1]), 1.7, np.array([3.0, 0.5])
    coords = {"segment": ["all"], "model": ["a", "b"]}
    utility = xr.DataArray([quality - eta * np.log(price)], dims=("segment", "model"), coords=coords)
    shares = segment_shares(utility)
    a, b = shares.values[0]
    one = xr.DataArray([1.0], dims="segment", coords={"segment": ["all"]})
    expected = [[-eta * (1 - a), eta * b], [eta * a, -eta * (1 - b)]]
    np.testing.assert_allclose(price_elasticities(shares, one, log_price_slope(eta)), expected, atol=1e-10)
    np.testing.assert_allclose(
        diversion_ratio(shares, one, log_price_slope(eta)), [[0, 1], [1, 0]], atol=1e-10
    )


def test_a_segments_own_elasticity_is_that_of_a_market_of_one_segment():
    world = random_world(15)
    shares = segment_shares(world.utility)
    own = segment_own_price_elasticity(shares, log_price_slope(world.eta), 0.4)
    for name in shares.segment.values:
        one = xr.DataArray([1.0], dims="segment", coords={"segment": [name]})
        alone = price_elasticities(
            shares.sel(segment=[name]), one, log_price_slope(world.eta).sel(segment=[name]), 0.4
        )
        diagonal = np.diagonal(alone.values, axis1=-2, axis2=-1)
        np.testing.assert_allclose(own.sel(segment=name).transpose("draw", "model"), diagonal, atol=1e-13)


@quick
@given(seed=st.integers(0, 10_000), category=st.floats(0.0, 2.0))
def test_identities_of_a_market_without_outside_good(seed, category):
    world = random_world(seed)
    ingredients, _ = local_demand(world)
    matrix = price_elasticities(*ingredients, category)
    # Elasticities are sums of a dozen terms below ten, divided by market shares of 1e-4 and more.
    # All prices up together: quantity falls by the category elasticity alone, whatever the product mix.
    np.testing.assert_allclose(matrix.sum("model_price"), -category, atol=1e-10)
    ratio = diversion_ratio(*ingredients, 0.0)
    np.testing.assert_allclose(ratio.sum("model_to"), 1.0, atol=1e-10)
    assert (ratio >= 0.0).all()
    assert (diversion_ratio(*ingredients, category).sum("model_to") <= 1.0 + 1e-10).all()


@quick
@given(seed=st.integers(0, 10_000))
def test_permutation_permutes_and_absence_drops(seed):
    world = random_world(seed)
    shares, weights, slope = local_demand(world)[0]
    order = np.random.default_rng(seed).permutation(6)
    # Only the order of sums differs; terms of size one cancel, and market shares of 1e-4 and more divide.
    close = {"rtol": 1e-10, "atol": 1e-10}
    for function, second in ((price_elasticities, "model_price"), (diversion_ratio, "model_to")):
        whole = function(shares, weights, slope)
        mixed = function(shares.isel(model=order, segment=[1, 0]), weights, slope)
        xr.testing.assert_allclose(mixed.sel({"model": whole.model, second: whole[second]}), whole, **close)
    offered = world.owners.model != "m3"
    present = segment_shares(world.utility, offered=offered)
    some = price_elasticities(present, weights, slope)
    rest = price_elasticities(present.drop_sel(model="m3"), weights, slope)
    assert some.sel(model="m3").isnull().all()
    assert some.sel(model_price="m3").isnull().all()
    xr.testing.assert_allclose(some.drop_sel(model="m3", model_price="m3"), rest, **close)


def test_closeness_matters_with_two_segments():
    names = {"segment": ["frontier", "threshold"], "model": ["top", "second", "cheap"]}
    utility = xr.DataArray([[3.0, 2.5, -2.0], [-2.0, -2.0, 3.0]], dims=("segment", "model"), coords=names)
    half = xr.DataArray([0.5, 0.5], dims="segment", coords={"segment": names["segment"]})
    ratio = diversion_ratio(segment_shares(utility), half, log_price_slope(2.0))
    assert ratio.sel(model="top", model_to="second") > 0.9
    assert ratio.sel(model="cheap", model_to="cheap") == 0.0


def test_groups_that_hold_everything_divert_nothing():
    world = random_world(16)
    shares, weights, slope = local_demand(world)[0]
    all_one = dict.fromkeys(world.owners.model.values, "one")
    assert group_diversion_ratio(shares, weights, slope, all_one).isnull().all()


def test_groups_as_mapping_or_array_and_a_missing_owner_is_named():
    world = random_world(19)
    shares, weights, slope = local_demand(world)[0]
    by_array = group_diversion_ratio(shares, weights, slope, world.owners[::-1])
    names = dict(zip(world.owners.model.values, world.owners.values, strict=True))
    xr.testing.assert_identical(group_diversion_ratio(shares, weights, slope, names), by_array)
    with pytest.raises(ForkModelError, match="'m2'"):
        group_diversion_ratio(shares, weights, slope, {k: v for k, v in names.items() if k != "m2"})
    with pytest.raises(ForkModelError, match="'m2'"):
        group_diversion_ratio(shares, weights, slope, world.owners.where(world.owners.model != "m2", None))


def test_side_coordinates_and_markets_are_no_obstacle():
    world = random_world(17)
    shares = segment_shares(world.utility).assign_coords(developer=("model", world.owners.values))
    slope = log_price_slope(world.eta)
    plain = price_elasticities(segment_shares(world.utility), world.weights, slope)
    np.testing.assert_allclose(price_elasticities(shares, world.weights, slope), plain)
    by_firm = group_diversion_ratio(shares, world.weights, slope, shares.developer)
    assert by_firm.dims == ("draw", "developer", "developer_to")
    mix = xr.DataArray(
        [[0.9, 0.1], [0.2, 0.8]], dims=("market", "segment"), coords={"segment": shares.segment}
    )
    assert set(price_elasticities(shares, mix, slope).dims) == {"draw", "model", "model_price", "market"}


def test_wrong_signs_and_sizes_are_named():
    world = random_world(18)
    shares, weights, slope = local_demand(world)[0]
    with pytest.raises(ForkModelError, match="negative"):
        price_elasticities(shares, weights, -slope)
    with pytest.raises(ForkModelError, match="at least 0"):
        price_elasticities(shares, weights, slope, -0.1)
    with pytest.raises(ForkModelError, match="at most 1"):
        price_elasticities(shares * 1.5, weights, slope)
    with pytest.raises(ForkModelError, match="eta must be positive"):
        log_price_slope(-1.0)
    with pytest.raises(ForkModelError, match="no dim 'product'"):
        price_elasticities(shares, weights, slope, product_dim="product")
