"""Mergers: labels, concentration at unchanged shares, and prices in the new equilibrium."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from market_worlds import calm_world, category_weights, random_world
from properties import ROUNDING, examples

from forkmodel.errors import ForkModelError
from forkmodel.market import (
    group_shares,
    hhi,
    hhi_delta,
    lerner_index,
    level_price_slope,
    log_price_slope,
    market_shares,
    merge_owners,
    merger_equilibrium,
    merger_hhi,
    segment_shares,
)

quick = examples(10)


def log_world(seed, category=0.0, outside=False, **options):
    world = calm_world(seed, **options)
    shares = segment_shares(world.utility, outside=outside)
    return world, (
        shares,
        category_weights(world, category, outside),
        log_price_slope(world.eta),
        world.price,
    )


@quick
@given(seed=st.integers(0, 10_000))
def test_merging_raises_hhi_by_twice_the_product(seed):
    world, (shares, weights, _, _) = log_world(seed)
    market = market_shares(shares, weights)
    result = merger_hhi(market, world.owners, {"f1": "f0"})
    by_firm = group_shares(market, world.owners)
    # An HHI is of size 10,000, and a difference of two keeps the rounding of both.
    exact = {"rtol": 0.0, "atol": 2e4 * ROUNDING}
    assert (result.hhi_delta >= 0).all()
    xr.testing.assert_allclose(result.hhi_delta, hhi_delta(by_firm, "f0", "f1"), **exact)
    xr.testing.assert_allclose(result.hhi_before, hhi(by_firm), **exact)
    product = by_firm.sel(developer="f0", drop=True) * by_firm.sel(developer="f1", drop=True)
    xr.testing.assert_allclose(result.hhi_delta, 2e4 * product, **exact)


def test_relabelling_follows_chains_and_refuses_nonsense():
    owners = xr.DataArray(["A", "B", "C", "A"], dims="model")
    assert merge_owners(owners, {"A": "B", "B": "C"}).values.tolist() == ["C"] * 4
    assert merge_owners(owners, {"A": "New"}).values.tolist() == ["New", "B", "C", "New"]
    with pytest.raises(ForkModelError, match="Did you mean"):
        merge_owners(xr.DataArray(["Mistral AI"], dims="model"), {"Mistral": "Cohere"})
    with pytest.raises(ForkModelError, match="circle"):
        merge_owners(owners, {"A": "B", "B": "A"})
    shares = xr.DataArray([0.5, 0.5], dims="developer", coords={"developer": ["A", "B"]})
    with pytest.raises(ForkModelError, match="itself"):
        hhi_delta(shares, "A", "A")
    with pytest.raises(ForkModelError, match="No firm"):
        hhi_delta(shares, "A", "Z")


@pytest.mark.parametrize(("category", "outside"), [(0.0, False), (0.8, False), (0.0, True), (1.1, True)])
def test_without_a_merger_nothing_moves(category, outside):
    world, ingredients = log_world(31, category, outside)
    result = merger_equilibrium(*ingredients, world.owners, world.owners, category_elasticity=category)
    assert result.converged.all()
    np.testing.assert_allclose(result.price_change, 0.0, atol=1e-9)
    np.testing.assert_allclose(result.quantity_ratio, 1.0, atol=1e-9)
    shares = market_shares(*ingredients[:2])
    np.testing.assert_allclose(result.market_share.transpose(*shares.dims), shares, atol=1e-9)


@pytest.mark.parametrize(("category", "outside"), [(0.0, False), (0.8, False), (0.0, True), (1.1, True)])
def test_new_prices_satisfy_the_new_conditions_at_the_old_costs(category, outside):
    world, (shares, weights, slope, price) = log_world(32, category, outside)
    merged = merge_owners(world.owners, {"f1": "f0"})
    before = lerner_index(shares, weights, slope, world.owners, price, category)
    result = merger_equilibrium(
        shares, weights, slope, price, world.owners, merged, category_elasticity=category
    )
    assert result.converged.all()
    # Utilities recomputed at the new prices, not the ratios the solver works with.
    world.price = result.price
    after = segment_shares(world.utility, outside=outside)
    again = category_weights(world, category, outside)
    lerner = lerner_index(after, again, slope, merged, world.price, category)
    cost = world.price * (1.0 - lerner)
    old = price * (1.0 - before)
    np.testing.assert_allclose(cost.transpose("draw", "model"), old.transpose("draw", "model"), rtol=1e-8)
    np.testing.assert_allclose(result.lerner_after, lerner.transpose(*result.lerner_after.dims), rtol=1e-8)
    expected = market_shares(after, again).transpose(*result.market_share.dims)
    np.testing.assert_allclose(result.market_share, expected, rtol=1e-8)
    part = merged.isin(["f0"])
    assert (result.price_change.where(part, drop=True) > 0.0).all()
    if category > 0.0:
        assert (result.quantity_ratio < 1.0).all()
    else:
        np.testing.assert_allclose(result.quantity_ratio, 1.0, atol=1e-12)


def test_level_form_with_outside_good():
    world = random_world(33)
    alpha = xr.DataArray([-1.5, -2.5], dims="segment", coords={"segment": world.weights.segment})

    def at(price):
        return segment_shares(world.quality + alpha * price, outside=True), level_price_slope(alpha, price)

    shares, slope = at(world.price)
    merged = merge_owners(world.owners, {"f1": "f0"})
    result = merger_equilibrium(shares, world.weights, slope, world.price, world.owners, merged, "level")
    assert result.converged.all()
    shares, slope = at(result.price)
    cost = result.price * (1.0 - lerner_index(shares, world.weights, slope, merged, result.price))
    np.testing.assert_allclose(cost, result.marginal_cost.transpose(*cost.dims), atol=1e-8)


def test_cost_savings_pass_through_and_price_takers_stay():
    world, ingredients = log_world(34)
    takers = world.access == "open"
    lower = xr.where(world.owners == "f0", 0.8, 1.0)
    merged = merge_owners(world.owners, {"f1": "f0"})
    plain = merger_equilibrium(*ingredients, world.owners, merged, competitive=takers)
    saving = merger_equilibrium(*ingredients, world.owners, merged, competitive=takers, cost_ratio=lower)
    assert plain.converged.all()
    np.testing.assert_allclose(plain.price_change.where(takers, drop=True), 0.0, atol=1e-12)
    closed = ~takers & (world.owners == "f0")
    assert (saving.price.where(closed, drop=True) < plain.price.where(closed, drop=True)).all()


def test_no_equilibrium_is_flagged_on_its_own_draw():
    world, (shares, weights, slope, price) = log_world(35, models=4)
    inelastic = slope.where(slope.draw != 1, -0.5)
    merged = merge_owners(world.owners, {"f1": "f0"})
    # Two firms only: their merger owns all of a market of fixed size, so no draw has an answer.
    assert not merger_equilibrium(shares, weights, slope, price, world.owners, merged).converged.any()
    apart = merger_equilibrium(shares, weights, inelastic, price, world.owners, world.owners)
    np.testing.assert_array_equal(apart.converged, [True, False, True])
    assert apart.price.sel(draw=1).isnull().all()
    assert (apart.lerner_before.sel(draw=1) > 1.0).all()
    assert apart.price.drop_sel(draw=1).notnull().all()


def test_running_out_of_iterations_is_not_success():
    world, ingredients = log_world(36)
    merged = merge_owners(world.owners, {"f1": "f0"})
    result = merger_equilibrium(*ingredients, world.owners, merged, max_iterations=1)
    assert not result.converged.any()
    assert result.price.isnull().all()


def test_absent_models_and_permutations():
    world, (_, weights, slope, price) = log_world(37)
    shares = segment_shares(world.utility, offered=world.owners.model != "m4")
    merged = merge_owners(world.owners, {"f1": "f0"})
    result = merger_equilibrium(shares, weights, slope, price, world.owners, merged)
    mixed = merger_equilibrium(
        shares.isel(model=[3, 5, 7, 0, 4, 6, 2, 1], segment=[1, 0]),
        weights,
        slope,
        price,
        world.owners,
        merged,
    )
    assert result.converged.all()
    assert result.price.sel(model="m4").isnull().all()
    xr.testing.assert_allclose(mixed.sel(model=result.model), result)
    dollars = merger_equilibrium(shares, weights, slope, price * 1.25, world.owners, merged)
    xr.testing.assert_allclose(dollars.price, result.price * 1.25)
    xr.testing.assert_allclose(dollars.lerner_after, result.lerner_after)


@pytest.mark.filterwarnings("error")
def test_stacked_draws_and_arrays_without_labels():
    world, (shares, weights, slope, price) = log_world(39)
    merged = merge_owners(world.owners, {"f1": "f0"})
    result = merger_equilibrium(shares, weights, slope, price, world.owners, merged)

    def stacked(array):
        return array.expand_dims({"chain": [0]}).stack(sample=("chain", "draw"))

    inputs = [stacked(array) for array in (shares, weights, slope, price)]
    flat = merger_equilibrium(*inputs, world.owners, merged)
    np.testing.assert_allclose(flat.price.transpose("sample", "model"), result.price)
    bare = [
        array.drop_vars(["draw", "segment", "model"], errors="ignore")
        for array in (shares, weights, slope, price)
    ]
    owners = [labels.drop_vars("model") for labels in (world.owners, merged)]
    np.testing.assert_allclose(merger_equilibrium(*bare, *owners).price, result.price)


def test_category_elasticity_needs_a_price_index():
    world, (shares, weights, slope, price) = log_world(38)
    with pytest.raises(ForkModelError, match="price index"):
        merger_equilibrium(
            shares, weights, slope, price, world.owners, world.owners, "level", category_elasticity=0.5
        )
    with pytest.raises(ForkModelError, match="price_form"):
        merger_equilibrium(shares, weights, slope, price, world.owners, world.owners, "cubic")
