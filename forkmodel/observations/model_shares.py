"""Shares of tokens on the router, by offer and month.

The weekly developer table is the weekly model table summed, so it is left out: no token counts twice.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_choice import monthly_model_shares, offers_by_week, weekly_tokens
from forkmodel.data.vocabulary import MODEL_SHARES
from forkmodel.model.choice import TINY
from forkmodel.observations.common import SHARE_TAIL, rewritten
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["ModelShares"]


class ModelShares(Observation):
    """The router's tokens by model."""

    name = "model_shares"
    block = "choice"
    dim = "model_share"
    vector = "log_share"
    label = "model shares"
    group = "router usage"
    table = "usage"
    origin = "weekly tokens on OpenRouter (`..._weekly`, and `..._weekly_top9` for weeks the first lacks), by month"
    readings = (MODEL_SHARES,)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log shares with the ``cell`` of each; a share without an offer is left out."""
        rows, cells = monthly_model_shares(tables.market.usage), tables.cells
        offered = pd.MultiIndex.from_arrays(
            [cells["month"].to_numpy(), cells["model"].to_numpy().astype(str), cells["free"].to_numpy() > 0]
        )
        keys = pd.MultiIndex.from_arrays(
            [rows["month"], rows["model"].astype(str), rows["free"].astype(bool)]
        )
        spot = offered.get_indexer(keys)
        rows, spot = rows.loc[spot >= 0], spot[spot >= 0]
        order = np.argsort(spot, kind="stable")
        return xr.Dataset(
            {
                "log_share": ("model_share", rows["log_share"].to_numpy(float)[order]),
                "cell": ("model_share", spot[order]),
            },
            coords={"model": ("model_share", rows["model"].to_numpy(str)[order])},
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage in which every week of a month shows the month's share; the weeks' totals stay.

        Where the shares of a week would leave less than nothing for its rest, those of its whole month are
        scaled down together until the rest is empty.
        """
        usage = tables.market.usage
        weeks = self._listed(tables, values)
        whole = weekly_tokens(usage)
        rest = whole.loc[whole["entity"].eq("other")].set_index("period_start")
        others = whole.loc[~whole.index.isin(weeks.index) & whole["entity"].ne("other")]
        unread = others.groupby("period_start")["value"].sum()
        total = whole.groupby("period_start")["total"].first()
        room = (1.0 - unread.reindex(total.index, fill_value=0.0) / total).loc[rest.index]
        wanted = weeks.groupby("period_start")["wanted"].sum()
        fits = (room / wanted.reindex(room.index)).clip(upper=1.0).fillna(1.0)
        by_month = fits.groupby(weeks.groupby("period_start")["month"].first().reindex(fits.index)).min()
        tokens = weeks["wanted"] * weeks["total"] * weeks["month"].map(by_month).fillna(1.0)
        used = tokens.groupby(weeks["period_start"]).sum().reindex(rest.index, fill_value=0.0)
        left = (room * total.loc[rest.index] - used).clip(lower=0.0)
        empty = pd.Series(left.to_numpy(), index=whole.index[whole["entity"].eq("other")])
        return rewritten(usage, value=pd.concat([tokens, empty]))

    def _listed(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return the weekly rows that the observation reads, with the part of the week each is to have."""
        cell = self.rows(tables)["cell"].to_numpy()
        offers = tables.cells.isel(cell=cell)
        place = pd.MultiIndex.from_arrays(
            [offers["model"].to_numpy(), offers["free"].to_numpy() > 0, offers["month"].to_numpy()]
        )
        weeks = offers_by_week(tables.market.usage)
        keys = ["entity", "free", "month"]
        share = pd.Series(np.exp(values), index=place).reindex(pd.MultiIndex.from_frame(weeks[keys]))
        # An offer that a week lists in several rows has its share in all of them together.
        rows = weeks.groupby([*keys, "period_start"])["value"].transform("size")
        return weeks.assign(wanted=share.to_numpy() / rows).dropna(subset="wanted")

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log share of the cell."""
        share = state.choice.paths.router_share[rows["cell"].to_numpy()]
        noise = state.value["choice.share_noise"]
        return Density("StudentT", nu=SHARE_TAIL, mu=state.ops.log(share + TINY), sigma=noise)
