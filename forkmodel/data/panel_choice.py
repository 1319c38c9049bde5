"""The choice set, cell by cell, and every share that some market reports."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import logit

from forkmodel.data.panel_catalogue import Catalogue, PanelOptions
from forkmodel.data.panel_prices import monthly_prices
from forkmodel.data.vocabulary import GATEWAY, TOP50, rows_read
from forkmodel.errors import ModelError

__all__ = ["build_cells", "build_share_observations"]

#: A model-month share enters when the model was listed in at least this part of the month's weeks.
LISTED_FRACTION = 0.5
DAYS_PER_MONTH = 30.44
#: The ratio of the first to the second of these is read from company-card data.
CARD_LABS = ["Anthropic", "OpenAI"]
_ACCESS = {"closed": "closed", "open_weights": "open"}


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


def _weekly_tokens(usage: pd.DataFrame) -> pd.DataFrame:
    """Return model-level weekly tokens with the week's total, one series a week."""
    rows = rows_read("model shares", usage)
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
    months = rows_read("open share", usage)
    months = months.loc[months["entity"] == "total"]
    per_day = (months["value"] / months["period_end"].dt.days_in_month).to_numpy()
    month_total = pd.Series(per_day * 7.0, index=months["period_start"].dt.to_period("M"))
    month_of_week = pd.DatetimeIndex(total.index).to_period("M")
    stand_in = pd.Series(month_total.reindex(month_of_week).to_numpy(float), index=total.index)
    total = total.where(total.index.isin(has_rest), stand_in)
    weeks["total"] = weeks["period_start"].map(total)
    kept = weeks["mapped"].astype(bool) & (weeks["entity"] != "other") & weeks["total"].gt(0)
    return pd.DataFrame(weeks.loc[kept])


def _monthly_model_shares(usage: pd.DataFrame) -> pd.DataFrame:
    weeks = _weekly_tokens(usage)
    if weeks.empty:
        return pd.DataFrame(columns=["model", "free", "month", "log_share", "weeks"])
    weeks = weeks.assign(
        share=weeks["value"] / weeks["total"],
        free=weeks["variant"].eq("free"),
        # A week belongs to the month that holds its middle day.
        month=(weeks["period_start"] + pd.Timedelta(days=3)).dt.to_period("M").dt.start_time,
    )
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
    seen = _monthly_model_shares(usage)
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
            "log_price": ("cell", np.log(price + options.price_floor_usd_per_mtok)),
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


def _model_shares(usage: pd.DataFrame, cells: xr.Dataset) -> xr.Dataset:
    rows = _monthly_model_shares(usage)
    offered = pd.MultiIndex.from_arrays(
        [cells["month"].to_numpy(), cells["model"].to_numpy().astype(str), cells["free"].to_numpy() > 0]
    )
    keys = pd.MultiIndex.from_arrays([rows["month"], rows["model"].astype(str), rows["free"].astype(bool)])
    spot = offered.get_indexer(keys)
    rows, spot = rows.loc[spot >= 0], spot[spot >= 0]
    order = np.argsort(spot, kind="stable")
    return xr.Dataset(
        {
            "log_share": ("model_share", rows["log_share"].to_numpy(float)[order]),
            "cell": ("model_share", spot[order]),
        },
        coords={"model": ("model_share", rows["model"].to_numpy(str)[order])},
    )


