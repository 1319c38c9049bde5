"""Demand and margins of one market and month, from which merger figures are computed on every draw.

Who sets which price: closed models are priced by their developer; open models are sold by any host at cost
and free offers are nobody's to price, so both take buyers and earn their developer no margin. The market has
a fixed number of buyers, those who choose in the month, as for every elasticity and diversion ratio that is
reported (docs/decisions/elasticity.md).

Margins decide how much a merger matters, and no table tells how price-sensitive buyers of closed models are:
at the fitted coefficients demand is inelastic in most draws and no equilibrium exists. There are two ways:

``reported``
    the price coefficients of both segments are scaled, draw by draw, until the margin that pricing implies,
    over all priced offers by money, is the gross margin of closed labs (``value.margin_closed``). Diversion
    is the fit's, the level of margins that of accounts (docs/merger.md).
``fitted``
    the coefficients as fitted. Draws without an equilibrium are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.inference.posterior import Posterior
from forkmodel.market import LogPrice, lerner_index, sound_costs
from forkmodel.results.by_model import MonthMarket, month_market
from forkmodel.results.contraction import prior_posterior
from forkmodel.results.merger_names import MARGINS

__all__ = ["Conduct", "conduct", "mean_by", "what_margins_rest_on"]


@dataclass(frozen=True)
class Conduct:
    """One market's offers, demand and owners.

    Attributes
    ----------
    found : MonthMarket
        Shares, weights and facts of the offers.
    response : LogPrice
        How utility moves with price (chain, draw, segment).
    competitive : DataArray
        Offers that nobody prices: open weights and free ones.
    price, owners : DataArray
        List price (USD per million tokens) and developer of every offer.
    lerner : DataArray
        Lerner index (chain, draw, model) before any merger.
    sound : DataArray
        Whether an equilibrium exists at today's prices (chain, draw).
    """

    found: MonthMarket
    response: LogPrice
    competitive: xr.DataArray
    price: xr.DataArray
    owners: xr.DataArray
    lerner: xr.DataArray
    sound: xr.DataArray

    @property
    def slope(self) -> xr.DataArray:
        """``dV / dlog p`` of every offer (chain, draw, segment, model)."""
        slope: xr.DataArray = self.response.derivative(self.price) * self.price
        return slope

    @property
    def quantity(self) -> xr.DataArray:
        """Share of the market's tokens of every offer (chain, draw, model)."""
        return (self.found.share * self.found.weight).sum("segment")

    def priced_by(self, firm: str) -> list[str]:
        """Return the offers that a firm sets the price of."""
        own = (self.owners == firm) & ~self.competitive
        return [str(offer) for offer in own["model"].to_numpy()[own.to_numpy()]]


def conduct(posterior: Posterior, month: str | None, market: str, margins: str = "reported") -> Conduct:
    """Return demand and margins of one market and month on every draw.

    Parameters
    ----------
    posterior : Posterior
        Draws.
    month : str or None
        A month of the choice block, the last by default.
    market : str
        ``openrouter``, ``enterprise`` or ``gateway``.
    margins : str
        ``reported`` or ``fitted``, as said on top.

    Raises
    ------
    ForkModelError
        If a name is unknown or the fit lacks a block.
    """
    if margins not in MARGINS:
        raise ForkModelError(f"unknown margins {margins!r}. {did_you_mean(margins, list(MARGINS))}")
    found = month_market(posterior, month, market)
    competitive = (found.fact("access") == "open") | found.fact("free")
    price, owners = found.fact("price_usd_per_mtok"), found.fact("developer")
    scale = xr.ones_like(found.weight.isel(segment=0, drop=True))
    floor = posterior.options.price_floor_usd_per_mtok
    at_fit = lerner_index(found.share, found.weight, found.slope, owners, price, competitive=competitive)
    if margins == "reported":
        if "value" not in posterior.blocks:
            raise ForkModelError(
                "reported margins need the value block, which this fit does not have; "
                "fit again with it or take fitted margins."
            )
        money = ((found.share * found.weight).sum("segment") * price).where(~competitive, 0.0)
        implied = (money * at_fit.fillna(0.0)).sum("model") / money.sum("model")
        # In a market of fixed size implied margins are inversely proportional to the price coefficients.
        scale = implied / posterior.free["value.margin_closed"]
    # With a scale that is not positive demand would rise with price: such draws keep theirs and are unsound.
    used = scale.where(scale > 0.0, 1.0)
    response, lerner = LogPrice(found.eta * used, floor), at_fit / used
    sound = sound_costs(lerner.where(~competitive), price, response) & (scale > 0.0)
    return Conduct(found, response, competitive, price, owners, lerner, sound)


def what_margins_rest_on(posterior: Posterior, margins: str) -> pd.DataFrame:
    """Return prior against posterior of the parameters behind the margins."""
    table = prior_posterior(posterior)
    key = table["block"] + "." + table["parameter"]
    return table.loc[key.isin(MARGINS[margins])].reset_index(drop=True)


def mean_by(values: xr.DataArray, weights: xr.DataArray, dim: str = "model") -> xr.DataArray:
    """Return a weighted mean over the entries that are there; NaN where none is."""
    there = values.notnull()
    total = weights.where(there, 0.0).sum(dim)
    mean: xr.DataArray = (values.fillna(0.0) * weights.where(there, 0.0)).sum(dim) / total.where(total > 0.0)
    return mean.where(np.isfinite(mean))
