"""Shares of tokens and of money on the second gateway, by developer or access class and month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.vocabulary import GATEWAY, Reading
from forkmodel.model.choice import TINY
from forkmodel.model.ops import Array
from forkmodel.observations.common import ACCESS_NAMES, with_shares
from forkmodel.observations.observation import Density, Observation, State, Tables
from forkmodel.observations.share_rows import ShareRows

__all__ = ["GATEWAY_WORDS", "GatewayShares", "gateway_figures", "gateway_rows", "mean_log_share"]

GATEWAY_WORDS = {"market": tuple(GATEWAY), "level": ("developer", "access"), "unit": ("share",)}
UNITS = ("tokens", "spend")
#: Degrees of freedom of its shares: a handful of rounded figures, some read in secondary reports.
TAIL = 5.0


def gateway_figures(reading: Reading, tables: Tables) -> pd.DataFrame:
    """Return the rows of usage that a reading looks for, each with its ``month``."""
    rows = reading.rows(tables.market.usage)
    known = rows["entity"].isin(tables.catalogue.developers) | rows["entity"].isin(ACCESS_NAMES)
    month = rows["period_start"].dt.to_period("M").dt.start_time
    kept = known & (rows["value"] > 0) & month.isin(tables.catalogue.months)
    figures = pd.DataFrame(rows.assign(month=month).loc[kept])
    return figures.sort_values(["month", "market", "level", "entity"])


def gateway_rows(reading: Reading, tables: Tables, dim: str) -> xr.Dataset:
    """Return log shares of a month's tokens and money by developer or access class.

    Parameters
    ----------
    reading : Reading
        Which rows: shares, or mere bounds.
    tables : Tables
        Usage and the catalogue.
    dim : str
        Dimension of the rows.
    """
    rows = gateway_figures(reading, tables)
    place = tables.catalogue.months.get_indexer(pd.DatetimeIndex(rows["month"]))
    return xr.Dataset(
        {
            "log_share": (dim, np.log(rows["value"].to_numpy(float))),
            "first_month": (dim, place),
            "last_month": (dim, place),
        },
        coords={
            "month": (dim, rows["month"].to_numpy("datetime64[ns]")),
            "unit": (dim, rows["market"].map(GATEWAY).to_numpy(str)),
            "entity": (dim, rows["entity"].replace(ACCESS_NAMES).to_numpy(str)),
        },
    )


def mean_log_share(rows: xr.Dataset, state: State) -> Array:
    """Return the log share (row,) that each row of the gateway reports on."""
    design = state.design.choice
    placed = ShareRows.from_rows(
        rows, design.demand, design.developers, cells=design.gateway_cells, units=UNITS
    )
    return state.ops.log(placed.sums(state.ops, list(state.choice.gateway)) + TINY)


class GatewayShares(Observation):
    """A second gateway that counts tokens and money of the same customers."""

    name = "gateway_shares"
    block = "choice"
    dim = "gateway_share"
    vector = "log_share"
    label = "gateway shares"
    group = "second gateway"
    table = "usage"
    origin = (
        "`vercel_gateway_tokens` and `vercel_gateway_spend`: a second gateway that counts tokens and money of "
        "the same customers"
    )
    readings = (Reading("gateway shares", "usage", GATEWAY_WORDS),)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the shares that are stated."""
        return gateway_rows(self.readings[0], tables, self.dim)

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with other shares, of which none exceeds one."""
        index = gateway_figures(self.readings[0], tables).index
        return with_shares(tables.market.usage, index, values)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log share."""
        noise = state.value["choice.gateway_noise"]
        return Density("StudentT", nu=TAIL, mu=mean_log_share(rows, state), sigma=noise)
