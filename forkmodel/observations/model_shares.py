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
    origin = (
        "weekly tokens on OpenRouter (`..._weekly`, and `..._weekly_top9` for weeks the first lacks), by "
        "month"
    )
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
        """Return usage in which all weeks of a month move with the month's share; the weeks' totals stay.

        What an offer gains the week's rest loses. Where that is too little, the shares of the whole month are
        scaled down together until the rest is empty.
        """
        usage = tables.market.usage
        offers = self._scaled(tables, values)
        weeks = offers.groupby("period_start").agg(
            month=("month", "first"), before=("value", "sum"), after=("scaled", "sum")
        )
        whole = weekly_tokens(usage)
        rest = whole.loc[whole["entity"].eq("other") & whole["period_start"].isin(weeks.index)]
        # Weeks without a rest have a total from elsewhere, which their offers need not sum to.
        room = weeks["before"] + rest.set_index("period_start")["value"]
        fits = (room / weeks["after"]).clip(upper=1.0).groupby(weeks["month"]).min().fillna(1.0)
        tokens = offers["scaled"] * offers["month"].map(fits)
        used = tokens.groupby(offers["period_start"]).sum()
        left = rest["period_start"].map((room - used).clip(lower=0.0))
        return rewritten(usage, value=pd.concat([tokens, left]))

    def _scaled(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return the weekly rows that are read, with the tokens ``scaled`` to the months' new shares."""
        rows = self.rows(tables)
        cells = tables.cells.isel(cell=rows["cell"].to_numpy())
        place = pd.MultiIndex.from_arrays(
            [cells["model"].to_numpy(), cells["free"].to_numpy() > 0, cells["month"].to_numpy()]
        )
        factor = pd.Series(np.exp(values - rows["log_share"].to_numpy()), index=place)
        offers = offers_by_week(tables.market.usage)
        keys = pd.MultiIndex.from_frame(offers[["entity", "free", "month"]])
        scaled = offers["value"] * factor.reindex(keys).to_numpy()
        return offers.assign(scaled=scaled).dropna(subset="scaled")

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log share of the cell."""
        share = state.choice.paths.router_share[rows["cell"].to_numpy()]
        noise = state.value["choice.share_noise"]
        return Density("StudentT", nu=SHARE_TAIL, mu=state.ops.log(share + TINY), sigma=noise)
