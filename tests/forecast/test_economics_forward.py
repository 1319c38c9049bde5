"""The simulator's economics: the history's elasticity and its rules on who is a firm, quarter by quarter."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from market.partitions import expected_hhi, sample_partition
from model.prior_values import prior_fit

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.hosting import Hosting
from forkmodel.forecast.lines import per_item
from forkmodel.forecast.origin import origin_of
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.ranks import ranks
from forkmodel.forecast.scenario_files import load_scenario
from forkmodel.forecast.simulate import simulate
from forkmodel.forecast.start_menus import paid_offers
from forkmodel.forecast.world import Setting, World
from forkmodel.forecast.worlds import run_forecast
from forkmodel.market import partition_concentration

STEP = 1e-4
DRAWS = 6


@pytest.fixture(scope="module")
def fit(market, panel, design):
    return prior_fit(market, panel, design, DRAWS, seed=3)


@pytest.fixture(scope="module")
def setting(fit):
    calendar = Calendar.from_vintage(fit.panel.catalogue.vintage, "2028-12")
    return Setting(
        fit.panel, fit.design, fit.priors, origin_of(fit.result).lines, calendar, load_scenario("baseline")
    )


def test_forecast_elasticities_are_the_derivatives_of_shares_in_list_prices(fit, setting):
    origin = origin_of(fit.result)
    world = World.begin(setting, origin.start, fit.values, origin.hosts, Randomness(3, 0, DRAWS))
    world = world.advance(setting.quarter(1))
    offers, alive = world.offers, world.population.alive
    chosen, each = world.buyers.choose(offers), np.ones(world.buyers.chosen.shape)
    buyers = dataclasses.replace(world.buyers, chosen=chosen, paid=each, sameness=each)
    found = buyers.own_price_elasticity(offers.prices)
    offered = np.flatnonzero(per_item(alive).all(0))
    price = np.median(offers.prices[:, 0, offered], axis=0)
    largest = offered[chosen[:, 0, offered].mean(0).argmax()]
    for item in (offered[price.argmin()], offered[price.argmax()], largest):
        sides = []
        for sign in (1, -1):
            moved = offers.prices.copy()
            moved[:, :, item] *= np.exp(sign * STEP)
            sides.append(np.log(buyers.choose(dataclasses.replace(offers, prices=moved))[..., item]))
        np.testing.assert_allclose((sides[0] - sides[1]) / (2 * STEP), found[..., item], rtol=1e-6, atol=1e-9)


def test_a_places_elasticity_is_that_of_its_average_paid_token():
    shares, priced = np.array([[[0.2, 0.1, 0.05]]]), np.array([True, True, False])
    paid, sameness = paid_offers(shares, priced, np.zeros(3, dtype=int))
    bought = shares[..., priced]
    mean = (bought * (1.0 - bought)).sum(-1) / bought.sum(-1)
    np.testing.assert_allclose(1.0 - shares.sum(-1) * sameness, mean, rtol=1e-12)
    np.testing.assert_allclose(paid, 0.3 / 0.35, rtol=1e-12)
    # Two months of one model are one model; a place of free models alone has nobody who pays.
    two_months = np.array([[[0.2, 0.3]]])
    assert [x.item() for x in paid_offers(two_months, np.ones(2, bool), np.array([0, 1]))] == [1.0, 1.0]
    assert paid_offers(two_months, np.zeros(2, bool), np.array([0, 1]))[0].item() == 0.0


def test_the_first_quarter_continues_the_elasticities_of_the_history(fit, setting):
    """With nobody who stays, and prices far above the floor, history and simulator see the same market."""
    values = fit.values | {"choice.inertia": np.full(DRAWS, 1e-12)}
    alone = prior_fit(fit.data, fit.panel, fit.design, DRAWS, seed=3)
    alone.__dict__["values"] = values
    recorded, _ = simulate(
        setting, origin_of(alone.result).start, values, origin_of(alone.result).hosts, Randomness(3, 0, DRAWS)
    )
    history = alone.history()["elasticity_own"].isel(chain=0, time=-1).transpose("draw", "segment", "access")
    # Free tokens and the mean of prices within a place are what is left between the two.
    ratio = recorded["elasticity"][:, 0] / history.to_numpy()
    assert np.median(np.abs(ratio - 1.0)) < 0.05


def _hosting(discount, draws, shock):
    rng = np.random.default_rng(6)
    hosts = sample_partition(
        xr.DataArray(np.full(draws, discount), dims="draw"), 4.0, 60, rng, dim="host"
    ).drop_vars("host")
    parameters = {"forecast.host_shock": np.full(draws, shock)}
    return hosts, Hosting.begin(hosts, parameters, Randomness(1, 0, draws))


def _measure(shares):
    hosts = xr.Dataset(
        {
            "share": (("draw", "host"), shares["hosts"]),
            "dust": ("draw", shares["host_dust"]),
            "dust_squares": ("draw", shares["host_dust_squares"]),
        }
    )
    return partition_concentration(hosts, "host")["hhi"].to_numpy()


@pytest.mark.parametrize("discount", [0.3, 0.9])
def test_hosts_begin_at_the_partition_and_keep_their_dust(discount):
    hosts, hosting = _hosting(discount, 3000, 0.3)
    before = _measure(hosting.shares())
    np.testing.assert_allclose(before, partition_concentration(hosts, "host")["hhi"], rtol=1e-9)
    assert before.mean() == pytest.approx(expected_hhi(discount, 4.0), rel=0.06)
    for number in range(8100, 8108):
        hosting = hosting.advance(number)
    shares = hosting.shares()
    np.testing.assert_allclose(shares["hosts"].sum(1) + shares["host_dust"], 1.0, rtol=1e-12)


def test_the_dust_moves_as_many_small_hosts_do():
    draws, small = 4, 40_000
    dust = xr.Dataset(
        {
            "share": (("draw", "host"), np.full((draws, 1), 0.4)),
            "dust": ("draw", np.full(draws, 0.6)),
            "dust_squares": ("draw", np.full(draws, 1.0 / small)),
        }
    )
    one_by_one = xr.Dataset(
        {
            "share": (("draw", "host"), np.repeat([[0.4] + [0.6 / small] * small], draws, axis=0)),
            "dust": ("draw", np.zeros(draws)),
            "dust_squares": ("draw", np.zeros(draws)),
        }
    )
    parameters = {"forecast.host_shock": np.full(draws, 0.5)}
    pair = [Hosting.begin(hosts, parameters, Randomness(2, 0, draws)) for hosts in (dust, one_by_one)]
    for number in range(8100, 8120):
        pair = [hosting.advance(number) for hosting in pair]
    # The one host that is followed has luck of its own in both: compare with it set aside.
    lumped, told = (hosting.shares() for hosting in pair)
    weight = told["hosts"][:, 1:] / told["hosts"][:, 1:].sum(1, keepdims=True)
    np.testing.assert_allclose(lumped["host_dust_squares"], (weight**2).sum(1), rtol=0.1)
    grown = told["hosts"][:, 1:].sum(1) / told["hosts"][:, 0] * np.exp(pair[1].luck[:, 0])
    np.testing.assert_allclose(
        lumped["host_dust"] / lumped["hosts"][:, 0] * np.exp(pair[0].luck[:, 0]), grown, rtol=0.05
    )


def test_the_remainder_holds_no_rank_and_is_no_firm(fit, setting):
    origin, firms = origin_of(fit.result), setting.lines.firms
    recorded, parameters = simulate(setting, origin.start, fit.values, origin.hosts, Randomness(3, 0, DRAWS))
    other = firms.index(OTHER_CLOSED)
    shares = np.zeros((DRAWS, len(setting.calendar), len(firms)))
    shares[..., other], shares[..., 0] = 0.7, 0.3
    developers = pd.Index(["Somebody", *firms])
    known = np.zeros((*shares.shape[:2], len(developers)))
    found = ranks(shares, known, developers, setting, recorded, origin.start, parameters)
    assert (found["closed_firms_above_5pct"] == 1.0).all()
    worth = parameters["forecast.value_multiple"][:, None] * recorded["closed"] * 0.3 * 1e9
    np.testing.assert_allclose(found["lab_value"][..., 0], worth, rtol=1e-9)
    assert (found["leader_changed"][:, 4:] == 0.0).all()
    # A developer known to earn more than it does lead the tier.
    known[..., 0] = 0.5
    found = ranks(shares, known, developers, setting, recorded, origin.start, parameters)
    assert (found["closed_firms_above_5pct"] == 2.0).all()
    np.testing.assert_allclose(found["lab_value"][..., 0], worth * 0.5 / 0.3, rtol=1e-9)


def test_forecasts_follow_the_histories_rules(fit):
    worlds = run_forecast(origin_of(fit.result), load_scenario("baseline"), "2027-12").worlds
    closed = worlds.sel(scope="closed").isel(time=slice(-4, None))
    assert (closed["cr4"] <= 1.0).all()
    assert (closed["hhi"] > 0.0).all()
    assert (1e4 * closed["cr1"] ** 2 <= closed["hhi"] + 1e-6).all()
    assert (worlds["elasticity_own"].isel(time=slice(-4, None)) <= 0.0).all()


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_draws_from_the_prior_overflow_nowhere(fit):
    far = prior_fit(fit.data, fit.panel, fit.design, 40, seed=9)
    far.history()
    run_forecast(origin_of(far.result), load_scenario("baseline"), "2028-12")
