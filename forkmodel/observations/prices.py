"""List prices: price spells as hedonic observations.

``log p ~ StudentT(nu, level + gamma (index_m - 150) - decline * years + (premium - decay * years) * closed
+ r_developer + r_host + s * e_m, sigma)``, see :mod:`forkmodel.model.price`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.checks import LEAST_PRICE
from forkmodel.data.panel_catalogue import PanelOptions, positions
from forkmodel.data.panel_prices import blended_price, years_from_reference
from forkmodel.model.capability import nominal_index
from forkmodel.model.price import hedonic_log_price, log_premium
from forkmodel.observations.common import rewritten
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["Prices", "build_spells"]


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


def _dated(prices: pd.DataFrame, options: PanelOptions) -> pd.DataFrame:
    """Return the spells whose start is known, with ``start`` and the blended ``price``."""
    table = prices.assign(price=blended_price(prices, options))
    table["start"], uncertain = _start(table)
    table = table.loc[(table["price"] > 0) & (uncertain <= options.start_known_days)]
    return table.sort_values(["model_id", "seller", "start"])


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
        (from ``PanelOptions.price_date``); coords ``model`` and ``seller`` along ``spell``.
    """
    table = _dated(prices, options)
    return xr.Dataset(
        {
            "log_price": ("spell", np.log(table["price"].to_numpy(float))),
            "years": ("spell", years_from_reference(pd.DatetimeIndex(table["start"]), options)),
        },
        coords={
            "model": ("spell", table["model_id"].to_numpy(str)),
            "seller": ("spell", table["seller"].to_numpy(str)),
        },
    )


class Prices(Observation):
    """List prices of models at their sellers."""

    name = "prices"
    block = "price"
    dim = "spell"
    vector = "log_price"
    label = "price spells"
    group = "list prices"
    table = "prices"
    origin = "`prices` whose start is known to 120 days; they date the price of capability"
    counts_if = "A price counts if its start is known to 120 days."

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the spells of the price table."""
        return build_spells(tables.market.prices, tables.options)

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return the prices of input, output and cached input in their old proportion.

        A price below ``LEAST_PRICE`` would pass for one per token, so none is written that is lower.
        """
        table = _dated(tables.market.prices, tables.options)
        factor = np.exp(values - np.log(table["price"].to_numpy(float)))
        columns = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok")
        scaled = {name: table[name] * factor for name in columns}
        held = {name: price.clip(lower=LEAST_PRICE).where(price > 0, price) for name, price in scaled.items()}
        return rewritten(tables.market.prices, **held)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the hedonic price."""
        value, design = state.value, state.design.price
        models, developers = state.catalogue.models, state.catalogue.developers
        model = positions(rows["model"], models.index)
        developer = positions(models["developer"], developers)[model]
        closed = (models["access"] == "closed").to_numpy(float)[model]
        seller = positions(rows["seller"], pd.Index(design.sellers))
        priced = positions(rows["model"], pd.Index(design.priced_models))
        years = rows["years"].to_numpy()
        surface = hedonic_log_price(
            value["price.level"],
            value["price.capability_gradient"],
            nominal_index(state.capability.theta[model]),
            value["price.decline"] * years,
            log_premium(value["price.residual_premium"], value["price.premium_decay"], years),
            closed,
        )
        mean = (
            surface
            + (value["price.developer_spread"] * value["price.developer_unit"])[developer]
            + (value["price.host_spread"] * value["price.seller_unit"])[seller]
            + state.price.price_residual[priced]
        )
        return Density("StudentT", nu=value["price.tail"], mu=mean, sigma=value["price.noise"])
