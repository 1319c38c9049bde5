"""Shares of tokens on the router, by offer and month.

The weekly developer table is the weekly model table summed, so it is left out: no token counts twice.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_choice import monthly_model_shares
from forkmodel.data.vocabulary import MODEL_SHARES
from forkmodel.model.choice import TINY
from forkmodel.observations.common import SHARE_TAIL
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

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log share of the cell."""
        share = state.choice.paths.router_share[rows["cell"].to_numpy()]
        noise = state.value["choice.share_noise"]
        return Density("StudentT", nu=SHARE_TAIL, mu=state.ops.log(share + TINY), sigma=noise)
