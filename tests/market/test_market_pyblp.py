"""Agreement with PyBLP, written by others: a logit on its cereal data, two segments in both price forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyblp
import pytest
import xarray as xr

from forkmodel.market import (
    diversion_ratio,
    hhi,
    hhi_delta,
    lerner_index,
    log_price_slope,
    market_shares,
    price_elasticities,
    segment_shares,
)

MARKETS, MODELS = 4, 6
TIGHT = {"rtol": 1e-8, "atol": 1e-8}


@pytest.fixture(scope="module", autouse=True)
def _quiet():
    before = pyblp.options.verbose
    pyblp.options.verbose = False
    yield
    pyblp.options.verbose = before


def one_segment(array: xr.DataArray) -> xr.DataArray:
    return array.expand_dims({"segment": ["all"]})


ONE = xr.DataArray([1.0], dims="segment", coords={"segment": ["all"]})


class Cereal:
    """Nevo's cereal data, a plain logit with product effects solved on it, and both in our arrays."""

    def __init__(self) -> None:
        self.table = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)
        formula = pyblp.Formulation("prices", absorb="C(product_ids)")
        self.results = pyblp.Problem(formula, self.table).solve(method="1s")
        wide = self.table.set_index(["market_ids", "product_ids"])[
            ["shares", "prices", "firm_ids"]
        ].to_xarray()
        wide = wide.rename(market_ids="market", product_ids="model")
        self.shares, self.price = wide.shares, wide.prices
        self.owners = wide.firm_ids.isel(market=0, drop=True).astype(str)
        self.slope = float(self.results.beta.item()) * self.price
        self.merged_ids = np.where(self.table.firm_ids == 2, 1, self.table.firm_ids)

    def column(self, values: np.ndarray) -> xr.DataArray:
        """Label a PyBLP column (one entry per product and market)."""
        keys = [self.table.market_ids, self.table.product_ids]
        wide = pd.Series(
            np.ravel(values), index=pd.MultiIndex.from_arrays(keys, names=["market", "model"])
        ).to_xarray()
        return wide.sel(market=self.shares.market, model=self.shares.model)

    def matrices(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Split stacked PyBLP matrices by market, rows and columns in our product order."""
        split = {}
        for market, rows in self.table.groupby("market_ids").indices.items():
            products = self.table.product_ids.to_numpy()[rows]
            order = [int(np.flatnonzero(products == name)[0]) for name in self.shares.model.values]
            split[str(market)] = values[rows][np.ix_(order, order)]
        return split


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


class TwoSegments:
    """A simulated equilibrium with two types of buyer, whose costs PyBLP knows."""

    MEAN, SPREAD = -3.0, 0.8

    def __init__(self, form: str) -> None:
        rng = np.random.default_rng(5)
        self.form = form
        self.firms = np.tile([0, 0, 1, 1, 2, 3], MARKETS)
        table = pd.DataFrame({"market_ids": np.repeat(np.arange(MARKETS), MODELS), "firm_ids": self.firms})
        table["quality"] = rng.normal(size=len(table))
        agents = pd.DataFrame({"market_ids": np.repeat(np.arange(MARKETS), 2)})
        agents["weights"] = np.tile([0.35, 0.65], MARKETS)
        agents["nodes0"] = np.tile([1.0, -1.0], MARKETS)
        term = "log(prices)" if form == "log" else "prices"
        simulation = pyblp.Simulation(
            product_formulations=(
                pyblp.Formulation(f"1 + quality + {term}"),
                pyblp.Formulation(f"0 + {term}"),
            ),
            product_data=table,
            agent_data=agents,
            beta=[0.5, 1.0, self.MEAN],
            sigma=[[self.SPREAD]],
            xi=0.3 * rng.normal(size=len(table)),
        )
        self.costs = np.exp(0.3 * rng.normal(size=(len(table), 1)))
        self.results = simulation.replace_endogenous(costs=self.costs, prices=1.5 * self.costs)
        self.price = self.label(self.results.product_data.prices)
        self.known_cost = self.label(self.costs)
        steep = xr.DataArray(
            [self.MEAN + self.SPREAD, self.MEAN - self.SPREAD],
            dims="segment",
            coords={"segment": ["frontier", "threshold"]},
        )
        self.weights = xr.DataArray([0.35, 0.65], dims="segment", coords={"segment": steep.segment})
        moved = np.log(self.price) if form == "log" else self.price
        # PyBLP's delta is utility at the mean price response; the rest differs by type of buyer.
        self.shares = segment_shares(
            self.label(self.results.delta) + (steep - self.MEAN) * moved, outside=True
        )
        self.slope = log_price_slope(-steep) if form == "log" else steep * self.price
        self.owners = xr.DataArray(list("AABBCD"), dims="model", coords={"model": self.price.model})

    def label(self, column: np.ndarray) -> xr.DataArray:
        names = [f"m{number}" for number in range(MODELS)]
        values = np.reshape(column, (MARKETS, MODELS))
        return xr.DataArray(
            values, dims=("market", "model"), coords={"market": range(MARKETS), "model": names}
        )


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
