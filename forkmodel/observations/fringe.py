"""The part of the router's tokens that nobody can assign: stealth and unlisted models, by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import OPEN_SHARE
from forkmodel.model.choice import logit
from forkmodel.observations.access_shares import monthly_access, with_tokens
from forkmodel.observations.common import SHARE_TAIL, log_odds, share_of
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

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with another unknown part; the known ones keep their proportion, all their sum."""
        parts = monthly_access(tables)[["open_weights", "closed", "unknown"]]
        whole, known = parts.sum(axis=1), parts["open_weights"] + parts["closed"]
        tokens = parts.mul(whole * share_of(-values) / known, axis=0)
        return with_tokens(tables, tokens.assign(unknown=whole * share_of(values)))

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log-odds of the fringe."""
        fringe = state.choice.paths.fringe[positions(rows["month"], state.catalogue.months)]
        noise = state.value["choice.fringe_noise"]
        return Density("StudentT", nu=SHARE_TAIL, mu=logit(fringe, state.ops), sigma=noise)
