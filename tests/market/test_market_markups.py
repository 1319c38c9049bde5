"""Bertrand-Nash markups: textbook cases, the first-order conditions, and the cases without an answer."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from market_worlds import category_weights, log_price_jacobian, quantities, random_world
from properties import examples

from forkmodel.errors import ForkModelError
from forkmodel.market import (
    first_order,
    lerner_index,
    log_price_slope,
    price_elasticities,
    segment_shares,
)

quick = examples(15)
CASES = [(0.0, False), (0.6, False), (0.0, True), (1.2, True)]


def world_demand(world, category=0.0, outside=False):
    weights = category_weights(world, category, outside)
    return segment_shares(world.utility, outside=outside), weights, log_price_slope(world.eta)


def test_single_product_firms_have_the_inverse_elasticity():
    world = random_world(21)
    shares, weights, slope = world_demand(world)
    alone = {name: name for name in world.owners.model.values}
    matrix = price_elasticities(shares, weights, slope)
    own = matrix.where(matrix["model"] == matrix["model_price"]).sum("model_price")
    expected = -1.0 / own
    got = lerner_index(shares, weights, slope, alone)
    xr.testing.assert_allclose(got.transpose("draw", "model"), expected.transpose("draw", "model"))
    # With one product each, the level of prices is irrelevant.
    again = lerner_index(shares, weights, slope, alone, world.price)
    xr.testing.assert_allclose(again, got)


@pytest.mark.parametrize(("category", "outside"), CASES)
def test_first_order_conditions_hold(category, outside):
    world = random_world(22, models=7)
    shares, weights, slope = world_demand(world, category, outside)
    lerner = lerner_index(shares, weights, slope, world.owners, world.price, category)
    cost = world.price * (1.0 - lerner)
    same = world.owners.values[:, None] == world.owners.values[None, :]
    for draw in range(3):
        jacobian = log_price_jacobian(world, draw, category=category, outside=outside)
        price = world.price.isel(draw=draw).values
        revenue = price * quantities(world, draw, price, category, outside).real
        margin = price - cost.isel(draw=draw).values
        np.testing.assert_allclose(revenue + (same * jacobian.T) @ margin, 0.0, atol=1e-10)


@quick
@given(seed=st.integers(0, 10_000))
def test_owning_more_raises_markups(seed):
    world = random_world(seed)
    ingredients = world_demand(world)
    alone = lerner_index(*ingredients, {name: name for name in world.owners.model.values}, world.price)
    together = lerner_index(*ingredients, world.owners, world.price)
    # The systems of three equations per firm are solved to about 1e-14 of an index of size one.
    assert (together >= alone - 1e-12).all()


@quick
@given(seed=st.integers(0, 10_000), rate=st.floats(0.01, 100.0))
def test_permutation_and_currency_leave_margins_alone(seed, rate):
    world = random_world(seed)
    shares, weights, slope = world_demand(world)
    plain = lerner_index(shares, weights, slope, world.owners, world.price)
    order = np.random.default_rng(seed).permutation(6)
    mixed = lerner_index(
        shares.isel(model=order, segment=[1, 0]), weights, slope, world.owners[::-1], world.price * rate
    )
    # The order of sums and the currency change every step of a solution in the last places.
    xr.testing.assert_allclose(mixed.sel(model=plain.model), plain, rtol=1e-9, atol=0.0)
    renamed = {
        model: f"zz-{owner}"
        for model, owner in zip(world.owners.model.values, world.owners.values, strict=True)
    }
    again = lerner_index(shares, weights, slope, renamed, world.price)
    xr.testing.assert_allclose(again, plain, rtol=1e-9, atol=0.0)


def test_owner_of_everything_in_a_market_of_fixed_size_has_no_answer():
    world = random_world(23)
    shares, weights, slope = world_demand(world)
    one = dict.fromkeys(world.owners.model.values, "one")
    assert lerner_index(shares, weights, slope, one, world.price).isnull().all()
    # A category elasticity gives it a finite best markup, at equal prices one over that elasticity.
    world.price = xr.ones_like(world.price)
    with_response = lerner_index(*world_demand(world, 2.5), one, world.price, 2.5)
    np.testing.assert_allclose(with_response, 1.0 / 2.5, rtol=1e-9)


def test_only_the_firm_without_an_answer_is_nan():
    world = random_world(24)
    offered = world.owners.isin(["f0"])
    shares = segment_shares(world.utility, offered=offered)
    got = lerner_index(shares, world.weights, log_price_slope(world.eta), world.owners, world.price)
    assert got.isnull().all()


def test_inelastic_demand_shows_as_an_index_above_one():
    world = random_world(25, eta=(0.4, 0.6))
    lerner = lerner_index(*world_demand(world), world.owners, world.price)
    assert (lerner > 1.0).all()


def test_competitive_products_earn_nothing_and_are_not_protected():
    world = random_world(26)
    ingredients = world_demand(world)
    takers = world.access == "open"
    got = lerner_index(*ingredients, world.owners, world.price, competitive=takers)
    assert (got.where(takers, drop=True) == 0.0).all()
    split = {
        model: model if taker else owner
        for model, owner, taker in zip(
            world.owners.model.values, world.owners.values, takers.values, strict=True
        )
    }
    apart = lerner_index(*ingredients, split, world.price)
    xr.testing.assert_allclose(got.where(~takers), apart.where(~takers))


def test_absent_products_are_nan_and_change_nothing_else():
    world = random_world(27)
    shares = segment_shares(world.utility, offered=world.owners.model != "m1")
    slope = log_price_slope(world.eta)
    whole = lerner_index(
        shares, world.weights, slope, world.owners, world.price.where(world.price.model != "m1")
    )
    rest = lerner_index(shares.drop_sel(model="m1"), world.weights, slope, world.owners, world.price)
    assert whole.sel(model="m1").isnull().all()
    xr.testing.assert_allclose(whole.drop_sel(model="m1"), rest)


def test_prices_must_be_positive():
    world = random_world(28)
    with pytest.raises(ForkModelError, match="positive price"):
        lerner_index(*world_demand(world), world.owners, world.price * 0.0)


def test_small_systems_agree_with_the_general_solver():
    rng = np.random.default_rng(0)
    for size in (1, 2, 3):
        matrix = rng.normal(size=(5, size, size)) + 2.0 * np.eye(size)
        right = rng.normal(size=(5, size))
        expected = np.linalg.solve(matrix, right[..., None])[..., 0]
        np.testing.assert_allclose(first_order.solve_small(matrix, right), expected, rtol=1e-10)
        matrix[2] = 0.0
        assert np.isnan(first_order.solve_small(matrix, right)[2]).all()


def test_three_segments_and_blocks_of_rows(monkeypatch):
    rng = np.random.default_rng(1)
    names = {"draw": range(9), "segment": ["a", "b", "c"], "model": [f"m{number}" for number in range(5)]}
    utility = xr.DataArray(rng.normal(size=(9, 3, 5)), dims=tuple(names), coords=names)
    weights = xr.DataArray([0.2, 0.3, 0.5], dims="segment", coords={"segment": names["segment"]})
    owners = dict(zip(names["model"], "xxyyz", strict=True))
    shares = segment_shares(utility)
    whole = lerner_index(shares, weights, -2.0, owners)
    monkeypatch.setattr(first_order, "BLOCK", 100)
    xr.testing.assert_identical(lerner_index(shares, weights, -2.0, owners), whole)
