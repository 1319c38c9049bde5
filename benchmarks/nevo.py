"""Demand functions of the market module against PyBLP, on Nevo's cereal problem with random coefficients.

Run it with ``python benchmarks/nevo.py``. PyBLP solves the problem (24 products, 94 markets, 20 simulated
buyers in each, four random coefficients with demographics) at the estimates of its tutorial. Buyers are then
our segments: utilities of the solved problem go through ``forkmodel.market``, and shares, elasticities,
diversion ratios, HHI and markups must be PyBLP's before both are timed.

The problem is that of Nevo (2000), A practitioner's guide to estimation of random-coefficients logit models
of demand, Journal of Economics & Management Strategy 9; estimates as in Conlon and Gortmaker (2020), Best
practices for differentiated products demand estimation with PyBLP, RAND Journal of Economics 51.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyblp
import xarray as xr
from measure import arguments, median_ms, versions, write_json

from forkmodel.market import (
    diversion_ratio,
    hhi,
    lerner_index,
    market_shares,
    price_elasticities,
    segment_shares,
)

#: Standard deviations of tastes for constant, price, sugar and mushy, and what demographics add to them.
SIGMA = np.diag([0.558, 3.312, -0.006, 0.093])
PI = [
    [2.292, 0.0, 1.284, 0.0],
    [588.3, -30.19, 0.0, 11.05],
    [-0.384, 0.0, 0.0524, 0.0],
    [0.748, 0.0, -1.353, 0.0],
]
CLOSE = {"rtol": 1e-8, "atol": 1e-10}
NODES = ("nodes0", "nodes1", "nodes2", "nodes3")
DEMOGRAPHICS = ("income", "income_squared", "age", "child")


def solved() -> Any:
    """Return PyBLP's results at the estimates, without searching for them again."""
    problem = pyblp.Problem(
        product_formulations=(
            pyblp.Formulation("0 + prices", absorb="C(product_ids)"),
            pyblp.Formulation("1 + prices + sugar + mushy"),
        ),
        product_data=pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION),
        agent_formulation=pyblp.Formulation("0 + " + " + ".join(DEMOGRAPHICS)),
        agent_data=pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION),
    )
    return problem.solve(SIGMA, PI, optimization=pyblp.Optimization("return"), method="1s")


class Market:
    """The solved problem in our arrays: dims ``market``, ``segment`` (simulated buyers) and ``model``."""

    def __init__(self, results: Any) -> None:
        self.results = results
        table = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION).assign(delta=np.ravel(results.delta))
        wide = table.set_index(["market_ids", "product_ids"]).to_xarray()
        wide = wide.rename(market_ids="market", product_ids="model")
        self.table, self.order = table, wide.model.to_numpy()
        self.market = wide.market
        agents = pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION)
        nodes, people = agents[list(NODES)].to_numpy(), agents[list(DEMOGRAPHICS)].to_numpy()
        taste = pd.DataFrame(nodes @ results.sigma.T + people @ results.pi.T, columns=list("cpsm"))
        number = agents.groupby("market_ids").cumcount().rename("segment")
        labels = pd.MultiIndex.from_arrays([agents["market_ids"], number], names=["market", "segment"])
        tastes = taste.set_index(labels).to_xarray()
        weights = pd.Series(agents["weights"].to_numpy(), index=labels).to_xarray()
        self.weights = weights.isel(market=0, drop=True)
        self.price, self.seen = wide.prices, wide.shares
        self.owners = wide.firm_ids.isel(market=0, drop=True).astype(str)
        self.utility = (
            wide.delta + tastes.c + tastes.p * wide.prices + tastes.s * wide.sugar + tastes.m * wide.mushy
        )
        self.slope = (float(results.beta.item()) + tastes.p) * wide.prices
        self.shares = segment_shares(self.utility, outside=True)

    def square(self, stacked: np.ndarray) -> np.ndarray:
        """Return PyBLP's stacked matrices as (market, product, product) in our order."""
        rows = self.table.groupby("market_ids").indices
        found = []
        for market in self.market.to_numpy():
            products = self.table["product_ids"].to_numpy()[rows[market]]
            order = np.argsort(products)
            found.append(stacked[rows[market]][np.ix_(order, order)])
        return np.stack(found)

    def column(self, stacked: np.ndarray) -> np.ndarray:
        """Return PyBLP's column as (market, product) in our order."""
        keyed = self.table[["market_ids", "product_ids"]].assign(x=np.ravel(stacked))
        return keyed.set_index(["market_ids", "product_ids"])["x"].to_xarray().to_numpy()

    # What is compared and timed, each from solved shares; PyBLP's own functions do the same.

    def our_shares(self) -> xr.DataArray:
        return market_shares(segment_shares(self.utility, outside=True), self.weights)

    def our_elasticities(self) -> xr.DataArray:
        return price_elasticities(self.shares, self.weights, self.slope)

    def our_diversion(self) -> xr.DataArray:
        return diversion_ratio(self.shares, self.weights, self.slope)

    def our_hhi(self) -> xr.DataArray:
        by_firm = self.seen.groupby(self.owners.rename("developer")).sum()
        return hhi(by_firm, normalise=True)

    def our_markups(self) -> xr.DataArray:
        return lerner_index(self.shares, self.weights, self.slope, self.owners, self.price)


