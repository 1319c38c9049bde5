"""Figures compared with their neighbours: the same model at other sellers, a firm's other figures.

A factor of a thousand between neighbours is a unit mistaken more often than news. It is remarked upon and not
refused: prices and revenues have moved by factors of ten within months.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.errors import Problem

__all__ = ["neighbour_remarks"]

Frames = Mapping[str, pd.DataFrame]

#: Ratios from which a figure is remarked upon.
PRICE_RATIO, REVENUE_RATIO, SERIES_RATIO = 20.0, 10.0, 10.0


def neighbour_remarks(frames: Frames) -> Iterator[Problem]:
    """Yield remarks on rows of the file whose figures are far from those next to them.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        All tables, indexed by CSV line (0 = a row that was there before).
    """
    for column in ("input_usd_per_mtok", "output_usd_per_mtok"):
        yield from _prices(frames["prices"], column)
    revenue = frames["revenue"].rename(columns={"annualised_revenue_usd": "value"})
    yield from _series("revenue", revenue, ["developer", "segment"], "as_of", REVENUE_RATIO)
    adoption = frames["adoption"]
    yield from _series("adoption", adoption, ["population", "measure", "unit"], "date", SERIES_RATIO)
    usage = frames["usage"]
    totals = usage.loc[usage["entity"].isin(["total", "closed", "open_weights"]) & usage["unit"].ne("share")]
    place = ["market", "level", "entity", "unit"]
    yield from _series("usage", totals, place, "period_start", SERIES_RATIO)


def _times(ratio: float) -> str:
    return f"{ratio:,.3g} times" if ratio >= 1 else f"a {1 / ratio:,.3g}th of"


def _prices(prices: pd.DataFrame, column: str) -> Iterator[Problem]:
    """Compare each price with the median of the model's others: other sellers', else the seller's own."""
    paid = prices.loc[prices[column] > 0, ["model_id", "seller", column]]
    new = paid.loc[paid.index.to_numpy() != 0]
    for _, group in paid.loc[paid["model_id"].isin(new["model_id"])].groupby("model_id"):
        for seller, own in group.groupby("seller"):
            added = own.loc[own.index.to_numpy() != 0, column]
            others = group.loc[group["seller"] != seller, column]
            whose = "the median of its other sellers"
            if others.empty:
                others, whose = own[column], "the median of this seller's prices"
            if added.empty:
                continue
            middle = float(others.median())
            ratio = added / middle
            far = ratio.ge(PRICE_RATIO) | ratio.le(1 / PRICE_RATIO)
            for line, price in added.loc[far].items():
                what = f"the price is {_times(float(price) / middle)} {whose}, {cell_text(middle)}"
                fix = "The column is USD per million tokens; leave it if it is right."
                yield Problem("prices", int(str(line)), column, cell_text(price), what, fix)


def _series(table: str, frame: pd.DataFrame, place: list[str], date: str, limit: float) -> Iterator[Problem]:
    """Compare each figure with the one before it, and where there is none, with the one after it."""
    column = "annualised_revenue_usd" if table == "revenue" else "value"
    rows = frame.loc[frame["value"] > 0].reset_index(names="line")
    rows = rows.sort_values([*place, date, "line"], kind="stable", ignore_index=True)
    groups = rows.groupby(place, sort=False)
    last, first = groups[["value", date]].shift(1), groups[["value", date]].shift(-1)
    near = last.where(last["value"].notna(), first)
    ratio = rows["value"] / near["value"]
    far = ratio.ge(limit) | ratio.le(1 / limit)
    for spot in np.flatnonzero((far & rows["line"].ne(0)).to_numpy()).tolist():
        row = rows.iloc[spot]
        other = f"{cell_text(near['value'].iloc[spot])} on {cell_text(near[date].iloc[spot])}"
        name = ", ".join(str(row[key]) for key in place[:2])
        what = f"the figure is {_times(float(ratio.iloc[spot]))} the nearest one of {name}, {other}"
        fix = "Look for a unit mistaken (thousands, millions, percent); leave it if it is right."
        yield Problem(table, int(row["line"]), column, cell_text(row["value"]), what, fix)
