"""Upper bounds of shares on the second gateway: "below 4 %" says on which side the share is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.vocabulary import Reading
from forkmodel.observations.common import rewritten, with_shares
from forkmodel.observations.gateway_shares import (
    GATEWAY_WORDS,
    gateway_figures,
    gateway_rows,
    mean_log_share,
)
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["GatewayBounds"]

#: Scale of a logistic distribution over its standard deviation.
LOGISTIC_SCALE = np.sqrt(3.0) / np.pi


class GatewayBounds(Observation):
    """Shares of which the source gives only an upper bound."""

    name = "gateway_bounds"
    block = "choice"
    dim = "gateway_bound"
    vector = "log_share"
    label = "gateway bounds"
    group = "second gateway"
    table = "usage"
    origin = 'the same, where the source says only "below 4 %" (`bound`)'
    readings = (Reading("gateway bounds", "usage", {**GATEWAY_WORDS, "bound": ("upper",)}),)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the bounds, as log shares."""
        return gateway_rows(self.readings[0], tables, self.dim)

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage in which a share above its bound is stated as a share; one below leaves the bound."""
        figures = gateway_figures(self.readings[0], tables)
        above = values > np.log(figures["value"].to_numpy(float))
        stated = figures.index[above]
        usage = with_shares(tables.market.usage, stated, values[above])
        return rewritten(usage, bound=pd.Series(np.nan, index=stated, dtype="str"))

    def add(self, rows: xr.Dataset, state: State) -> None:
        """Add the observed variable; a censored one cannot be empty."""
        if rows.sizes[self.dim]:
            super().add(rows, state)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a logistic, censored below at the bound, at which it is observed.

        Its tail is as heavy as the shares' and its distribution function has no special functions to compile.
        """
        import pymc as pm

        noise = state.value["choice.gateway_noise"]
        seen = pm.Logistic.dist(mu=mean_log_share(rows, state), s=LOGISTIC_SCALE * noise)
        return Density("Censored", dist=seen, lower=self.observed(rows), upper=None)
