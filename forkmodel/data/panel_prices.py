"""Price spells as hedonic observations, and the list price of every model in every month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import PanelOptions

__all__ = ["GATEWAY", "blended_price", "build_spells", "monthly_prices", "years_from_reference"]

#: The seller whose headline price stands for the router's market.
GATEWAY = "openrouter"
DAYS_PER_YEAR = 365.25
#: Date at which the price level and the residual premium are stated.
REFERENCE_DATE = pd.Timestamp("2026-07-01")


def years_from_reference(dates: pd.DatetimeIndex) -> np.ndarray:
    """Return years from the date at which the price level is stated."""
    return np.asarray((dates - REFERENCE_DATE).days, dtype=float) / DAYS_PER_YEAR


def blended_price(prices: pd.DataFrame, options: PanelOptions) -> pd.Series:
    """Return the blended list price of each row, USD per million tokens."""
    weight = options.blend_input
    blend = (weight * prices["input_usd_per_mtok"] + prices["output_usd_per_mtok"]) / (weight + 1.0)
    return pd.Series(blend, index=prices.index, name="price_usd_per_mtok")


def _start(prices: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the start of each spell and by how many days it is uncertain.

    Where a host's start is only bounded by release and first sighting, the middle stands for it.
    """
    bounded = (prices["seller_kind"] == "host") & prices["from_is_release"].astype(bool)
    seen = prices["first_observed"].where(
        bounded & prices["first_observed"].notna(), prices["effective_from"]
    )
    days = (seen - prices["effective_from"]).dt.days
    unseen = bounded & prices["first_observed"].isna()
    uncertain = days.where(~unseen, np.inf)
    return prices["effective_from"] + pd.to_timedelta(days // 2, unit="D"), uncertain


def build_spells(prices: pd.DataFrame, options: PanelOptions) -> xr.Dataset:
    """Turn price spells into hedonic observations.

    Only spells whose start is known to within ``options.start_known_days`` are dated facts about the price of
    capability at a time. The others still price the choice set. Dating a host's price by its release makes
    old models look cheap early, dating it by the first sighting makes them look dear late: on the bundled
    tables the decline at fixed capability was 1.2 and 0.6 log points per year that way, and 1.3 to 1.6 on
    spells with a known start, whatever the limit between 30 and 180 days.

    Returns
    -------
    Dataset
        Dim ``spell``; variables ``log_price`` (log USD per million tokens, blended list) and ``years``
        (from ``REFERENCE_DATE``); coords ``model`` and ``seller`` along ``spell``.
    """
    table = prices.assign(price=blended_price(prices, options))
    table["start"], uncertain = _start(table)
    table = table.loc[(table["price"] > 0) & (uncertain <= options.start_known_days)]
    table = table.sort_values(["model_id", "seller", "start"])
    return xr.Dataset(
        {
            "log_price": ("spell", np.log(table["price"].to_numpy(float))),
            "years": ("spell", years_from_reference(pd.DatetimeIndex(table["start"]))),
        },
        coords={
            "model": ("spell", table["model_id"].to_numpy(str)),
            "seller": ("spell", table["seller"].to_numpy(str)),
        },
    )


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
