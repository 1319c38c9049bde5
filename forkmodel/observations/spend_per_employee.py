"""Spend on AI per employee of paying firms (Ramp), which sees the growth of revenue per adopter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import decimal_years
from forkmodel.data.vocabulary import SPEND_PER_EMPLOYEE
from forkmodel.model.ops import weighted
from forkmodel.observations.adoption import paying_share
from forkmodel.observations.common import rewritten
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["SpendPerEmployee"]

#: Centre of the regressor: a level stated where the data are does not trade off with the slope.
LOG_SPEND_PER_ADOPTER = 4.0


class SpendPerEmployee(Observation):
    """The median firm's spend per employee and month."""

    name = "spend_per_employee"
    block = "adoption"
    dim = "spend_row"
    vector = "log_usd"
    label = "spend per employee"
    group = "adoption"
    table = "adoption"
    origin = "`adoption`, Ramp, the last month of each quarter"
    readings = (SPEND_PER_EMPLOYEE,)

    def _quarters(self, tables: Tables) -> pd.DataFrame:
        rows = self.readings[0].rows(tables.market.adoption).sort_values("date")
        return rows.groupby(rows["date"].dt.to_period("Q")).tail(1)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Read the last month of every quarter: a path with quarterly knots has no use for the others."""
        rows = self._quarters(tables)
        left, fraction = tables.catalogue.quarter_weights(rows["date"])
        return xr.Dataset(
            {
                "log_usd": (self.dim, np.log(rows["value"].to_numpy(float))),
                "year": (self.dim, decimal_years(pd.DatetimeIndex(rows["date"]))),
                "knot": (self.dim, left),
                "fraction": (self.dim, fraction),
            },
            coords={"date": (self.dim, rows["date"].to_numpy("datetime64[ns]"))},
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return adoption with other amounts in the last month of every quarter."""
        usd = pd.Series(np.exp(values), index=self._quarters(tables).index)
        return rewritten(tables.market.adoption, value=usd)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a normal around a line in the log of closed revenue per paying firm."""
        value = state.value
        place = state.design.spend.at_knots(rows["knot"].to_numpy(), rows["fraction"].to_numpy())
        spend = weighted(place, state.spend.closed)
        per_adopter = spend - state.ops.log(paying_share(rows, state)) - LOG_SPEND_PER_ADOPTER
        mean = value["spend.per_adopter_level"] + value["spend.per_adopter_slope"] * per_adopter
        return Density("Normal", mu=mean, sigma=value["spend.per_adopter_noise"])
