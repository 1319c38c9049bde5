"""Shares of the router's tokens by developer, on single days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import DAILY, Reading
from forkmodel.model.choice import TINY
from forkmodel.observations.common import SHARE_TAIL, with_shares
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["DeveloperDays"]


class DeveloperDays(Observation):
    """The router's tokens by developer on a day; a developer without a token that day is no reading."""

    name = "developer_days"
    block = "choice"
    dim = "developer_day"
    vector = "log_share"
    label = "developer shares"
    group = "router usage"
    table = "usage"
    origin = "`openrouter_tokens_day`, single days"
    readings = (
        Reading(
            "developer shares", "usage", {"market": (DAILY,), "level": ("developer",), "unit": ("share",)}
        ),
    )

    def _days(self, tables: Tables) -> pd.DataFrame:
        rows = self.readings[0].rows(tables.market.usage)
        rows = rows.loc[rows["value"] > 0]
        month = rows["period_start"].dt.to_period("M").dt.start_time
        known = rows["entity"].isin(tables.catalogue.developers) & month.isin(tables.catalogue.months)
        days = pd.DataFrame(rows.assign(month=month).loc[known])
        return days.sort_values(["period_start", "entity"])

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log shares, each with its ``developer`` and the ``month`` that stands for the day."""
        rows = self._days(tables)
        return xr.Dataset(
            {"log_share": ("developer_day", np.log(rows["value"].to_numpy(float)))},
            coords={
                "month": ("developer_day", rows["month"].to_numpy("datetime64[ns]")),
                "developer": ("developer_day", rows["entity"].to_numpy(str)),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with other shares, of which none exceeds one."""
        return with_shares(tables.market.usage, self._days(tables).index, values)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log of the developer's summed share."""
        design, months = state.design.choice, state.catalogue.months
        developer = positions(rows["developer"], design.developers)
        spot = developer * len(months) + positions(rows["month"], months)
        n_groups = design.developers.size * len(months)
        share = state.ops.group_sum(state.choice.paths.router_share, design.cell_developer_month, n_groups)
        noise = state.value["choice.developer_day_noise"]
        return Density("StudentT", nu=SHARE_TAIL, mu=state.ops.log(share[spot] + TINY), sigma=noise)
