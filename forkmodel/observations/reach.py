"""Reach: the share of firms that pay each lab (Ramp); firms use several, so shares need not sum to one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import decimal_years, positions
from forkmodel.data.vocabulary import REACH
from forkmodel.model.ops import weighted
from forkmodel.model.spend import reach_logit
from forkmodel.observations.adoption import paying_share
from forkmodel.observations.common import FIGURE_TAIL, log_odds, rewritten, share_of
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["Reach"]


class Reach(Observation):
    """How many firms subscribe to each lab."""

    name = "reach"
    block = "adoption"
    dim = "reach_row"
    vector = "logit_share"
    label = "reach"
    group = "adoption"
    table = "usage"
    origin = "`ramp_business_subscriptions`: firms use several labs, so the shares need not sum to one"
    readings = (REACH,)

    def _figures(self, tables: Tables) -> pd.DataFrame:
        reading = tables.catalogue.names.reading(self.readings[0])
        return reading.rows(tables.market.usage).sort_values(["period_start", "entity"])

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log-odds with the firm and its place on the knots."""
        rows = self._figures(tables)
        left, fraction = tables.catalogue.quarter_weights(rows["period_end"])
        return xr.Dataset(
            {
                "logit_share": (self.dim, log_odds(rows["value"])),
                "year": (self.dim, decimal_years(pd.DatetimeIndex(rows["period_end"]))),
                "knot": (self.dim, left),
                "fraction": (self.dim, fraction),
            },
            coords={
                "firm": (self.dim, rows["entity"].to_numpy(str)),
                "date": (self.dim, rows["period_end"].to_numpy("datetime64[ns]")),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with other shares of firms, all above 0 and below 1."""
        share = pd.Series(share_of(values), index=self._figures(tables).index)
        return rewritten(tables.market.usage, value=share)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around a line in the log of the lab's size, with a level for each lab."""
        value, design = state.value, state.design.spend
        place = design.at_knots(rows["knot"].to_numpy(), rows["fraction"].to_numpy())
        firm = positions(rows["firm"], pd.Index(design.firms))
        offset = value["adoption.reach_offset"][positions(rows["firm"], pd.Index(design.reach_firms))]
        share = weighted(design.of_firms(place, firm), state.ops.join_last(state.spend.log_share))
        size = share + state.ops.log(paying_share(rows, state))
        mean = reach_logit(value["adoption.reach_level"], offset, value["adoption.reach_slope"], size)
        return Density("StudentT", nu=FIGURE_TAIL, mu=mean, sigma=value["adoption.reach_noise"])
