"""The choice set, cell by cell, and the router's tokens that decide which offers it holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import Catalogue, PanelOptions
from forkmodel.data.panel_prices import monthly_prices
from forkmodel.data.vocabulary import MODEL_SHARES, OPEN_SHARE, TOP50
from forkmodel.errors import ModelError
from forkmodel.market.slopes import floored_log_price

__all__ = [
    "build_cells",
    "fuller_weeks",
    "monthly_model_shares",
    "offers_by_week",
    "router_tokens",
    "weekly_tokens",
]

#: A model-month share enters when the model was listed in at least this part of the month's weeks.
LISTED_FRACTION = 0.5
DAYS_PER_MONTH = 30.44


def fuller_weeks(rows: pd.DataFrame) -> pd.DataFrame:
    """Return weekly rows with one series a week: the one that lists more models.

    The router's weeks come in two series that overlap and must not be added. The longer list is the better
    reading of a week whoever collected it; where both are as long, the daily lists summed are taken.

    Parameters
    ----------
    rows : DataFrame
        Model-level rows of both weekly markets.
    """
    listed = rows.loc[rows["entity"] != "other"].groupby(["period_start", "market"])["entity"].nunique()
    table = listed.unstack("market").fillna(0)
    order = [TOP50, *[name for name in table.columns if name != TOP50]]
    best = table.reindex(columns=order, fill_value=0).idxmax(axis=1)
    return rows.loc[rows["market"].eq(rows["period_start"].map(best))]


def weekly_tokens(usage: pd.DataFrame) -> pd.DataFrame:
    """Return model-level weekly tokens with the week's ``total``, one series a week, ``other`` included."""
    rows = MODEL_SHARES.rows(usage)
    if rows.empty:
        return rows.assign(total=0.0)
    weeks = fuller_weeks(rows)
    # Tokens of a model as a whole are its offers' sum; where offers are listed, it would count twice.
    offered = weeks["variant"].isin(["standard", "free"])
    place = ["period_start", "entity"]
    split = pd.MultiIndex.from_frame(weeks.loc[offered, place])
    weeks = weeks.loc[offered | ~pd.MultiIndex.from_frame(weeks[place]).isin(split)].copy()
    total = weeks.groupby("period_start")["value"].sum()
    has_rest = weeks.loc[weeks["entity"] == "other", "period_start"].unique()
    # Before July 2025 the chart gives nine models and no rest: the month's total stands in, by the day.
    months = OPEN_SHARE.rows(usage)
    months = months.loc[months["entity"] == "total"]
    per_day = (months["value"] / months["period_end"].dt.days_in_month).to_numpy()
    month_total = pd.Series(per_day * 7.0, index=months["period_start"].dt.to_period("M"))
    month_of_week = pd.DatetimeIndex(total.index).to_period("M")
    stand_in = pd.Series(month_total.reindex(month_of_week).to_numpy(float), index=total.index)
    total = total.where(total.index.isin(has_rest), stand_in)
    return weeks.assign(total=weeks["period_start"].map(total))


