"""Who nearly leads each tier on the last day of the data, and at which list price."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.data.panel_prices import monthly_prices
from forkmodel.results.paths_capability import TOLERANCE_INDEX, measured_models

__all__ = ["leaders_today", "listed_today"]


def listed_today(data: MarketTables, panel: Panel) -> np.ndarray:
    """Return the log list price of every model (model,) in the last month of the data; NaN without one.

    Free offers have no logarithm and count as not listed.
    """
    month = pd.DatetimeIndex([panel.catalogue.vintage.to_period("M").start_time])
    found = monthly_prices(data.prices, month, panel.options).set_index("model")["price_usd_per_mtok"]
    price = found.reindex(panel.catalogue.models.index).to_numpy(float)
    return np.log(np.where(price > 0.0, price, np.nan))


def leaders_today(index: np.ndarray, listed: np.ndarray, panel: Panel) -> np.ndarray:
    """Return the mean log list price (draw, access) of the models that nearly lead their tier.

    NaN where none is listed. Nearly: within what is no difference in capability, so that a tenth of a point
    does not decide whose price stands for the frontier.

    Parameters
    ----------
    index : array (draw, model)
        Public index.
    listed : array (model,)
        Log list price on the last day of the data; NaN where there is none.
    panel : Panel
        The catalogue and its scores.
    """
    usable = measured_models(panel) & np.isfinite(listed)
    price = np.full((len(index), len(ACCESS)), np.nan)
    for column, access in enumerate(ACCESS):
        tier = np.flatnonzero(usable & (panel.catalogue.models["access"] == access).to_numpy())
        if not len(tier):
            continue
        able = index[:, tier]
        near = able >= able.max(1, keepdims=True) - TOLERANCE_INDEX
        price[:, column] = (near * listed[tier]).sum(1) / near.sum(1)
    return price