def agree(market: Market) -> dict[str, float]:
    """Hold our figures to PyBLP's and return the largest differences."""
    theirs = market.results
    shares = market.our_shares().transpose("market", "model").to_numpy()
    elasticity = market.our_elasticities().transpose("market", "model", "model_price").to_numpy()
    diversion = market.our_diversion().transpose("market", "model", "model_to").to_numpy()
    # PyBLP keeps diversion to the outside good on the diagonal; ours is what a row leaves of one.
    outside = 1.0 - diversion.sum(-1)
    diversion = diversion + outside[..., None] * np.eye(diversion.shape[-1])
    order = {name: place for place, name in enumerate(theirs.problem.unique_market_ids)}
    spots = [order[name] for name in market.market.to_numpy()]
    pairs = {
        "shares": (shares, market.column(market.table["shares"].to_numpy())),
        "elasticities": (elasticity, market.square(theirs.compute_elasticities())),
        "diversion ratios": (diversion, market.square(theirs.compute_diversion_ratios())),
        "HHI": (market.our_hhi().to_numpy(), np.ravel(theirs.compute_hhi())[spots]),
        "markups": (
            market.our_markups().transpose("market", "model").to_numpy(),
            market.column(theirs.compute_markups()),
        ),
    }
    for name, (ours, expected) in pairs.items():
        np.testing.assert_allclose(ours, expected, **CLOSE, err_msg=name)
    return {name: float(np.abs(ours - expected).max()) for name, (ours, expected) in pairs.items()}


def main() -> None:
    """Check, time and write."""
    asked = arguments(__doc__).parse_args()
    warnings.simplefilter("ignore")
    pyblp.options.verbose = False
    market = Market(solved())
    apart, theirs = agree(market), market.results
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "shares": (market.our_shares, theirs.compute_shares),
        "elasticities": (market.our_elasticities, theirs.compute_elasticities),
        "diversion ratios": (market.our_diversion, theirs.compute_diversion_ratios),
        "HHI": (market.our_hhi, theirs.compute_hhi),
        "markups": (market.our_markups, theirs.compute_markups),
    }
    repeats = 1 if asked.quick else 9
    table = {}
    print(f"{'':<18}{'largest diff':>14}{'ours ms':>10}{'PyBLP ms':>10}{'ratio':>8}")
    for name, (ours, pyblps) in pairs.items():
        mine, other = median_ms(ours, repeats), median_ms(pyblps, repeats)
        table[name] = {
            "largest_difference": apart[name],
            "ours_ms": mine,
            "pyblp_ms": other,
            "ratio": other / mine,
        }
        print(f"{name:<18}{apart[name]:>14.1e}{mine:>10.2f}{other:>10.2f}{other / mine:>8.1f}")
    if not asked.quick:
        write_json("nevo", {"versions": versions(("pyblp", "numpy", "xarray")), "functions": table})


if __name__ == "__main__":
    main()
