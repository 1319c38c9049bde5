"""The part of the router's tokens that nobody can assign: stealth and unlisted models, by month."""

from __future__ import annotations

import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import OPEN_SHARE
from forkmodel.model.choice import logit
from forkmodel.observations.access_shares import monthly_access
from forkmodel.observations.common import SHARE_TAIL, log_odds
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["Fringe"]


class Fringe(Observation):
    """The router's fringe, read from the same months as the open share."""

    name = "fringe"
    block = "choice"
    dim = "access_share"
    vector = "logit_fringe"
    label = "unknown share"
    group = "router usage"
    table = "usage"
    origin = "the same months: the part of tokens whose access is unknown"
    readings = (OPEN_SHARE,)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the log-odds of the unknown part."""
        wide = monthly_access(tables)
        fringe = wide["unknown"] / (wide["open_weights"] + wide["closed"] + wide["unknown"])
        return xr.Dataset(
            {"logit_fringe": ("access_share", log_odds(fringe))},
            coords={"month": ("access_share", wide.index.to_numpy("datetime64[ns]"))},
        )

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log-odds of the fringe."""
        fringe = state.choice.paths.fringe[positions(rows["month"], state.catalogue.months)]
        noise = state.value["choice.fringe_noise"]
        return Density("StudentT", nu=SHARE_TAIL, mu=logit(fringe, state.ops), sigma=noise)