def offers_by_week(usage: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of weekly tokens that are of a model, each with ``share``, ``free`` and ``month``."""
    weeks = weekly_tokens(usage)
    kept = weeks["mapped"].astype(bool) & (weeks["entity"] != "other") & weeks["total"].gt(0)
    weeks = weeks.loc[kept]
    return weeks.assign(
        share=weeks["value"] / weeks["total"],
        free=weeks["variant"].eq("free"),
        # A week belongs to the month that holds its middle day.
        month=(weeks["period_start"] + pd.Timedelta(days=3)).dt.to_period("M").dt.start_time,
    )


def monthly_model_shares(usage: pd.DataFrame) -> pd.DataFrame:
    """Return each offer's mean share of the router's tokens by month, where it was listed for long enough.

    Returns
    -------
    DataFrame
        Columns ``model``, ``free``, ``month``, ``share``, ``log_share``, ``weeks``.
    """
    weeks = offers_by_week(usage)
    if weeks.empty:
        return pd.DataFrame(columns=["model", "free", "month", "log_share", "weeks"])
    by_week = weeks.groupby(["entity", "free", "month", "period_start"], as_index=False)["share"].sum()
    weeks_in_month = by_week.groupby("month")["period_start"].nunique()
    grouped = by_week.groupby(["entity", "free", "month"])
    rows = pd.DataFrame(grouped.agg(share=("share", "mean"), weeks=("period_start", "nunique")).reset_index())
    listed = rows["weeks"] / rows["month"].map(weeks_in_month)
    # No token all month is no reading, as on single days: absent is not zero.
    kept = rows.loc[(listed >= LISTED_FRACTION) & (rows["share"] > 0)].rename(columns={"entity": "model"})
    return kept.assign(log_share=np.log(kept["share"].to_numpy(float)))


def _unpriced(seen: pd.DataFrame, paid: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return offers that were used without a price in force, at a price like their neighbours'.

    A price enters the tables when somebody first recorded it, often after the model was in wide use; an
    offer without a cell would lend its tokens to its rivals. Neighbours are the developer's other offers of
    the month, else those of its access class; the price is their geometric mean.
    """
    used = seen.loc[~seen["free"].astype(bool), ["model", "month"]]
    priced = pd.MultiIndex.from_frame(paid[["model", "month"]])
    bare = used.loc[~pd.MultiIndex.from_frame(used).isin(priced) & used["model"].isin(catalogue.models.index)]
    known = paid.loc[(paid["price_usd_per_mtok"] > 0) & paid["model"].isin(catalogue.models.index)]
    known = known.assign(log_price=np.log(known["price_usd_per_mtok"].to_numpy(float)))
    kin = catalogue.models[["developer", "access"]]
    known, bare = known.join(kin, on="model"), bare.join(kin, on="model")
    log_price = pd.Series(np.nan, index=bare.index)
    for keys in (["month", "developer", "access"], ["month", "access"]):
        mean = known.groupby(keys)["log_price"].mean()
        spot = pd.MultiIndex.from_frame(bare[keys])
        log_price = log_price.fillna(pd.Series(mean.reindex(spot).to_numpy(float), index=bare.index))
    bare = bare.assign(price_usd_per_mtok=np.exp(log_price)).dropna(subset="price_usd_per_mtok")
    return bare[["model", "month", "price_usd_per_mtok"]].assign(free=False)


def build_cells(
    prices: pd.DataFrame, usage: pd.DataFrame, catalogue: Catalogue, options: PanelOptions
) -> xr.Dataset:
    """Build the sparse choice set: one cell per month and offer.

    An offer is a released model with a list price in force, young enough to count as current, or still
    observed in use; a zero-price variant is an offer of its own in the months in which it was seen. One that
    was used before anybody recorded its price gets a price like its developer's other offers.

    Returns
    -------
    Dataset
        Dim ``cell``, sorted by month; variables ``log_price`` (log USD per million tokens, list, plus the
        floor), ``price_usd_per_mtok``, ``age_months`` (since release, at mid-month), ``log_presence`` (log
        of the part of the month on offer), ``free`` (0 or 1); coords ``month`` and ``model`` along ``cell``.
    """
    paid = monthly_prices(prices, catalogue.months, options).assign(free=False)
    seen = monthly_model_shares(usage)
    free = seen.loc[seen["free"].astype(bool), ["model", "month"]].assign(free=True, price_usd_per_mtok=0.0)
    unpriced = _unpriced(seen, paid, catalogue)
    parts = [part for part in (paid, free, unpriced) if len(part)]
    if not parts:
        raise ModelError(
            f"no model has a price in force in a month of {catalogue.months[0]:%Y-%m} to "
            f"{catalogue.months[-1]:%Y-%m}, so buyers have nothing to choose from. Add rows to prices.csv, "
            "or take a later day."
        )
    offers = pd.concat(parts, ignore_index=True)
    offers = offers.loc[offers["model"].isin(catalogue.models.index) & offers["month"].isin(catalogue.months)]
    release = offers["model"].map(catalogue.models["release_date"])
    days = (offers["month"] + pd.offsets.MonthEnd(0)).dt.day
    on_offer = ((offers["month"] + pd.offsets.MonthEnd(0) - release).dt.days + 1).clip(upper=days)
    age = ((offers["month"] - release).dt.days + days / 2.0) / DAYS_PER_MONTH
    used = pd.MultiIndex.from_frame(seen[["model", "month"]])
    current = (age <= options.retirement_months) | pd.MultiIndex.from_frame(offers[["model", "month"]]).isin(
        used
    )
    offers = offers.assign(age=age.clip(lower=0.0), presence=on_offer / days)
    offers = offers.loc[current & (on_offer > 0)].sort_values(["month", "model", "free"])
    price = offers["price_usd_per_mtok"].to_numpy(float)
    return xr.Dataset(
        {
            "log_price": ("cell", floored_log_price(price, options.price_floor_usd_per_mtok)),
            "price_usd_per_mtok": ("cell", price),
            "age_months": ("cell", offers["age"].to_numpy(float)),
            "log_presence": ("cell", np.log(offers["presence"].to_numpy(float))),
            "free": ("cell", offers["free"].to_numpy(float)),
        },
        coords={
            "month": ("cell", offers["month"].to_numpy("datetime64[ns]")),
            "model": ("cell", offers["model"].to_numpy(str)),
        },
        attrs={"price_floor_usd_per_mtok": options.price_floor_usd_per_mtok},
    )


def router_tokens(usage: pd.DataFrame, catalogue: Catalogue) -> xr.DataArray:
    """Return the log of the router's trillion tokens per year at each knot, gaps filled in between."""
    rows = OPEN_SHARE.rows(usage)
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
