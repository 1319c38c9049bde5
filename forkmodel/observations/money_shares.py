"""Shares of enterprise money by developer or access class, from an investor's survey (Menlo)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.vocabulary import ENTERPRISE, Reading
from forkmodel.model.choice import TINY
from forkmodel.observations.common import ACCESS_NAMES, SHARE_TAIL, with_shares
from forkmodel.observations.observation import Density, Observation, State, Tables
from forkmodel.observations.share_rows import ShareRows

__all__ = ["MoneyShares"]

#: Log standard deviation of a survey's share around the truth plus the survey's bias.
SURVEY_SD = 0.15


class MoneyShares(Observation):
    """What enterprises say they spend, over a period of months."""

    name = "money_shares"
    block = "choice"
    dim = "money_share"
    vector = "log_share"
    label = "money shares"
    group = "enterprise spend"
    table = "usage"
    origin = "`enterprise_llm_api_spend`, an investor's survey"
    readings = (
        Reading(
            "money shares",
            "usage",
            {"market": (ENTERPRISE,), "level": ("developer",), "unit": ("share",)},
        ),
        Reading(
            "money share of open models",
            "usage",
            {"market": (ENTERPRISE,), "level": ("access",), "unit": ("share",), "entity": ("open_weights",)},
        ),
    )

    def _survey(self, tables: Tables) -> pd.DataFrame:
        months, usage = tables.catalogue.months, tables.market.usage
        rows = pd.concat([reading.rows(usage) for reading in self.readings])
        # The closed part of a survey says what the open part says; a developer that is not listed has no
        # offer.
        known = rows["entity"].isin(tables.catalogue.developers) | rows["level"].eq("access")
        rows = rows.loc[known & (rows["value"] > 0) & (rows["period_start"] >= months[0])]
        return rows.sort_values(["period_start", "period_end", "level", "entity"])

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log shares, each with the first and last month (places on the grid) of its period."""
        rows, months = self._survey(tables), tables.catalogue.months
        first = months.get_indexer(pd.DatetimeIndex(rows["period_start"]), method="ffill")
        last = months.get_indexer(pd.DatetimeIndex(rows["period_end"]), method="ffill")
        return xr.Dataset(
            {
                "log_share": ("money_share", np.log(rows["value"].to_numpy(float))),
                "first_month": ("money_share", first),
                "last_month": ("money_share", last),
            },
            coords={
                "level": ("money_share", rows["level"].to_numpy(str)),
                "entity": ("money_share", rows["entity"].replace(ACCESS_NAMES).to_numpy(str)),
                "period_start": ("money_share", rows["period_start"].to_numpy("datetime64[ns]")),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with other shares, of which none exceeds one."""
        return with_shares(tables.market.usage, self._survey(tables).index, values)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log of the mean share plus the survey's bias for the entity."""
        design = state.design.choice
        survey = ShareRows.from_rows(rows, design.demand, design.developers)
        share = survey.sums(state.ops, [state.choice.paths.enterprise_money])
        bias = state.value["choice.enterprise_bias"] * state.value["choice.survey_bias_unit"]
        mean = state.ops.log(share + TINY) + bias[survey.entity]
        return Density("StudentT", nu=SHARE_TAIL, mu=mean, sigma=SURVEY_SD)
