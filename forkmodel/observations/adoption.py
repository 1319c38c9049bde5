"""Adoption: the share of firms that pay for AI (Ramp) or use it (US Census)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import decimal_years
from forkmodel.data.vocabulary import ADOPTION_CENSUS, ADOPTION_RAMP, CENSUS
from forkmodel.model.choice import logit
from forkmodel.model.ops import Array
from forkmodel.model.spend import adoption
from forkmodel.observations.common import FIGURE_TAIL, log_odds, rewritten, share_of
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["Adoption", "paying_share"]


def paying_share(rows: xr.Dataset, state: State) -> Array:
    """Return the share of firms that pay at the ``year`` of each row."""
    return adoption(state.ops, state.value, rows["year"].to_numpy())


class Adoption(Observation):
    """Shares of firms; the Census sees another level, and changed its wording."""

    name = "adoption"
    block = "adoption"
    dim = "adoption_row"
    vector = "logit_share"
    label = "adoption"
    group = "adoption"
    table = "adoption"
    origin = "share of firms that pay for AI (Ramp) or use it (US Census, all employer firms)"
    readings = (ADOPTION_RAMP, ADOPTION_CENSUS)

    def _figures(self, tables: Tables) -> pd.DataFrame:
        rows = pd.concat([reading.rows(tables.market.adoption) for reading in self.readings])
        return rows.sort_values(["population", "date", "measure"])

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log-odds with the instrument of each."""
        rows = self._figures(tables)
        new_wording = rows["measure"].str.contains("any business function")
        return xr.Dataset(
            {
                "logit_share": (self.dim, log_odds(rows["value"])),
                "year": (self.dim, decimal_years(pd.DatetimeIndex(rows["date"]))),
                "census": (self.dim, rows["population"].eq(CENSUS).to_numpy(float)),
                "new_wording": (self.dim, new_wording.to_numpy(float)),
            },
            coords={
                "date": (self.dim, rows["date"].to_numpy("datetime64[ns]")),
                "population": (self.dim, rows["population"].to_numpy(str)),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return adoption with other shares, all above 0 and below 1."""
        share = pd.Series(share_of(values), index=self._figures(tables).index)
        return rewritten(tables.market.adoption, value=share)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log-odds of the share that pays, shifted for the Census."""
        ops, value = state.ops, state.value
        share = paying_share(rows, state)
        shift = (
            value["adoption.census_shift"] + value["adoption.wording_break"] * rows["new_wording"].to_numpy()
        )
        mean = logit(share, ops) + shift * rows["census"].to_numpy()
        return Density("StudentT", nu=FIGURE_TAIL, mu=mean, sigma=value["adoption.noise"])
