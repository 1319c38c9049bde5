"""What tables say about the targets, quarter by quarter: history for baselines, outcomes for scores.

A target has at most one figure a quarter: the mean of its observations on the line, at their mean date. Asked
for what came after a day, only observations after that day count, so a quarter that the day divides has a
figure on either side of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.data.panel_prices import monthly_prices
from forkmodel.forecast.reported import REVENUE, router_days
from forkmodel.market import hhi
from forkmodel.observations.panel import make_panel
from forkmodel.observations.prices import build_spells
from forkmodel.results.history import START
from forkmodel.results.paths_price import FIXED_INDEX
from forkmodel.validate.backtest.targets import TARGETS
from forkmodel.validate.backtest.yardstick import Measure

__all__ = ["WHOLE", "hedonic_at_fixed_index", "leaders_price", "observations"]

#: Entity of targets that are about the whole market.
WHOLE = "-"
COLUMNS = ["target", "entity", "date", "value"]
#: Price spells that a regression needs, and the days it looks back.
FEWEST_SPELLS, WINDOW_DAYS = 25, 365


def quarter_ends(vintage: pd.Timestamp) -> pd.DatetimeIndex:
    """Return the quarter ends from 2023 on, the last one cut at the vintage."""
    ends = pd.date_range(START, vintage.to_period("Q").end_time.normalize(), freq="QE")
    return pd.DatetimeIndex(np.minimum(ends.to_numpy(), vintage.to_datetime64()))


def _rows(target: str, dates: pd.DatetimeIndex, values: np.ndarray, entity: str = WHOLE) -> pd.DataFrame:
    return pd.DataFrame({"target": target, "entity": entity, "date": dates, "value": values})


def _capability(market: MarketTables, measure: Measure) -> list[pd.DataFrame]:
    ends = quarter_ends(market.vintage)
    closed, opened = measure.frontier(ends, "closed")[0], measure.frontier(ends, "open")[0]
    return [
        _rows("closed_frontier", ends, closed),
        _rows("open_frontier", ends, opened),
        _rows("gap", ends, closed - opened),
    ]


def hedonic_at_fixed_index(
    market: MarketTables, measure: Measure, date: pd.Timestamp, options: PanelOptions
) -> tuple[float, float]:
    """Return log price of an open model at the fixed index on a date, with its standard error.

    Least squares of log list price on index, date and access over the spells that began in the year before:
    the time-dummy hedonic method with a trend for the dummies. NaN if there are too few spells.

    Parameters
    ----------
    market : MarketTables
        Tables.
    measure : Measure
        Abilities.
    date : Timestamp
        The date.
    options : PanelOptions
        Blend of input and output prices.
    """
    from statsmodels.regression.linear_model import OLS

    spells = build_spells(market.prices, options).to_dataframe()
    start = pd.Timestamp("2026-07-01") + pd.to_timedelta(spells["years"] * 365.25, unit="D")
    table = spells.assign(days=(start - date).dt.days, index=spells["model"].map(measure.index))
    table["closed"] = spells["model"].map(measure.models["access"]).eq("closed").astype(float)
    table = table.loc[(table["days"] <= 0) & (table["days"] > -WINDOW_DAYS)].dropna()
    if len(table) < FEWEST_SPELLS or table["closed"].nunique() < 2:
        return float("nan"), float("nan")
    x = np.column_stack(
        [np.ones(len(table)), table["index"] - FIXED_INDEX, table["days"] / 365.25, table["closed"]]
    )
    line = OLS(table["log_price"].to_numpy(), x).fit()
    return float(line.params[0]), float(line.bse[0])


def leaders_price(measure: Measure, date: pd.Timestamp, listed: pd.Series) -> float:
    """Return the geometric mean of the list prices of the best closed models; NaN if none is listed.

    Parameters
    ----------
    measure : Measure
        Abilities.
    date : Timestamp
        The date.
    listed : Series
        List price by model id on that date, USD per million tokens.
    """
    leaders = measure.leaders(date, listed.index[listed > 0])
    return float(np.exp(np.log(listed[leaders]).mean())) if len(leaders) else float("nan")


def _prices(market: MarketTables, measure: Measure, options: PanelOptions) -> list[pd.DataFrame]:
    ends = quarter_ends(market.vintage)
    months = pd.DatetimeIndex(ends.to_period("M").to_timestamp())
    listed = monthly_prices(market.prices, months, options)
    frontier = np.full(len(ends), np.nan)
    for place, (end, month) in enumerate(zip(ends, months, strict=True)):
        now = listed.loc[listed["month"] == month].set_index("model")["price_usd_per_mtok"]
        frontier[place] = leaders_price(measure, end, now)
    fixed = [hedonic_at_fixed_index(market, measure, end, options)[0] for end in ends]
    return [
        _rows("frontier_price", ends, frontier),
        _rows("fixed_capability_price", ends, np.exp(np.array(fixed))),
    ]


def _router(market: MarketTables, panel: Panel, developers: list[str]) -> list[pd.DataFrame]:
    access = panel.rows["access_shares"]
    middle = pd.DatetimeIndex(access["month"].to_numpy()) + pd.Timedelta(days=14)
    opened = expit(access["logit_open_share"].to_numpy())
    days = router_days(market)
    dates = pd.DatetimeIndex(days.index)
    concentration = hhi(xr.DataArray(days.to_numpy(), dims=("day", "developer")))
    rows = [_rows("open_share", middle, opened), _rows("token_hhi", dates, concentration.to_numpy())]
    for developer in developers:
        share = days[developer].to_numpy() if developer in days else np.zeros(len(days))
        # A developer that is not listed has less than the smallest one listed.
        rows.append(_rows("developer_share", dates, np.clip(share, 1e-3, 1.0 - 1e-3), developer))
    return rows


def _money(panel: Panel) -> list[pd.DataFrame]:
    adoption = panel.rows["adoption"]
    ramp = adoption["census"].to_numpy() == 0.0
    paying = expit(adoption["logit_share"].to_numpy())
    rows = [_rows("firm_adoption", pd.DatetimeIndex(adoption["date"].to_numpy()[ramp]), paying[ramp])]
    revenue = panel.rows["revenue"]
    point = revenue["period"].to_numpy() == 0.0
    for firm, target in REVENUE.items():
        own = point & (revenue["firm"].to_numpy() == firm)
        dates = pd.DatetimeIndex(revenue["date"].to_numpy()[own])
        rows.append(_rows(target, dates, np.exp(revenue["log_usd_bn"].to_numpy()[own])))
    return rows


def observations(
    market: MarketTables,
    measure: Measure,
    developers: list[str],
    after: pd.Timestamp | None = None,
    options: PanelOptions | None = None,
) -> pd.DataFrame:
    """Return what the tables say about every target, one figure a quarter.

    Parameters
    ----------
    market : MarketTables
        Tables.
    measure : Measure
        Abilities in the units wanted.
    developers : list of str
        Developers whose shares are targets.
    after : Timestamp, optional
        Only observations dated after this day.
    options : PanelOptions, optional
        Blend of prices and the like.

    Returns
    -------
    DataFrame
        ``target``, ``entity``, ``quarter`` (its start), ``date`` (mean of the observations') and ``line``
        (the figure on the target's line), sorted.
    """
    options = options or PanelOptions()
    panel = make_panel(market, options)
    parts = _capability(market, measure) + _prices(market, measure, options)
    parts += _router(market, panel, developers) + _money(panel)
    rows = pd.concat([part.astype({"date": "datetime64[ns]"}) for part in parts], ignore_index=True).dropna()
    if after is not None:
        rows = rows.loc[rows["date"] > after]
    rows = rows.assign(quarter=rows["date"].dt.to_period("Q").dt.start_time)
    rows["line"] = np.nan
    for name, place in rows.groupby("target").groups.items():
        rows.loc[place, "line"] = TARGETS[str(name)].to_line(rows.loc[place, "value"].to_numpy(float))
    grouped = rows.groupby(["target", "entity", "quarter"], as_index=False)
    return grouped.agg(date=("date", "mean"), line=("line", "mean"))
