"""Revenue, adoption and reach: what firms report about money and users."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import Catalogue
from forkmodel.data.vocabulary import CENSUS, CLOSED_FIRMS, HOSTS, OTHER_CLOSED, rows_read

__all__ = ["CLOSED_FIRMS", "HOSTS", "OTHER_CLOSED", "build_spend", "decimal_years"]

#: Log standard deviation of a revenue figure by how it became known.
REVENUE_SD = {"audited": 0.03, "reported": 0.10, "leaked": 0.15, "estimate": 0.30}


def _revenue_log_sd(rows: pd.DataFrame) -> np.ndarray:
    by_kind = rows["kind"].map(REVENUE_SD).to_numpy(float)
    # A stated range is read as a 90 % interval.
    ratio = (rows["high"] / rows["low"]).fillna(1.0).to_numpy(float)
    return np.asarray(np.maximum(by_kind, np.log(ratio) / 3.29))


def _revenue(revenue: pd.DataFrame, observation: str) -> pd.DataFrame:
    rows = rows_read(observation, revenue)
    rows = rows.loc[rows["annualised_revenue_usd"] > 0]
    rows = rows.sort_values(["developer", "as_of", "basis", "kind", "period_start", "annualised_revenue_usd"])
    ranged = rows["low"].notna() & rows["high"].notna()
    centre = np.where(ranged, np.sqrt(rows["low"] * rows["high"]), rows["annualised_revenue_usd"])
    return rows.assign(log_usd_bn=np.log(centre / 1e9), log_sd=_revenue_log_sd(rows))


def _periods(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return first and last day of what each figure covers, both included.

    A run-rate covers its day. An amount without ``period_start`` covers the calendar year of ``as_of``.
    """
    amount = rows["basis"].eq("period")
    year = rows["as_of"].dt.to_period("Y")
    whole_year = amount & rows["period_start"].isna()
    start = rows["period_start"].where(amount, rows["as_of"]).where(~whole_year, year.dt.start_time)
    return start, rows["as_of"].where(~whole_year, year.dt.end_time.dt.normalize())


