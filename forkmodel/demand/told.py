"""Draws as tables: each figure with its median, 50, 80 and 90 % interval and the number of draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.outcomes import (
    DIM,
    LocalMarket,
    hhi_by_market,
    markups,
    outside_diversion,
    own_elasticities,
)

__all__ = ["INTERVALS", "figure", "firm_rows", "market_rows", "parameter_rows", "product_rows"]

INTERVALS = (0.5, 0.8, 0.9)


def figure(values: xr.DataArray) -> dict[str, Any]:
    """Return median, ends of the intervals and number of draws, of the draws in which there is a figure."""
    drawn = values.to_numpy().ravel()
    drawn = drawn[np.isfinite(drawn)]
    ends: dict[str, Any] = {"median": float(np.median(drawn)) if len(drawn) else np.nan}
    for mass in INTERVALS:
        low, high = (
            np.quantile(drawn, [(1.0 - mass) / 2.0, (1.0 + mass) / 2.0]) if len(drawn) else (np.nan, np.nan)
        )
        ends |= {f"low{100 * mass:.0f}": float(low), f"high{100 * mass:.0f}": float(high)}
    return {**ends, "draws": len(drawn)}


def parameter_rows(draws: DemandDraws) -> pd.DataFrame:
    """Return ``parameter, median, low50, high50, ..., draws`` of tastes, sensitivities and errors."""
    named: dict[str, xr.DataArray] = {}
    for label in draws.sensitivity["segment"].to_numpy():
        of = "" if draws.segments == 1 else f", {label} buyers"
        named[f"alpha{of}"] = draws.sensitivity.sel(segment=label)
        if draws.segments == 2:
            named[f"part of buyers who are {label}"] = draws.weight.sel(segment=label)
    for label in draws.tastes["characteristic"].to_numpy():
        named[f"beta, {label}"] = draws.tastes.sel(characteristic=label)
    named["correlation of unobserved quality and price"] = draws.endogeneity
    return pd.DataFrame([{"parameter": name, **figure(values)} for name, values in named.items()])


def market_rows(draws: DemandDraws, told: xr.Dataset) -> pd.DataFrame:
    """Return ``market, figure, median, ..., draws``; the HHI is of the table, and has no interval."""
    known = hhi_by_market(draws)
    rows = []
    for name in draws.table.markets:
        own = told.sel(market=name)
        rows.append({"market": name, "figure": "HHI", "median": known[name], "draws": 0})
        for part in own["product_quantile"].to_numpy():
            title = f"own-price elasticity, {100 * part:.0f} % quantile of products"
            values = own["elasticity"].sel(product_quantile=part)
            rows.append({"market": name, "figure": title, **figure(values)})
        for variable, title in (
            ("inelastic", "part of products with inelastic demand"),
            ("outside_diversion", "diversion to the outside good"),
            ("markup", "markup, part of price"),
        ):
            rows.append({"market": name, "figure": title, **figure(own[variable])})
    return pd.DataFrame(rows)


def product_rows(market: LocalMarket) -> pd.DataFrame:
    """Return ``product, firm, price, share, figure, median, ..., draws`` of one market."""
    figures = {
        "own-price elasticity": own_elasticities(market),
        "diversion to the outside good": outside_diversion(market),
        "markup, part of price": markups(market),
    }
    return pd.DataFrame(
        [
            {
                "product": name,
                "firm": market.owner.sel({DIM: name}).item(),
                "price": float(market.price.sel({DIM: name})),
                "share": float(market.quantity.sel({DIM: name})),
                "figure": title,
                **figure(values.sel({DIM: name})),
            }
            for title, values in figures.items()
            for name in market.price[DIM].to_numpy()
        ]
    )


def firm_rows(market: LocalMarket) -> pd.DataFrame:
    """Return ``firm, products, share, median, ..., draws``: markups by firm, weighted by units sold."""
    index = markups(market)
    inside = float(market.quantity.sum())
    rows = []
    for firm, sold in market.quantity.groupby(market.owner.rename("firm")):
        mean = index.sel({DIM: sold[DIM]}).weighted(sold).mean(DIM)
        share = float(sold.sum()) / inside
        rows.append({"firm": str(firm), "products": int(sold.size), "share": share, **figure(mean)})
    return pd.DataFrame(rows).sort_values("share", ascending=False, ignore_index=True)
