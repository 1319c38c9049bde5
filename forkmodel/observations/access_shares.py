"""The open share of the router's tokens, by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import OPEN_SHARE
from forkmodel.model.choice import logit
from forkmodel.observations.common import SHARE_TAIL, log_odds, rewritten, share_of
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["AccessShares", "monthly_access", "with_tokens"]


def monthly_access(tables: Tables) -> pd.DataFrame:
    """Return the router's tokens by access class (columns) in months (rows) with all four figures."""
    rows = OPEN_SHARE.rows(tables.market.usage)
    rows = rows.loc[rows["period_start"].isin(tables.catalogue.months)]
    wide = rows.pivot_table(index="period_start", columns="entity", values="value", aggfunc="sum")
    return wide.reindex(columns=["open_weights", "closed", "unknown", "total"]).dropna()


def with_tokens(tables: Tables, tokens: pd.DataFrame) -> pd.DataFrame:
    """Return usage with other tokens (month, access class) in the months and classes given."""
    rows = OPEN_SHARE.rows(tables.market.usage)
    rows = rows.loc[rows["period_start"].isin(tokens.index) & rows["entity"].isin(tokens.columns)]
    factor = (tokens / monthly_access(tables)[tokens.columns]).stack()
    place = pd.MultiIndex.from_frame(rows[["period_start", "entity"]])
    return rewritten(tables.market.usage, value=rows["value"] * factor.reindex(place).to_numpy())


class AccessShares(Observation):
    """The router's open share among tokens of known access; the unknown part widens it."""

    name = "access_shares"
    block = "choice"
    dim = "access_share"
    vector = "logit_open_share"
    label = "open share"
    group = "router usage"
    table = "usage"
    origin = "`openrouter_tokens_monthly`; tokens of unknown access widen its error"
    readings = (OPEN_SHARE,)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the log-odds with the bounds that the two classifications of unknown tokens give."""
        wide = monthly_access(tables)
        known = wide["open_weights"] / (wide["open_weights"] + wide["closed"])
        low, high = wide["open_weights"] / wide["total"], 1.0 - wide["closed"] / wide["total"]
        # The truth lies between the two classifications: read their distance as four standard deviations.
        width = (log_odds(high) - log_odds(low)) / 4.0
        return xr.Dataset(
            {
                "logit_open_share": ("access_share", log_odds(known)),
                "classification_sd": ("access_share", width),
                "low": ("access_share", low.to_numpy(float)),
                "high": ("access_share", high.to_numpy(float)),
            },
            coords={"month": ("access_share", wide.index.to_numpy("datetime64[ns]"))},
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with the months' tokens of known access divided anew; their sum stays.

        How wide the unknown part makes the error is read from the table again, so it moves a little.
        """
        wide = monthly_access(tables)
        known = wide["open_weights"] + wide["closed"]
        tokens = {"open_weights": known * share_of(values), "closed": known * share_of(-values)}
        return with_tokens(tables, pd.DataFrame(tokens))

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log-odds among tokens outside the fringe."""
        demand, paths, ops = state.design.choice.demand, state.choice.paths, state.ops
        month = positions(rows["month"], state.catalogue.months)
        opened = ops.group_sum(paths.router_share * demand.cell_open, demand.cell_month, len(demand.months))
        share = (opened / (1.0 - paths.fringe))[month]
        classified = rows["classification_sd"].to_numpy()
        sd = (state.value["choice.access_noise"] ** 2 + classified**2) ** 0.5
        return Density("StudentT", nu=SHARE_TAIL, mu=logit(share, ops), sigma=sd)