def _access_shares(usage: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    """Monthly open share of tokens of known access; the unknown part widens it and is the fringe."""
    rows = rows_read("open share", usage)
    rows = rows.loc[rows["period_start"].isin(catalogue.months)]
    wide = rows.pivot_table(index="period_start", columns="entity", values="value", aggfunc="sum")
    columns = ["open_weights", "closed", "unknown", "total"]
    wide = wide.reindex(columns=columns).dropna()
    known = wide["open_weights"] / (wide["open_weights"] + wide["closed"])
    low, high = wide["open_weights"] / wide["total"], 1.0 - wide["closed"] / wide["total"]
    fringe = wide["unknown"] / (wide["open_weights"] + wide["closed"] + wide["unknown"])
    # The truth lies between the two classifications: read their distance as four standard deviations.
    width = (logit(high.to_numpy(float)) - logit(low.to_numpy(float))) / 4.0
    return xr.Dataset(
        {
            "logit_open_share": ("access_share", logit(known.to_numpy(float))),
            "classification_sd": ("access_share", width),
            "logit_fringe": ("access_share", logit(fringe.to_numpy(float))),
            "low": ("access_share", low.to_numpy(float)),
            "high": ("access_share", high.to_numpy(float)),
        },
        coords={"month": ("access_share", wide.index.to_numpy("datetime64[ns]"))},
    )


def _developer_days(usage: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    rows = rows_read("developer shares", usage)
    rows = rows.loc[rows["value"] > 0]
    month = rows["period_start"].dt.to_period("M").dt.start_time
    rows = rows.assign(month=month).loc[
        rows["entity"].isin(catalogue.developers) & month.isin(catalogue.months)
    ]
    rows = rows.sort_values(["period_start", "entity"])
    return xr.Dataset(
        {"log_share": ("developer_day", np.log(rows["value"].to_numpy(float)))},
        coords={
            "month": ("developer_day", rows["month"].to_numpy("datetime64[ns]")),
            "developer": ("developer_day", rows["entity"].to_numpy(str)),
        },
    )


def _money_shares(usage: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    """Enterprise money shares by developer or access, over a period of months (Menlo's survey)."""
    rows = pd.concat([rows_read("money shares", usage), rows_read("money share of open models", usage)])
    # The closed part of a survey says what the open part says; a developer that is not listed has no offer.
    known = rows["entity"].isin(catalogue.developers) | rows["level"].eq("access")
    rows = rows.loc[known & (rows["value"] > 0) & (rows["period_start"] >= catalogue.months[0])]
    rows = rows.sort_values(["period_start", "period_end", "level", "entity"])
    first = catalogue.months.get_indexer(pd.DatetimeIndex(rows["period_start"]), method="ffill")
    last = catalogue.months.get_indexer(pd.DatetimeIndex(rows["period_end"]), method="ffill")
    return xr.Dataset(
        {
            "log_share": ("money_share", np.log(rows["value"].to_numpy(float))),
            "first_month": ("money_share", first),
            "last_month": ("money_share", last),
        },
        coords={
            "level": ("money_share", rows["level"].to_numpy(str)),
            "entity": ("money_share", rows["entity"].replace(_ACCESS).to_numpy(str)),
            "period_start": ("money_share", rows["period_start"].to_numpy("datetime64[ns]")),
        },
    )


def _gateway_rows(usage: pd.DataFrame, catalogue: Catalogue, *, bounds: bool) -> xr.Dataset:
    """Shares of a month's tokens and money by developer or access on the second router, or upper bounds."""
    rows = rows_read("gateway bounds" if bounds else "gateway shares", usage)
    known = rows["entity"].isin(catalogue.developers) | rows["entity"].isin(_ACCESS)
    month = rows["period_start"].dt.to_period("M").dt.start_time
    rows = rows.assign(month=month).loc[known & (rows["value"] > 0) & month.isin(catalogue.months)]
    rows = rows.sort_values(["month", "market", "level", "entity"])
    place = catalogue.months.get_indexer(pd.DatetimeIndex(rows["month"]))
    dim = "gateway_bound" if bounds else "gateway_share"
    return xr.Dataset(
        {
            "log_share": (dim, np.log(rows["value"].to_numpy(float))),
            "first_month": (dim, place),
            "last_month": (dim, place),
        },
        coords={
            "month": (dim, rows["month"].to_numpy("datetime64[ns]")),
            "unit": (dim, rows["market"].map(GATEWAY).to_numpy(str)),
            "entity": (dim, rows["entity"].replace(_ACCESS).to_numpy(str)),
        },
    )


def _card_ratio(usage: pd.DataFrame, catalogue: Catalogue) -> xr.Dataset:
    """Monthly log ratio of two labs' money on company cards (Ramp).

    The series covers four names, of which two are below 1 % and hop between zero and a few parts in a
    million, so only the ratio of the two large ones is read.
    """
    rows = rows_read("card ratio", usage)
    rows = rows.loc[rows["period_start"].isin(catalogue.months)]
    wide = rows.pivot_table(index="period_start", columns="entity", values="value").reindex(columns=CARD_LABS)
    wide = wide.loc[(wide > 0).all(axis=1)]
    ratio = (wide[CARD_LABS[0]] / wide[CARD_LABS[1]]).to_numpy(float)
    return xr.Dataset(
        {"log_ratio": ("card_month", np.log(ratio))},
        coords={"month": ("card_month", wide.index.to_numpy("datetime64[ns]"))},
    )


def build_share_observations(
    usage: pd.DataFrame, cells: xr.Dataset, catalogue: Catalogue
) -> dict[str, xr.Dataset]:
    """Build every observation of shares: models and access by month, developers by day, money by period.

    The weekly developer table is the weekly model table summed, so it is left out: no token counts twice.

    Returns
    -------
    dict of Dataset
        Keys ``model_shares``, ``access_shares``, ``developer_days``, ``money_shares``, ``card_ratio``,
        ``gateway_shares``, ``gateway_bounds``; shares are logs or logits of fractions of all tokens (or of
        the survey's money).
    """
    return {
        "model_shares": _model_shares(usage, cells),
        "access_shares": _access_shares(usage, catalogue),
        "developer_days": _developer_days(usage, catalogue),
        "money_shares": _money_shares(usage, catalogue),
        "card_ratio": _card_ratio(usage, catalogue),
        "gateway_shares": _gateway_rows(usage, catalogue, bounds=False),
        "gateway_bounds": _gateway_rows(usage, catalogue, bounds=True),
    }
