"""The merger screen for two firms of a product table, on every draw of demand."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import xarray as xr

from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.outcomes import DIM, LocalMarket, firm_diversion, local_market
from forkmodel.errors import ForkModelError
from forkmodel.market import merger_concentration, merger_equilibrium, upward_pressure
from forkmodel.market.labels import party_labels
from forkmodel.results.conduct import mean_by
from forkmodel.results.merger_figures import MergerScreen

__all__ = ["demand_merger"]


def demand_merger(
    draws: DemandDraws, firms: Sequence[str], market: str | None = None, efficiency: float = 0.0
) -> MergerScreen:
    """Return what a merger would do; see :meth:`forkmodel.demand.demand_fit.DemandFit.merger`."""
    if not 0.0 <= efficiency < 1.0:
        raise ForkModelError(
            f"efficiency is {efficiency}: give the part of marginal cost saved, 0 to below 1."
        )
    local = local_market(draws, market)
    names = party_labels(firms, local.owner.to_numpy())
    sold = local.quantity.groupby(local.owner.rename("firm")).sum()
    # Structure is arithmetic on the table: the same in every draw.
    each = xr.ones_like(draws.free["sensitivity"])
    found = merger_concentration(sold, names) * each
    found["firm_share"] = sold.sel(firm=names) / sold.sum() * each
    found["diversion"] = firm_diversion(local).sel(firm=names, firm_to=names)
    found = found.assign(_pressure(local, names, efficiency).data_vars)
    found = found.assign(_prices(local, names, efficiency).data_vars)
    facts = {
        "firms": names,
        "market": local.name,
        "segments": draws.segments,
        "efficiency": efficiency,
        "draws": draws.size,
        "price_unit": "unit of the table's prices",
        "notes": [
            "Shares and HHI are of units sold, without the outside good; the table gives them exactly."
        ],
    }
    return MergerScreen(found.transpose("chain", "draw", ...), facts, pd.DataFrame())


def _firm_means(
    local: LocalMarket, names: list[str], values: xr.DataArray, weights: xr.DataArray
) -> xr.DataArray:
    """Average what holds of products over those of each firm."""
    means = []
    for name in names:
        own = local.owner == name
        means.append(mean_by(values.where(own, drop=True), weights.where(own, drop=True), DIM))
    return xr.concat(means, pd.Index(names, dtype=object, name="firm"))


def _pressure(local: LocalMarket, names: list[str], efficiency: float) -> xr.Dataset:
    """Return margins, UPP, GUPPI and CMCR by product and by firm."""
    by_product = upward_pressure(
        *local.demand,
        owners=local.owner,
        parties=names,
        price=local.price,
        efficiency=efficiency,
        product_dim=DIM,
    )
    money = local.quantity * local.price
    weights = {
        "margin": money,
        "guppi": money,
        "upp": local.quantity,
        "cmcr": money * (1.0 - by_product["margin"]),
    }
    ours = local.owner.isin(names)
    made = {
        f"offer_{name}": by_product[name].where(ours, drop=True).rename({DIM: "model"}) for name in weights
    }
    for name, weight in weights.items():
        made[name] = _firm_means(local, names, by_product[name], weight)
    return xr.Dataset(made)


def _prices(local: LocalMarket, names: list[str], efficiency: float) -> xr.Dataset:
    """Return prices after the merger, and what buyers and sellers gain or lose, as parts of money spent."""
    solved = merger_equilibrium(
        local.share,
        local.weight,
        local.response,
        local.owner,
        names,
        local.price,
        efficiency=efficiency,
        product_dim=DIM,
    )
    rise = solved["price_after"] / solved["price_before"] - 1.0
    money = solved["price_before"] * solved["quantity_before"]
    spend = money.sum(DIM)
    gain = (solved["profit_after"] - solved["profit_before"]) / spend
    ours = local.owner.isin(names)
    own = {"offer_price": local.price, "offer_price_change": rise}
    return xr.Dataset(
        {
            **{name: values.where(ours, drop=True).rename({DIM: "model"}) for name, values in own.items()},
            "price_change": _firm_means(local, names, rise, money),
            "price_change_market": mean_by(rise, money, DIM),
            "consumer_loss": solved["consumer_loss"] / spend,
            "party_gain": gain.where(ours, 0.0).sum(DIM, skipna=False),
            "rival_gain": gain.where(~ours, 0.0).sum(DIM, skipna=False),
            "prices_solved": solved["solved"],
        }
    )
