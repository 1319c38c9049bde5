"""Mergers by identities: no overlap, no diversion, compensated costs, and optimality against derivatives."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from market_worlds import quantities, random_world

from forkmodel.errors import ForkModelError
from forkmodel.market import (
    LevelPrice,
    LogPrice,
    diversion_ratio,
    diverted_value,
    merger_concentration,
    merger_equilibrium,
    segment_shares,
    upward_pressure,
)

PARTIES = ["f0", "f1"]


class Market:
    """A random market in which open models stand for the competitive fringe."""

    def __init__(self, seed: int, eta: tuple[float, float] = (2.5, 4.0)) -> None:
        self.world = random_world(seed, models=9, eta=eta)
        self.shares = segment_shares(self.world.utility)
        self.response = LogPrice(self.world.eta)
        self.fringe = self.world.access == "open"
        self.slope = -self.world.eta * xr.ones_like(self.world.price)

    def pressure(self, **more):
        world = self.world
        return upward_pressure(
            self.shares,
            world.weights,
            self.slope,
            world.owners,
            PARTIES,
            world.price,
            competitive=self.fringe,
            **more,
        )

    def equilibrium(self, **more):
        world = self.world
        arguments = (self.shares, world.weights, self.response, world.owners, PARTIES, world.price)
        return merger_equilibrium(*arguments, **{"competitive": self.fringe, **more})


@pytest.fixture(scope="module", params=[1, 2])
def market(request):
    return Market(request.param)


def test_prices_after_a_merger_are_optimal_for_every_firm(market):
    """By complex-step derivatives of each firm's profit, in a market written afresh."""
    found = market.equilibrium(efficiency=0.03)
    assert found["solved"].all()
    world, owners, closed = market.world, market.world.owners.values.copy(), ~market.fringe.values
    saved = np.where(np.isin(owners, PARTIES), 0.97, 1.0)
    owners[np.isin(owners, PARTIES)] = "both"
    for draw in range(3):
        price = found["price_after"].isel(draw=draw).values
        cost = found["cost_before"].isel(draw=draw).values * saved
        assert (
            np.abs(quantities(world, draw, price).real - found["quantity_after"].isel(draw=draw)) < 1e-12
        ).all()
        for spot in np.flatnonzero(closed):
            nudged = price.astype(complex)
            nudged[spot] += 1e-30j
            sold = quantities(world, draw, nudged)
            own = (owners == owners[spot]) & closed
            profit = ((nudged - cost) * sold)[own].sum()
            assert abs(profit.imag / 1e-30) < 1e-8 * abs(sold[spot].real)


def test_a_saving_of_the_compensating_size_leaves_prices_alone(market):
    cut = market.pressure()["cmcr"].fillna(0.0)
    assert (cut.max("model") > 0.01).all()
    found = market.equilibrium(efficiency=cut)
    np.testing.assert_allclose(found["price_after"], found["price_before"], rtol=1e-9)
    np.testing.assert_allclose(found["consumer_loss"], 0.0, atol=1e-9)
    assert (found["profit_after"].sum("model") > found["profit_before"].sum("model")).all()


def test_without_a_saving_prices_rise_and_buyers_lose_about_what_they_pay_more(market):
    found = market.equilibrium()
    rise = found["price_after"] - found["price_before"]
    party = market.world.owners.isin(PARTIES) & ~market.fringe
    assert (rise.where(party, 1.0) > 0.0).all()
    assert (abs(rise.where(market.fringe, 0.0)) == 0.0).all()
    before, after = ((found[name] * rise).sum("model") for name in ("quantity_before", "quantity_after"))
    assert ((found["consumer_loss"] < before) & (found["consumer_loss"] > after)).all()


def test_a_party_without_a_price_to_set_changes_nothing(market):
    world = market.world
    fringe = market.fringe | (world.owners == "f1")
    found = market.equilibrium(competitive=fringe)
    np.testing.assert_allclose(found["price_after"], found["price_before"], rtol=1e-10)
    pressure = upward_pressure(
        market.shares, world.weights, market.slope, world.owners, PARTIES, world.price, competitive=fringe
    )
    own = np.flatnonzero((world.owners == "f0") & ~fringe)
    for name in ("guppi", "upp", "cmcr"):
        np.testing.assert_allclose(pressure[name].isel(model=own), 0.0, atol=1e-12)


