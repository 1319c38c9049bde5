"""Markets solved by PyBLP, written by others, and both the data and the results in our arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyblp
import xarray as xr

from forkmodel.market import log_price_slope, segment_shares

MARKETS, MODELS = 4, 6
TIGHT = {"rtol": 1e-8, "atol": 1e-8}


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
