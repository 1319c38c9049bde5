"""Elasticities, diversion and markups of draws against finite differences of shares; no sampling."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from made import ALPHA, GAP, WEIGHT, made_products, shares_of

import forkmodel as fm
from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.outcomes import (
    diversion,
    elasticities,
    firm_diversion,
    hhi_by_market,
    local_market,
    markups,
    outside_diversion,
    own_elasticities,
)

STEP = 1e-6


@pytest.fixture(scope="module", params=[1, 2])
def draws(request):
    """Two draws at the truth."""
    gap = GAP if request.param == 2 else 0.0
    table = fm.ProductTable.of(made_products(gap=gap, markets=3))
    mean = table.products["price"].mean()
    dims = ("chain", "draw")
    free = {"sensitivity": (dims, np.full((1, 2), ALPHA * mean))}
    if request.param == 2:
        free |= {"spread": (dims, np.full((1, 2), GAP / ALPHA)), "weight": (dims, np.full((1, 2), WEIGHT))}
    return DemandDraws(table, request.param, xr.Dataset(free), xr.Dataset(), seed=1, tune=1)


@pytest.fixture
def truth(draws):
    """Shares of the last market as a function of its prices, and its table."""
    rows = draws.table.rows(draws.table.markets[-1])
    price, share = rows["price"].to_numpy(), rows["share"].to_numpy()
    gap = GAP if draws.segments == 2 else 0.0
    market = local_market(draws)
    first = market.share.isel(chain=0, draw=0, segment=0)
    utility = np.log(first / (1.0 - first.sum())).to_numpy()
    np.testing.assert_allclose(shares_of(utility, price, gap), share, rtol=1e-9)

    def at(new):
        return shares_of(utility - ALPHA * (new - price), new, gap)

    return rows, price, share, at


def jacobian(at, price):
    steps = STEP * np.eye(len(price))
    return np.stack([(at(price + step) - at(price - step)) / (2.0 * STEP) for step in steps], axis=-1)


def test_elasticities_are_those_of_differences(draws, truth):
    _, price, share, at = truth
    expected = jacobian(at, price) * price / share[:, None]
    market = local_market(draws)
    found = elasticities(market).isel(chain=0, draw=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)
    own = own_elasticities(market)
    assert own.dims == ("chain", "draw", "product")
    np.testing.assert_allclose(own.isel(chain=0, draw=0), np.diag(expected), rtol=1e-5)


def test_lost_buyers_go_where_differences_say_or_nowhere(draws, truth):
    _, price, _, at = truth
    slopes = jacobian(at, price)
    expected = -slopes.T / np.diag(slopes)[:, None]
    np.fill_diagonal(expected, 0.0)
    market = local_market(draws)
    found = diversion(market).isel(chain=0, draw=0)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)
    outside = outside_diversion(market).isel(chain=0, draw=0)
    np.testing.assert_allclose(outside, 1.0 - expected.sum(1), rtol=1e-5)


def test_markups_meet_the_first_order_conditions(draws, truth):
    rows, price, share, at = truth
    owner = rows["firm"].to_numpy()
    together = owner[:, None] == owner[None, :]
    margin = np.linalg.solve(-(together * jacobian(at, price).T), share)
    found = markups(local_market(draws)).isel(chain=0, draw=0)
    np.testing.assert_allclose(found * price, margin, rtol=1e-5)


def test_firms_divert_less_than_everything(draws):
    found = firm_diversion(local_market(draws))
    assert ((found.sum("firm_to") > 0.0) & (found.sum("firm_to") < 1.0)).all()


def test_the_hhi_is_of_units_sold(draws):
    rows = draws.table.rows("m00")
    part = rows.groupby("firm")["share"].sum() / rows["share"].sum()
    assert hhi_by_market(draws)["m00"] == pytest.approx(1e4 * (part**2).sum())


def test_an_unknown_market_is_named(draws):
    with pytest.raises(fm.ForkModelError, match="Did you mean 'm02'"):
        local_market(draws, "m2")