def test_no_diversion_no_pressure():
    """Two firms that sell to different segments take nobody from one another."""
    labels = {"segment": ["frontier", "threshold"], "model": ["a", "b", "c"]}
    shares = xr.DataArray([[0.4, 0.0, 0.3], [0.0, 0.5, 0.2]], dims=tuple(labels), coords=labels)
    weights = xr.DataArray([0.5, 0.5], dims="segment", coords={"segment": labels["segment"]})
    price = xr.DataArray([2.0, 2.5, 1.5], dims="model", coords={"model": labels["model"]})
    owners, response = {"a": "f0", "b": "f1", "c": "f2"}, LevelPrice(-2.0 * xr.ones_like(weights))
    slope = response.coefficient * price
    pressure = upward_pressure(shares, weights, slope, owners, PARTIES, price)
    np.testing.assert_allclose(pressure[["guppi", "cmcr"]].sel(model=["a", "b"]).to_array(), 0.0, atol=1e-15)
    found = merger_equilibrium(shares, weights, response, owners, PARTIES, price)
    np.testing.assert_allclose(found["price_after"], price, rtol=1e-10)
    # With c they overlap.
    assert (
        upward_pressure(shares, weights, slope, owners, ["f0", "f2"], price)["guppi"].dropna("model") > 0
    ).all()


def test_diverted_value_is_the_matrix_of_diversion_times_the_values(market):
    world = market.world
    value = 0.5 * world.price
    matrix = diversion_ratio(market.shares, world.weights, market.slope, 0.4)
    expected = (matrix * value.rename(model="model_to")).sum("model_to")
    found = diverted_value(market.shares, world.weights, market.slope, value, 0.4)
    np.testing.assert_allclose(found.transpose(*expected.dims), expected, rtol=1e-10)


def test_draws_without_an_equilibrium_are_left_out():
    inelastic = Market(1, eta=(0.5, 0.7)).equilibrium()
    assert not inelastic["solved"].any()
    assert inelastic["price_after"].isnull().all()
    assert inelastic["consumer_loss"].isnull().all()


def test_concentration_by_hand():
    firms = {"firm": ["a", "b", "c", "d"]}
    shares = xr.DataArray(
        [[30.0, 4.0, 26.0, 40.0], [25.0, 4.0, 21.0, 10.0]], dims=("draw", "firm"), coords=firms
    )
    found = merger_concentration(shares, ["a", "b"], remainder=xr.DataArray([0.0, 40.0], dims="draw"))
    np.testing.assert_allclose(found["hhi_before"], [3192.0, 1182.0])
    np.testing.assert_allclose(found["hhi_delta"], [240.0, 200.0])
    np.testing.assert_allclose(found["share"], [0.34, 0.29])
    np.testing.assert_array_equal(found["above_hhi_line"], [1.0, 0.0])
    np.testing.assert_array_equal(found["above_share_line"], [1.0, 0.0])
    three = merger_concentration(shares, ["a", "b", "c"])
    np.testing.assert_allclose(three["hhi_after"].isel(draw=0), 60.0**2 + 40.0**2)


def test_parties_must_be_two_known_firms(market):
    world = market.world
    for wrong, said in ((["f0", "f0"], "itself"), (["f0"], "two"), (["f0", "f11"], "'f1'")):
        with pytest.raises(ForkModelError, match=said):
            upward_pressure(market.shares, world.weights, market.slope, world.owners, wrong, world.price)


@pytest.mark.parametrize(("form", "wrong"), [(LogPrice, -1.0), (LevelPrice, 1.0)])
def test_demand_must_fall_with_price(form, wrong):
    with pytest.raises(ForkModelError, match="demand has to fall"):
        form(xr.DataArray([wrong], dims="segment"))