def _closed_revenue(revenue: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    """Closed labs' revenue, with the days that each figure covers.

    A run-rate is a point in time (two neighbouring knots, interpolated on the log scale); an amount is the
    mean over the quarters of its period.
    """
    rows = _revenue(revenue, "lab revenue")
    rows = rows.loc[rows["as_of"] >= catalogue.quarters[0] + pd.DateOffset(years=1)]
    left, fraction = catalogue.quarter_weights(rows["as_of"])
    period = (rows["basis"] == "period").to_numpy()
    start, end = _periods(rows)
    return xr.Dataset(
        {
            "log_usd_bn": ("revenue", rows["log_usd_bn"].to_numpy(float)),
            "log_sd": ("revenue", rows["log_sd"].to_numpy(float)),
            "knot": ("revenue", left),
            "fraction": ("revenue", fraction),
            "period": ("revenue", period.astype(float)),
        },
        coords={
            "firm": ("revenue", rows["developer"].to_numpy(str)),
            "date": ("revenue", rows["as_of"].to_numpy("datetime64[ns]")),
            "kind": ("revenue", rows["kind"].to_numpy(str)),
            "period_start": ("revenue", start.to_numpy("datetime64[ns]")),
            "period_end": ("revenue", end.to_numpy("datetime64[ns]")),
        },
    )


def _host_revenue(revenue: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    rows = _revenue(revenue, "host revenue")
    left, fraction = catalogue.quarter_weights(rows["as_of"])
    return xr.Dataset(
        {
            "log_usd_bn": ("host_revenue", rows["log_usd_bn"].to_numpy(float)),
            "log_sd": ("host_revenue", rows["log_sd"].to_numpy(float)),
            "knot": ("host_revenue", left),
            "fraction": ("host_revenue", fraction),
        },
        coords={
            "firm": ("host_revenue", rows["developer"].to_numpy(str)),
            "date": ("host_revenue", rows["as_of"].to_numpy("datetime64[ns]")),
        },
    )


def decimal_years(dates: pd.DatetimeIndex) -> np.ndarray:
    """Return dates as calendar years with a decimal part."""
    return np.asarray(dates.year + (dates.day_of_year - 1) / 365.25, dtype=float)


def _adoption(adoption: pd.DataFrame) -> xr.Dataset:
    """Shares of firms that pay for AI (Ramp) or use it (Census), as logits."""
    rows = pd.concat([rows_read("adoption, Ramp", adoption), rows_read("adoption, Census", adoption)])
    rows = rows.sort_values(["population", "date", "measure"])
    share = rows["value"].to_numpy(float)
    return xr.Dataset(
        {
            "logit_share": ("adoption", np.log(share / (1.0 - share))),
            "year": ("adoption", decimal_years(pd.DatetimeIndex(rows["date"]))),
            "census": ("adoption", rows["population"].eq(CENSUS).to_numpy(float)),
            "new_wording": (
                "adoption",
                rows["measure"].str.contains("any business function").to_numpy(float),
            ),
        },
        coords={
            "date": ("adoption", rows["date"].to_numpy("datetime64[ns]")),
            "population": ("adoption", rows["population"].to_numpy(str)),
        },
    )


def _spend_per_employee(adoption: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    """Read the last month of every quarter: a path with quarterly knots has no use for the ones between."""
    rows = rows_read("spend per employee", adoption).sort_values("date")
    rows = rows.groupby(rows["date"].dt.to_period("Q")).tail(1)
    left, fraction = catalogue.quarter_weights(rows["date"])
    return xr.Dataset(
        {
            "log_usd": ("spend", np.log(rows["value"].to_numpy(float))),
            "year": ("spend", decimal_years(pd.DatetimeIndex(rows["date"]))),
            "knot": ("spend", left),
            "fraction": ("spend", fraction),
        },
        coords={"date": ("spend", rows["date"].to_numpy("datetime64[ns]"))},
    )


def _reach(usage: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    rows = rows_read("reach", usage).sort_values(["period_start", "entity"])
    left, fraction = catalogue.quarter_weights(rows["period_end"])
    share = rows["value"].to_numpy(float)
    return xr.Dataset(
        {
            "logit_share": ("reach", np.log(share / (1.0 - share))),
            "year": ("reach", decimal_years(pd.DatetimeIndex(rows["period_end"]))),
            "knot": ("reach", left),
            "fraction": ("reach", fraction),
        },
        coords={
            "firm": ("reach", rows["entity"].to_numpy(str)),
            "date": ("reach", rows["period_end"].to_numpy("datetime64[ns]")),
        },
    )


def _router_tokens(usage: pd.DataFrame, catalogue: Catalogue) -> xr.DataArray:
    """Log of the router's trillion tokens per year at each quarter's first month, gaps filled in between."""
    rows = rows_read("open share", usage)
    rows = rows.loc[rows["entity"].eq("total") & rows["value"].gt(0)]
    per_year = rows["value"] / rows["period_start"].dt.days_in_month * 365.25 / 1e12
    days = rows["period_start"].to_numpy("datetime64[D]").astype(float) + 15.0
    knots = catalogue.quarters.to_numpy("datetime64[D]").astype(float) + 15.0
    order = np.argsort(days)
    if len(order) >= 2:
        log_tokens = np.interp(knots, days[order], np.log(per_year.to_numpy(float))[order])
    else:
        log_tokens = np.zeros(len(knots))
    return xr.DataArray(log_tokens, dims="quarter", coords={"quarter": catalogue.quarters}, name="log_tokens")


def build_spend(
    revenue: pd.DataFrame, adoption: pd.DataFrame, usage: pd.DataFrame, catalogue: Catalogue
) -> dict[str, xr.Dataset | xr.DataArray]:
    """Build the observations of money and adoption.

    Returns
    -------
    dict of Dataset
        Keys ``closed_revenue`` and ``host_revenue`` (log billion USD per year), ``adoption`` and ``reach``
        (logits of shares of firms), ``spend_per_employee`` (log USD per month) and ``router_tokens`` (log
        trillion tokens per year on the quarterly knots).
    """
    return {
        "closed_revenue": _closed_revenue(revenue, catalogue),
        "host_revenue": _host_revenue(revenue, catalogue),
        "adoption": _adoption(adoption),
        "spend_per_employee": _spend_per_employee(adoption, catalogue),
        "reach": _reach(usage, catalogue),
        "router_tokens": _router_tokens(usage, catalogue),
    }
