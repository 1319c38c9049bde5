"""The blended list price, and that of every model in every month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.data.panel_catalogue import PanelOptions
from forkmodel.data.vocabulary import ROUTER

__all__ = ["GATEWAY", "blended_price", "monthly_prices", "years_from_reference"]

#: The seller whose headline price stands for the router's market.
GATEWAY = ROUTER
DAYS_PER_YEAR = 365.25


def years_from_reference(dates: pd.DatetimeIndex, options: PanelOptions) -> np.ndarray:
    """Return years from the date at which the price level and the residual premium are stated."""
    return np.asarray((dates - pd.Timestamp(options.price_date)).days, dtype=float) / DAYS_PER_YEAR


def blended_price(prices: pd.DataFrame, options: PanelOptions) -> pd.Series:
    """Return the blended list price of each row, USD per million tokens."""
    weight = options.blend_input
    blend = (weight * prices["input_usd_per_mtok"] + prices["output_usd_per_mtok"]) / (weight + 1.0)
    return pd.Series(blend, index=prices.index, name="price_usd_per_mtok")


def monthly_prices(prices: pd.DataFrame, months: pd.DatetimeIndex, options: PanelOptions) -> pd.DataFrame:
    """Return one list price per model and month: the gateway's, else the developer's, else the hosts' median.

    Returns
    -------
    DataFrame
        Columns ``model``, ``month``, ``price_usd_per_mtok``; only months in which a spell is in force.
    """
    table = prices.assign(price=blended_price(prices, options))
    table["rank"] = np.select(
        [table["seller"] == GATEWAY, table["seller_kind"] == "first_party"], [0, 1], default=2
    )
    end = table["effective_to"].fillna(months[-1] + pd.offsets.MonthEnd(1))
    frames = []
    for month in months:
        last_day = month + pd.offsets.MonthEnd(0)
        # The end is the first day off, so a price that ends on the first of a month is none of that month's.
        inside = table.loc[(table["effective_from"] <= last_day) & (end > month)]
        best = inside.loc[inside["rank"] == inside.groupby("model_id")["rank"].transform("min")]
        price = best.groupby("model_id")["price"].median()
        frames.append(
            pd.DataFrame({"model": price.index, "month": month, "price_usd_per_mtok": price.to_numpy()})
        )
    return pd.concat(frames, ignore_index=True)
