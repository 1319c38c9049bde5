"""Elasticities, diversion, markups and concentration of one market of the table, on every draw.

The economics is that of :mod:`forkmodel.market`; here draws become what it takes. Segment shares need no
utilities: of the buyers of a product the part ``u_j`` is of the first segment, so ``w_1 s_1j = s_j u_j``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.demand.draws import SEGMENTS, DemandDraws
from forkmodel.demand.table import ProductTable
from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.market import (
    LevelPrice,
    diversion_ratio,
    diverted_value,
    group_diversion_ratio,
    hhi,
    lerner_index,
    own_price_elasticity,
    price_elasticities,
)

__all__ = [
    "LocalMarket",
    "diversion",
    "elasticities",
    "firm_diversion",
    "hhi_by_market",
    "local_market",
    "market_name",
    "market_table",
    "markups",
    "outside_diversion",
    "own_elasticities",
]

DIM = "product"
#: Products of a market by their own-price elasticity: which are told of every market.
PRODUCT_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class LocalMarket:
    """Demand of one market on every draw, as :mod:`forkmodel.market` takes it.

    Attributes
    ----------
    name : str
        The market.
    share : DataArray (chain, draw, segment, product)
        Shares within segments; what they leave of one is the outside good.
    weight : DataArray (chain, draw, segment)
        Part of potential buyers in each segment.
    response : LevelPrice
        Utility in price, coefficient (chain, draw, segment).
    price, owner : DataArray (product,)
        Price, and the firm that sets it.
    quantity : DataArray (product,)
        Shares of the table.
    """

    name: str
    share: xr.DataArray
    weight: xr.DataArray
    response: LevelPrice
    price: xr.DataArray
    owner: xr.DataArray
    quantity: xr.DataArray

    @property
    def slope(self) -> xr.DataArray:
        """``dV / dlog p`` (chain, draw, segment, product)."""
        found: xr.DataArray = self.response.coefficient * self.price
        return found

    @property
    def demand(self) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
        """What the local functions of :mod:`forkmodel.market` begin with."""
        return self.share, self.weight, self.slope


def market_name(table: ProductTable, market: str | None) -> str:
    """Return the name of a market of the table, of the last one by default.

    Raises
    ------
    ForkModelError
        If the table has no such market.
    """
    names = table.markets
    name = names[-1] if market is None else str(market)
    if name not in names:
        raise ForkModelError(f"there is no market {name!r} in the table. {did_you_mean(name, names)}")
    return name


def local_market(draws: DemandDraws, market: str | None = None) -> LocalMarket:
    """Return one market's demand on every draw.

    Parameters
    ----------
    draws : DemandDraws
        The draws.
    market : str, optional
        Name of the market; the last of the table by default.

    Raises
    ------
    ForkModelError
        If the table has no such market.
    """
    name = market_name(draws.table, market)
    rows = draws.table.rows(name)
    coords = {DIM: rows["product"].to_numpy(object)}

    def of_products(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values, dims=DIM, coords=coords)

    quantity = of_products(rows["share"].to_numpy(float))
    share = (quantity * _parts(draws, rows) / draws.weight).transpose("chain", "draw", "segment", DIM)
    return LocalMarket(
        name=name,
        share=share,
        weight=draws.weight,
        response=LevelPrice(-draws.sensitivity),
        price=of_products(rows["price"].to_numpy(float)),
        owner=of_products(rows["firm"].to_numpy(object)),
        quantity=quantity,
    )


def _parts(draws: DemandDraws, rows: pd.DataFrame) -> xr.DataArray:
    """Return which part of a product's buyers is of each segment (chain, draw, segment, product)."""
    chains, size, products = draws.free.sizes["chain"], draws.free.sizes["draw"], len(rows)
    if draws.segments == 1:
        parts = np.ones((chains, size, 1, products))
    else:
        from forkmodel.demand.inversion import parts_of_first

        both = draws.sensitivity.to_numpy()
        first = parts_of_first(
            rows["share"].to_numpy(float),
            rows["price"].to_numpy(float),
            draws.weight.to_numpy()[..., 1].ravel(),
            (both[..., 1] - both[..., 0]).ravel(),
        ).reshape(chains, size, products)
        parts = np.stack([first, 1.0 - first], axis=2)
    coords = {"segment": list(SEGMENTS[draws.segments]), DIM: rows["product"].to_numpy(object)}
    return xr.DataArray(parts, dims=("chain", "draw", "segment", DIM), coords=coords)


def own_elasticities(market: LocalMarket) -> xr.DataArray:
    """Return own-price elasticities (chain, draw, product)."""
    return own_price_elasticity(*market.demand, product_dim=DIM)


def elasticities(market: LocalMarket) -> xr.DataArray:
    """Return own- and cross-price elasticities (chain, draw, product, product_price)."""
    return price_elasticities(*market.demand, product_dim=DIM)


def diversion(market: LocalMarket) -> xr.DataArray:
    """Return diversion ratios between products (chain, draw, product, product_to)."""
    return diversion_ratio(*market.demand, product_dim=DIM)


def outside_diversion(market: LocalMarket) -> xr.DataArray:
    """Return which part of the buyers that a product loses buys nothing (chain, draw, product)."""
    inside = diverted_value(*market.demand, value=xr.ones_like(market.price), product_dim=DIM)
    return 1.0 - inside


def firm_diversion(market: LocalMarket) -> xr.DataArray:
    """Return diversion between firms (chain, draw, firm, firm_to): all prices of one rise in proportion."""
    return group_diversion_ratio(*market.demand, groups=market.owner, group_dim="firm", product_dim=DIM)


def markups(market: LocalMarket) -> xr.DataArray:
    """Return Lerner indices ``(p - c) / p`` under Bertrand pricing by firm (chain, draw, product)."""
    return lerner_index(*market.demand, owners=market.owner, price=market.price, product_dim=DIM)


def hhi_by_market(draws: DemandDraws) -> pd.Series:
    """Return the HHI of units sold by firm, in each market.

    It is arithmetic on the table and has no interval; the outside good is no firm.
    """
    found = {}
    for name in draws.table.markets:
        sold = draws.table.rows(name).groupby("firm")["share"].sum()
        found[name] = float(hhi(sold.to_xarray(), dim="firm", normalise=True))
    return pd.Series(found, name="hhi")


def market_table(draws: DemandDraws) -> xr.Dataset:
    """Return what is told of every market, on every draw.

    Returns
    -------
    Dataset (chain, draw, market)
        ``elasticity`` with dim ``product_quantile``: own-price elasticities, of which that part of the
        products has a lower one; ``inelastic``: part of the products whose elasticity is above -1;
        ``outside_diversion`` and ``markup``: means over products weighted by units sold.
    """
    parts = []
    for name in draws.table.markets:
        market = local_market(draws, name)
        own = own_elasticities(market)
        parts.append(
            xr.Dataset(
                {
                    "elasticity": own.quantile(list(PRODUCT_QUANTILES), DIM).rename(
                        quantile="product_quantile"
                    ),
                    "inelastic": (own > -1.0).mean(DIM),
                    "outside_diversion": outside_diversion(market).weighted(market.quantity).mean(DIM),
                    "markup": markups(market).weighted(market.quantity).mean(DIM),
                }
            )
        )
    labels = pd.Index(draws.table.markets, dtype=object, name="market")
    return xr.concat(parts, labels).transpose("chain", "draw", "market", ...)
