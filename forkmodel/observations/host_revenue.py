"""Revenue of the hosts of open weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import HOSTS, Reading
from forkmodel.model.ops import weighted
from forkmodel.observations.common import FIGURE_TAIL
from forkmodel.observations.observation import Density, Observation, State, Tables
from forkmodel.observations.revenue import revenue_figures, with_revenue

__all__ = ["HostRevenue"]

#: Hosts' shares drift: a revenue figure this many years before the newest one says this much less (log sd).
DRIFT_SD_PER_YEAR = 1.0


class HostRevenue(Observation):
    """Hosts' revenue, their part of what is paid for hosted open models less royalties."""

    name = "host_revenue"
    block = "value"
    dim = "host_row"
    vector = "log_usd_bn"
    label = "host revenue"
    group = "revenue"
    table = "revenue"
    origin = "`revenue` of Baseten and Together AI"
    readings = (Reading("host revenue", "revenue", {"developer": HOSTS, "segment": ("company",)}),)

    def _figures(self, tables: Tables) -> pd.DataFrame:
        return revenue_figures(tables.catalogue.names.reading(self.readings[0]), tables.market.revenue)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log revenue with its error and its place on the knots."""
        rows = self._figures(tables)
        left, fraction = tables.catalogue.quarter_weights(rows["as_of"])
        return xr.Dataset(
            {
                "log_usd_bn": (self.dim, rows["log_usd_bn"].to_numpy(float)),
                "log_sd": (self.dim, rows["log_sd"].to_numpy(float)),
                "knot": (self.dim, left),
                "fraction": (self.dim, fraction),
            },
            coords={
                "firm": (self.dim, rows["developer"].to_numpy(str)),
                "date": (self.dim, rows["as_of"].to_numpy("datetime64[ns]")),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return revenue with other figures, their ranges moved along."""
        return with_revenue(tables.market.revenue, self._figures(tables), values)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the host's log share of open spend."""
        value, ops = state.value, state.ops
        dates = pd.DatetimeIndex(rows["date"].to_numpy())
        newest = dates.max() if len(dates) else state.catalogue.vintage
        stale = DRIFT_SD_PER_YEAR * ((newest - dates).days.to_numpy(float) / 365.25)
        weight = state.hosts[positions(rows["firm"], pd.Index(state.design.spend.hosts))]
        place = state.design.spend.at_knots(rows["knot"].to_numpy(), rows["fraction"].to_numpy())
        spend = weighted(place, state.spend.open)
        mean = spend + ops.log1p(-value["value.developer_royalty"]) + ops.log(weight)
        sd = (np.square(rows["log_sd"].to_numpy()) + stale**2 + value["spend.host_noise"] ** 2) ** 0.5
        return Density("StudentT", nu=FIGURE_TAIL, mu=mean, sigma=sd)
