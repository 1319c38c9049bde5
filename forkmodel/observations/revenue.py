"""Revenue of closed labs: run-rates and amounts of past periods, from filings and the press."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.checks import LEAST_REVENUE
from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import CLOSED_FIRMS, Reading
from forkmodel.model.ops import weighted, weighted_rows
from forkmodel.observations.common import FIGURE_TAIL, rewritten
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["Revenue", "covered_part", "revenue_figures", "with_revenue"]

#: Log standard deviation of a revenue figure by how it became known.
REVENUE_SD = {"audited": 0.03, "reported": 0.10, "leaked": 0.15, "estimate": 0.30}


def _revenue_log_sd(rows: pd.DataFrame) -> np.ndarray:
    by_kind = rows["kind"].map(REVENUE_SD).to_numpy(float)
    # A stated range is read as a 90 % interval.
    ratio = (rows["high"] / rows["low"]).fillna(1.0).to_numpy(float)
    return np.asarray(np.maximum(by_kind, np.log(ratio) / 3.29))


def revenue_figures(reading: Reading, revenue: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that a reading looks for, with ``log_usd_bn`` per year and its ``log_sd``."""
    rows = reading.rows(revenue)
    rows = rows.loc[rows["annualised_revenue_usd"] > 0]
    rows = rows.sort_values(["developer", "as_of", "basis", "kind", "period_start", "annualised_revenue_usd"])
    ranged = rows["low"].notna() & rows["high"].notna()
    centre = np.where(ranged, np.sqrt(rows["low"] * rows["high"]), rows["annualised_revenue_usd"])
    return rows.assign(log_usd_bn=np.log(centre / 1e9), log_sd=_revenue_log_sd(rows))


def with_revenue(revenue: pd.DataFrame, figures: pd.DataFrame, log_usd_bn: np.ndarray) -> pd.DataFrame:
    """Return revenue with other figures; a range moves along, so the error that it states stays.

    Less than ``LEAST_REVENUE`` would pass for thousands or millions, so none is written that is lower.

    Parameters
    ----------
    revenue : DataFrame
        The table.
    figures : DataFrame
        Its rows that change, from :func:`revenue_figures`.
    log_usd_bn : ndarray
        Log billion USD per year, one for each of them.
    """
    columns = figures[["annualised_revenue_usd", "low", "high"]]
    smallest = columns.min(axis=1).to_numpy(float)
    factor = np.exp(log_usd_bn - figures["log_usd_bn"].to_numpy(float))
    # Cut once more, because a product may round to a hair below the least.
    scaled = columns.mul(np.maximum(factor, LEAST_REVENUE / smallest), axis=0).clip(lower=LEAST_REVENUE)
    return rewritten(revenue, **{str(name): scaled[name] for name in scaled})


def _periods(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return first and last day of what each figure covers, both included.

    A run-rate covers its day. An amount without ``period_start`` covers the calendar year of ``as_of``.
    """
    amount = rows["basis"].eq("period")
    year = rows["as_of"].dt.to_period("Y")
    whole_year = amount & rows["period_start"].isna()
    start = rows["period_start"].where(amount, rows["as_of"]).where(~whole_year, year.dt.start_time)
    return start, rows["as_of"].where(~whole_year, year.dt.end_time.dt.normalize())


def covered_part(rows: xr.Dataset, quarters: pd.DatetimeIndex) -> np.ndarray:
    """Return the part of each quarter (row, quarter) that each figure's period covers, 0 to 1."""
    start, end = rows["period_start"].to_numpy(), rows["period_end"].to_numpy()
    first = quarters.to_numpy("datetime64[D]").astype(float)
    after = (quarters + pd.DateOffset(months=3)).to_numpy("datetime64[D]").astype(float)
    begin = start.astype("datetime64[D]").astype(float)[:, None]
    stop = end.astype("datetime64[D]").astype(float)[:, None] + 1.0
    days = np.minimum(after, stop) - np.maximum(first, begin)
    return np.asarray(np.clip(days, 0.0, None) / (after - first))


class Revenue(Observation):
    """Closed labs' revenue, with the days that each figure covers.

    A run-rate is a point in time (two neighbouring knots, interpolated on the log scale); an amount is the
    mean over the quarters of its period.
    """

    name = "revenue"
    block = "adoption"
    dim = "revenue_row"
    vector = "log_usd_bn"
    label = "lab revenue"
    group = "revenue"
    table = "revenue"
    origin = "`revenue` of Anthropic, OpenAI and xAI; `kind` sets how far a figure may be off"
    readings = (Reading("lab revenue", "revenue", {"developer": CLOSED_FIRMS, "segment": ("company",)}),)

    def _figures(self, tables: Tables) -> pd.DataFrame:
        rows = revenue_figures(tables.catalogue.names.reading(self.readings[0]), tables.market.revenue)
        return rows.loc[rows["as_of"] >= tables.catalogue.quarters[0] + pd.DateOffset(years=1)]

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return log revenue with its error, its place on the knots and its period."""
        catalogue, rows = tables.catalogue, self._figures(tables)
        left, fraction = catalogue.quarter_weights(rows["as_of"])
        period = (rows["basis"] == "period").to_numpy()
        start, end = _periods(rows)
        return xr.Dataset(
            {
                "log_usd_bn": (self.dim, rows["log_usd_bn"].to_numpy(float)),
                "log_sd": (self.dim, rows["log_sd"].to_numpy(float)),
                "knot": (self.dim, left),
                "fraction": (self.dim, fraction),
                "period": (self.dim, period.astype(float)),
            },
            coords={
                "firm": (self.dim, rows["developer"].to_numpy(str)),
                "date": (self.dim, rows["as_of"].to_numpy("datetime64[ns]")),
                "kind": (self.dim, rows["kind"].to_numpy(str)),
                "period_start": (self.dim, start.to_numpy("datetime64[ns]")),
                "period_end": (self.dim, end.to_numpy("datetime64[ns]")),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return revenue with other figures, their ranges moved along."""
        return with_revenue(tables.market.revenue, self._figures(tables), values)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the firm's log revenue at a day or over a period."""
        ops, spend = state.ops, state.spend
        design, log_revenue = state.design.spend, spend.closed[:, None] + spend.log_share
        firm = positions(rows["firm"], pd.Index(design.firms))
        place = design.at_knots(rows["knot"].to_numpy(), rows["fraction"].to_numpy())
        run_rate = weighted(design.of_firms(place, firm), ops.join_last(log_revenue))
        # A year's amount is the mean over its four quarters, each at its middle, hence half a quarter of
        # growth.
        quarters = np.arange(len(design.quarters) - 1)
        middle = design.at_knots(quarters, np.full(len(quarters), 0.5))
        in_quarter = ops.exp(weighted_rows(middle, log_revenue))
        covered = covered_part(rows, state.catalogue.quarters)[:, :-1]
        weight = covered / np.maximum(covered.sum(1, keepdims=True), 1.0)
        year = ops.log(weighted(design.of_firms(weight, firm), ops.join_last(in_quarter)) + 1e-9)
        mean = run_rate + (year - run_rate) * rows["period"].to_numpy()
        sd = (rows["log_sd"].to_numpy() ** 2 + state.value["spend.revenue_noise"] ** 2) ** 0.5
        return Density("StudentT", nu=FIGURE_TAIL, mu=mean, sigma=sd)
