"""Mergers against PyBLP, written by others: pressure, compensating cost cuts, prices, shares, surplus."""

from __future__ import annotations

import numpy as np
import pyblp
import pytest
import xarray as xr
from pyblp_markets import MARKETS, ONE, Cereal, TwoSegments, one_segment

from forkmodel.market import (
    LevelPrice,
    LogPrice,
    diversion_ratio,
    lerner_index,
    merger_concentration,
    merger_equilibrium,
    upward_pressure,
)

PARTIES = ["1", "2"]
#: Prices are as close as PyBLP's own iteration.
SOLVED = {"rtol": 1e-8, "atol": 1e-9}


@pytest.fixture(scope="module", autouse=True)
def _quiet():
    before = pyblp.options.verbose
    pyblp.options.verbose = False
    yield
    pyblp.options.verbose = before


@pytest.fixture(scope="module")
def cereal(_quiet):
    return Cereal()


@pytest.fixture(scope="module")
def response(cereal):
    return LevelPrice(ONE * float(cereal.results.beta.item()))


@pytest.fixture(scope="module")
def pressure(cereal):
    return upward_pressure(
        one_segment(cereal.shares), ONE, cereal.slope, cereal.owners, PARTIES, cereal.price
    ).transpose("market", "model")


def test_cereal_concentration(cereal):
    shares = cereal.shares.groupby(cereal.owners.rename("firm")).sum()
    found = merger_concentration(shares, PARTIES).sel(market=cereal.results.problem.unique_market_ids)
    np.testing.assert_allclose(found["hhi_before"], cereal.results.compute_hhi().ravel(), rtol=1e-10)
    after = cereal.results.compute_hhi(firm_ids=cereal.merged_ids).ravel()
    np.testing.assert_allclose(found["hhi_after"], after, rtol=1e-10)


def test_cereal_pressure(cereal, pressure):
    margin = cereal.price * lerner_index(
        one_segment(cereal.shares), ONE, cereal.slope, cereal.owners, cereal.price
    )
    partner = cereal.owners.values[:, None] != cereal.owners.values[None, :]
    party = cereal.owners.isin(PARTIES).values
    for market, ratio in cereal.matrices(cereal.results.compute_diversion_ratios()).items():
        expected = (ratio * partner * party) @ margin.sel(market=market).values
        found = pressure.sel(market=market)
        np.testing.assert_allclose(found["upp"].values[party], expected[party], rtol=1e-8)
        price = cereal.price.sel(market=market).values
        np.testing.assert_allclose(found["guppi"].values[party], (expected / price)[party], rtol=1e-8)
        assert np.isnan(found["guppi"].values[~party]).all()


def test_cereal_compensating_cost_reductions(cereal, pressure):
    # At today's shares and slopes the merged firm would raise prices by what costs would have to fall.
    raised = cereal.results.compute_approximate_prices(firm_ids=cereal.merged_ids)
    costs = cereal.results.compute_costs()
    # A plain logit on these data gives some cereals negative costs, of which nothing can be a part.
    cut = np.where(costs > 0.0, (raised - cereal.table[["prices"]].to_numpy()) / costs, np.nan)
    expected = cereal.column(cut).where(cereal.owners.isin(PARTIES))
    assert expected.notnull().sum() > 1000
    np.testing.assert_allclose(pressure["cmcr"], expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("efficiency", [0.0, 0.05])
def test_cereal_prices_shares_and_surplus_after_a_merger(cereal, response, efficiency):
    party = np.isin(cereal.table.firm_ids, [1, 2])[:, None]
    costs = cereal.results.compute_costs() * (1.0 - efficiency * party)
    exact = pyblp.Iteration("simple", {"atol": 1e-13})
    prices = cereal.results.compute_prices(firm_ids=cereal.merged_ids, costs=costs, iteration=exact)
    shares = cereal.results.compute_shares(prices)
    found = merger_equilibrium(
        one_segment(cereal.shares), ONE, response, cereal.owners, PARTIES, cereal.price, efficiency=efficiency
    ).transpose("market", "model")
    assert found["solved"].all()
    np.testing.assert_allclose(found["price_after"], cereal.column(prices), **SOLVED)
    np.testing.assert_allclose(found["quantity_after"], cereal.column(shares), **SOLVED)
    order = cereal.results.problem.unique_market_ids
    lost = cereal.results.compute_consumer_surpluses() - cereal.results.compute_consumer_surpluses(prices)
    np.testing.assert_allclose(found["consumer_loss"].sel(market=order), lost.ravel(), rtol=1e-7, atol=1e-12)
    profits = cereal.results.compute_profits(prices, shares, costs)
    np.testing.assert_allclose(found["profit_after"], cereal.column(profits), **SOLVED)


@pytest.fixture(scope="module", params=["level", "log"])
def two(request, _quiet):
    return TwoSegments(request.param)


def test_two_segments_prices_after_a_merger(two):
    mean = xr.DataArray(
        [two.MEAN + two.SPREAD, two.MEAN - two.SPREAD],
        dims="segment",
        coords={"segment": two.weights.segment},
    )
    form = LogPrice(-mean) if two.form == "log" else LevelPrice(mean)
    merged = np.where(two.firms == 1, 0, two.firms)
    exact = pyblp.Iteration("simple", {"atol": 1e-13})
    prices = two.results.compute_prices(firm_ids=merged, costs=two.costs, iteration=exact)
    found = merger_equilibrium(two.shares, two.weights, form, two.owners, ["A", "B"], two.price)
    assert found["solved"].all()
    # Costs are those that PyBLP's own equilibrium implies, as near as it was solved.
    np.testing.assert_allclose(
        found["price_after"].transpose("market", "model"), two.label(prices), rtol=1e-7
    )
    assert (found["price_after"] > two.price - 1e-9).all()
    if two.form == "level":
        before, after = (
            two.results.compute_consumer_surpluses(at) for at in (two.results.product_data.prices, prices)
        )
        np.testing.assert_allclose(found["consumer_loss"], (before - after).ravel(), rtol=1e-6)


def test_the_pressure_of_two_segments_is_that_of_the_matrices_of_antitrust(two):
    # R's antitrust weights a matrix of diversion ratios by ratios of prices, with minus one on its diagonal.
    slope = two.slope
    found = upward_pressure(
        two.shares, two.weights, slope, two.owners, ["A", "C"], two.price, efficiency=0.04
    )
    lerner = lerner_index(two.shares, two.weights, slope, two.owners, two.price).transpose("market", "model")
    ratio = diversion_ratio(two.shares, two.weights, slope).transpose("market", "model", "model_to")
    spots = np.flatnonzero(two.owners.isin(["A", "C"]))
    owner = two.owners.values[spots]
    own = owner[:, None] == owner[None, :]
    for market in range(MARKETS):
        matrix = ratio.values[market][np.ix_(spots, spots)] - np.eye(len(spots))
        price = two.price.values[market][spots]
        margin = lerner.values[market][spots]
        weighted = matrix * (price[None, :] / price[:, None])
        saved = margin + 0.04 * (1.0 - margin)
        net = weighted @ saved - (weighted * own) @ margin
        cost_cut = (np.linalg.solve(-weighted, -(weighted * own) @ margin) - margin) / (1.0 - margin)
        gross = (weighted * ~own) @ margin
        here = found.isel(market=market, model=spots)
        np.testing.assert_allclose(here["upp"].values / price, net, rtol=1e-9)
        np.testing.assert_allclose(here["guppi"].values, gross, rtol=1e-9)
        np.testing.assert_allclose(here["cmcr"].values, cost_cut, rtol=1e-8)
