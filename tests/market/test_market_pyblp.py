"""Agreement with PyBLP, written by others: a logit on its cereal data, two segments in both price forms."""

from __future__ import annotations

import numpy as np
import pyblp
import pytest
from pyblp_markets import MARKETS, MODELS, ONE, TIGHT, Cereal, TwoSegments, one_segment

from forkmodel.market import (
    diversion_ratio,
    hhi,
    hhi_delta,
    lerner_index,
    market_shares,
    price_elasticities,
)


@pytest.fixture(scope="module", autouse=True)
def _quiet():
    before = pyblp.options.verbose
    pyblp.options.verbose = False
    yield
    pyblp.options.verbose = before


@pytest.fixture(scope="module")
def cereal(_quiet):
    return Cereal()


def test_cereal_elasticities(cereal):
    ours = price_elasticities(one_segment(cereal.shares), ONE, cereal.slope)
    theirs = cereal.matrices(cereal.results.compute_elasticities())
    assert len(theirs) == 94
    for market, expected in theirs.items():
        np.testing.assert_allclose(
            ours.sel(market=market).transpose("model", "model_price"), expected, **TIGHT
        )


def test_cereal_diversion_ratios(cereal):
    ours = diversion_ratio(one_segment(cereal.shares), ONE, cereal.slope)
    for market, expected in cereal.matrices(cereal.results.compute_diversion_ratios()).items():
        got = ours.sel(market=market).transpose("model", "model_to").values.copy()
        # PyBLP keeps diversion to the outside good on the diagonal; ours is what a row leaves of one.
        np.fill_diagonal(got, 1.0 - got.sum(axis=1))
        np.testing.assert_allclose(got, expected, **TIGHT)


def test_cereal_hhi_before_and_after_a_merger(cereal):
    shares = cereal.shares.groupby(cereal.owners.rename("developer")).sum()
    before = np.ravel(cereal.results.compute_hhi())
    after = np.ravel(cereal.results.compute_hhi(firm_ids=cereal.merged_ids))
    order = cereal.results.problem.unique_market_ids
    np.testing.assert_allclose(hhi(shares, normalise=True).sel(market=order), before, **TIGHT)
    rise = hhi_delta(shares / shares.sum("developer"), "1", "2")
    np.testing.assert_allclose(rise.sel(market=order), after - before, rtol=1e-8, atol=1e-8)


def test_cereal_markups_and_costs(cereal):
    lerner = lerner_index(one_segment(cereal.shares), ONE, cereal.slope, cereal.owners, cereal.price)
    expected = cereal.column(cereal.results.compute_markups())
    np.testing.assert_allclose(lerner.transpose("market", "model"), expected, **TIGHT)
    cost = (cereal.price * (1.0 - lerner)).transpose("market", "model")
    np.testing.assert_allclose(cost, cereal.column(cereal.results.compute_costs()), **TIGHT)


@pytest.fixture(scope="module", params=["level", "log"])
def two(request, _quiet):
    return TwoSegments(request.param)


def test_two_segments_shares(two):
    ours = market_shares(two.shares, two.weights)
    np.testing.assert_allclose(ours, two.label(two.results.product_data.shares), **TIGHT)


def test_two_segments_elasticities_and_diversion(two):
    ours = price_elasticities(two.shares, two.weights, two.slope).transpose("market", "model", "model_price")
    theirs = two.results.compute_elasticities().reshape(MARKETS, MODELS, MODELS)
    np.testing.assert_allclose(ours, theirs, **TIGHT)
    ratio = (
        diversion_ratio(two.shares, two.weights, two.slope).transpose("market", "model", "model_to").values
    )
    if two.form == "level":
        own = 1.0 - ratio.sum(axis=-1)
        expected = two.results.compute_diversion_ratios().reshape(ratio.shape)
        np.testing.assert_allclose(ratio + own[..., None] * np.eye(MODELS), expected, **TIGHT)
    else:
        # PyBLP takes ds_j/dp_k where its definition says ds_k/dp_j. The two agree where the Jacobian is
        # symmetric, which it is not in log price, so here the definition is applied to PyBLP's elasticities.
        share = two.label(two.results.product_data.shares).values
        derivative = theirs * share[:, :, None] / two.price.values[:, None, :]
        moved = np.swapaxes(derivative, 1, 2)
        expected = -moved / np.diagonal(moved, axis1=1, axis2=2)[:, :, None] * (1.0 - np.eye(MODELS))
        np.testing.assert_allclose(ratio, expected, **TIGHT)


def test_two_segments_markups_recover_known_costs(two):
    lerner = lerner_index(two.shares, two.weights, two.slope, two.owners, two.price)
    cost = (two.price * (1.0 - lerner)).transpose("market", "model")
    # The accuracy is that of PyBLP's own price equilibrium.
    np.testing.assert_allclose(cost, two.known_cost, rtol=1e-7)
